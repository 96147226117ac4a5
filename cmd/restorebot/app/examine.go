package app

import (
	"context"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/docspace"
)

// Examiners are all who can check what a bot with these settings needs, from
// outside: no bot runs.
func (s Settings) Examiners() []bot.Examiner { return s.examiners(Seams{}, nil, nil) }

// examiners are all who can check themselves: of the bot that runs, or, where
// sockets and store are nil, from outside.
func (s Settings) examiners(seams Seams, sockets *socketmode.Client, store *durable.Store) []bot.Examiner {
	api := slackchat.Web(s.SlackURL, s.AppToken, s.BotToken, seams.Slack)
	portals := s.portals(seams.Portals)
	database := bot.Examiner(outside(s.DatabaseURL))
	if store != nil {
		database = store
	}
	return []bot.Examiner{
		looseFiles(s.Files),
		&slackchat.Checkup{API: api, Scopes: slackchat.Scopes(s.features()), Sockets: sockets, Direct: s.Policy.Users},
		bot.PolicyCheck{Policy: s.Policy, Portals: portals, Directory: &slackchat.Directory{API: api}},
		portals,
		database,
		auditGuard{s.AuditKey},
	}
}

// outside is a database that is not opened.
type outside string

// Examine implements [bot.Examiner].
func (url outside) Examine(ctx context.Context) []bot.Finding {
	return durable.Inspect(ctx, string(url))
}

// auditGuard says what guards consent and trail.
type auditGuard struct{ key docspace.Secret }

// Examine implements [bot.Examiner].
func (g auditGuard) Examine(context.Context) []bot.Finding {
	f := bot.Finding{Check: "audit key", Grade: bot.Pass, What: "AUDIT_KEY, called " + durable.KeyID(g.key) + ", guards what people agreed to and the audit trail"}
	if g.key.Reveal() == "" {
		f = bot.Finding{
			Check: "audit key", Grade: bot.Warn,
			What: "AUDIT_KEY is not set: whoever can write to the database can confirm and start a restore, end a freeze, and write the audit trail anew",
			Fix:  "Set AUDIT_KEY, or AUDIT_KEY_FILE, to what openssl rand -hex 32 prints; restorebot setup makes one. All replicas need the same.",
		}
	}
	return []bot.Finding{f}
}
