package app

import (
	"io"
	"log/slog"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/docspace"
)

// Settings are what the environment means. They were checked when they were read.
type Settings struct {
	AppToken, BotToken docspace.Secret
	SlackURL           string   // of the Web API; ends in "/"
	Connections        int      // how many to Slack at once
	Portals            []Portal // the first is DOCSPACE_URL, if that is set
	Poll               time.Duration
	Policy             policy.Policy
	Loss               bot.LossRules
	DatabaseURL        string
	AuditKey           docspace.Secret // "" for none
	HTTPAddr           string          // "" serves no /healthz, /readyz and /metrics
	LogLevel           slog.Level
	LogFormat          string
	Files              []string // that the settings stand in; "" is none
}

// Portal is one portal that the bot may restore.
type Portal struct {
	Name, URL string // the URL as [docspace.Address] spells it
	Key       docspace.Secret
	KeyFile   string // read anew before each call; "" where the key is fixed
	KeyFrom   bot.KeySource
	Own       policy.PortalRules
	Safety    bot.SafetyTarget
}

// logger writes the log as the settings say.
func (s Settings) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == "json" {
		return slog.New(bot.LogHandler{Handler: slog.NewJSONHandler(w, options)})
	}
	return slog.New(bot.LogHandler{Handler: slog.NewTextHandler(w, options)})
}

// portalNames lists the portals with their addresses, which hold no password.
func (s Settings) portalNames() []string {
	var names []string
	for _, p := range s.Portals {
		names = append(names, p.Name+" "+p.URL)
	}
	return names
}

// features are what the settings ask of Slack.
func (s Settings) features() slackchat.Features {
	groups := len(s.Policy.Users.Groups) + len(s.Policy.Approvers.Groups) + len(s.Policy.BreakGlass.Groups)
	for _, p := range s.Portals {
		for _, l := range []*policy.AllowList{p.Own.Users, p.Own.Approvers} {
			if l != nil {
				groups += len(l.Groups)
			}
		}
	}
	return slackchat.Features{Groups: groups > 0}
}
