package app

import (
	"context"
	"net/http"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// Examiners are all who can check what a bot with these settings needs, from
// outside: no bot runs.
func (s Settings) Examiners() []bot.Examiner {
	database := func(ctx context.Context) []bot.Finding { return durable.Inspect(ctx, s.DatabaseURL) }
	return s.examiners(nil, nil, s.portals(nil), bot.ExamineFunc(database))
}

// examiners are all who can check the bot that runs.
func (a *App) examiners() []bot.Examiner {
	return append(a.settings.examiners(a.seams.Slack, a.sockets, a.portals, a.Store), a.chat)
}

// probed are the examiners that /readyz asks.
func (a *App) probed() []bot.Examiner {
	return []bot.Examiner{
		bot.ExamineFunc((&slackchat.Checkup{Sockets: a.sockets}).Connections), a.chat,
		bot.ExamineFunc(a.Store.Health), &bot.PortalHealth{Portals: a.portals},
	}
}

func (s Settings) examiners(to http.RoundTripper, sockets *socketmode.Client, portals bot.Portals, database bot.Examiner) []bot.Examiner {
	api := slackchat.Web(s.SlackURL, s.AppToken, s.BotToken, to)
	return []bot.Examiner{
		bot.ExamineFunc(s.examineFiles),
		&slackchat.Checkup{API: api, Scopes: slackchat.Scopes(s.features()), Sockets: sockets, Direct: s.Policy.Users},
		bot.PolicyCheck{Policy: s.Policy, Portals: portals, Directory: &slackchat.Directory{API: api}},
		portals,
		database,
		bot.ExamineFunc(s.examineAuditKey),
	}
}

// examineAuditKey says what guards consent and trail.
func (s Settings) examineAuditKey(context.Context) []bot.Finding {
	f := bot.Finding{Check: "audit key", Grade: bot.Pass, What: "AUDIT_KEY, called " + durable.KeyID(s.AuditKey) + ", protects confirmations and the audit trail"}
	if s.AuditKey.Reveal() == "" {
		f = bot.Finding{
			Check: "audit key", Grade: bot.Warn,
			What: "AUDIT_KEY is not set: anybody who can write to the database can confirm and start a restore, end a freeze, and rewrite the audit trail",
			Fix:  "Set AUDIT_KEY or AUDIT_KEY_FILE to the output of openssl rand -hex 32, or run restorebot setup, which makes a key. All replicas need the same key.",
		}
	}
	return []bot.Finding{f}
}
