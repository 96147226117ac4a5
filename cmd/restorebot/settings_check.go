package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/docspace"
)

// check turns the spelled settings into values and collects every fault.
func (r raw) check() (app.Settings, []error) {
	var faults []error
	fault := func(name, rule string) { faults = append(faults, errors.New(name+" "+rule)) }
	checkToken(fault, "SLACK_APP_TOKEN", r.SlackAppToken, "xapp-", "the app-level token from Basic Information of the Slack app")
	checkToken(fault, "SLACK_BOT_TOKEN", r.SlackBotToken, "xoxb-", "the bot token from OAuth & Permissions of the Slack app")
	if u, err := webURL(r.SlackAPIURL); err != nil {
		fault("SLACK_API_URL", err.Error()+"; Slack's own address is "+defaultSlackURL)
	} else if !strings.HasSuffix(u.Path, "/") {
		fault("SLACK_API_URL", `must end with "/"; Slack's own address is `+defaultSlackURL)
	}
	connections, err := strconv.Atoi(r.Connections)
	if err != nil || connections < 1 || connections > 4 {
		fault("SLACK_CONNECTIONS", "must be a number from 1 to 4, such as 2")
	}
	portals, more := r.checkPortals(fault)
	faults = append(faults, more...)
	s := app.Settings{
		AppToken: docspace.NewSecret(r.SlackAppToken), BotToken: docspace.NewSecret(r.SlackBotToken),
		SlackURL: r.SlackAPIURL, Connections: connections, DatabaseURL: r.DatabaseURL, LogFormat: r.LogFormat,
		Poll: between(fault, "DOCSPACE_POLL_INTERVAL", r.Poll, time.Second, time.Minute, "3s"),
		Policy: policy.Policy{
			Users: list(fault, "RESTORE_USERS", r.Users, "UWS"), Channels: list(fault, "RESTORE_CHANNELS", r.Channels, "CG"),
			Typing: r.Confirm == "modal",
			TTL:    between(fault, "RESTORE_CONFIRM_TTL", r.ConfirmTTL, 10*time.Second, 24*time.Hour, "15m"),
		},
	}
	s.Loss = r.checkLoss(fault)
	for _, p := range portals {
		s.Portals = append(s.Portals, p.Portal)
	}
	r.checkApprovals(fault, &s.Policy)
	faults = append(faults, checkQuorums(s.Policy, portals)...)
	if !databaseURL(r.DatabaseURL) {
		fault("DATABASE_URL", "must be sqlite:<file>, such as "+defaultDatabase+", or postgres://user:password@host:5432/database with a port from 1 to 65535; write # as %23")
	}
	if !address(r.HTTPAddr) {
		fault("HTTP_ADDR", "must be empty or an address with a port, such as 127.0.0.1:9464")
	}
	if s.AuditKey, err = auditKey(r.AuditKey); err != nil {
		faults = append(faults, err)
	}
	s.HTTPAddr = r.HTTPAddr
	if err := s.LogLevel.UnmarshalText([]byte(r.LogLevel)); err != nil || s.LogLevel%4 != 0 || s.LogLevel < slog.LevelDebug || s.LogLevel > slog.LevelError {
		fault("LOG_LEVEL", "must be debug, info, warn or error")
	}
	if r.LogFormat != "text" && r.LogFormat != "json" {
		fault("LOG_FORMAT", "must be text or json")
	}
	return s, faults
}

// address reports whether text can be listened on; empty is off.
func address(text string) bool {
	_, port, err := net.SplitHostPort(text)
	n, bad := strconv.ParseUint(port, 10, 16)
	return text == "" || (err == nil && bad == nil && n <= math.MaxUint16)
}

// webURL reads a URL of the kind that [docspace.Address] takes. Its error is the
// rule that text breaks.
func webURL(text string) (*url.URL, error) {
	if _, err := docspace.Address(text); err != nil {
		return nil, err
	}
	return url.Parse(text)
}

func databaseURL(text string) bool {
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case "sqlite":
		return rest != ""
	case "postgres", "postgresql":
		return strings.HasPrefix(rest, "//") && possiblePorts(rest[2:])
	}
	return false
}

// possiblePorts looks at each host of a PostgreSQL URL, of which there may be
// several, with commas between.
func possiblePorts(text string) bool {
	authority, _, _ := strings.Cut(strings.TrimRight(text, "#"), "/")
	authority, _, _ = strings.Cut(authority, "?")
	for host := range strings.SplitSeq(authority[strings.LastIndex(authority, "@")+1:], ",") {
		if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') && !possiblePort(host[i+1:]) {
			return false
		}
	}
	return !strings.Contains(text, "#")
}

func possiblePort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// between reads a time from low to high, and gives an example where it is none.
func between(fault func(name, rule string), name, text string, low, high time.Duration, example string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < low || d > high {
		fault(name, fmt.Sprintf("must be a time with its unit, from %s to %s, such as %s", shortSpan(low), shortSpan(high), example))
	}
	return d
}

// shortSpan writes 24h0m0s as 24h.
func shortSpan(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// secretKinds are what the secrets in our settings begin with, and what they are.
var secretKinds = []struct{ prefix, kind string }{
	{"xapp-", "an app-level token"},
	{"xoxb-", "a bot token"},
	{"xoxp-", "a user token"},
	{"xoxe", "a token that expires"},
	{"sk-", "a portal's API key"},
	{"https://hooks.slack.com/", "the address of a webhook"},
}

// checkToken says of a token that is missing or of another kind which one is wanted
// and where it is.
func checkToken(fault func(name, rule string), name, text, prefix, what string) {
	if strings.HasPrefix(text, prefix) {
		return
	}
	wanted := fmt.Sprintf("set it to %s, which starts with %q", what, prefix)
	if text == "" {
		fault(name, "is empty: "+wanted)
		return
	}
	for _, k := range secretKinds {
		if strings.HasPrefix(text, k.prefix) {
			fault(name, "is "+k.kind+": "+wanted)
			return
		}
	}
	fault(name, fmt.Sprintf("does not start with %q: %s", prefix, wanted))
}

func list(fault func(name, rule string), name, text, kinds string) policy.AllowList {
	l, err := policy.ParseAllowList(text, kinds)
	if err != nil {
		fault(name, err.Error())
	}
	return l
}
