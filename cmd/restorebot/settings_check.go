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
	if !strings.HasPrefix(r.SlackAppToken, "xapp-") {
		fault("SLACK_APP_TOKEN", `must be set and start with "xapp-"`)
	}
	if !strings.HasPrefix(r.SlackBotToken, "xoxb-") {
		fault("SLACK_BOT_TOKEN", `must be set and start with "xoxb-"`)
	}
	if u, err := webURL(r.SlackAPIURL); err != nil {
		fault("SLACK_API_URL", `must be an http or https URL that ends in "/": it `+err.Error())
	} else if !strings.HasSuffix(u.Path, "/") {
		fault("SLACK_API_URL", `must be an http or https URL that ends in "/"`)
	}
	connections, err := strconv.Atoi(r.Connections)
	if err != nil || connections < 1 || connections > 4 {
		fault("SLACK_CONNECTIONS", "must be a number from 1 to 4")
	}
	portals, more := r.checkPortals(fault)
	faults = append(faults, more...)
	s := app.Settings{
		AppToken: docspace.NewSecret(r.SlackAppToken), BotToken: docspace.NewSecret(r.SlackBotToken),
		SlackURL: r.SlackAPIURL, Connections: connections, DatabaseURL: r.DatabaseURL, LogFormat: r.LogFormat,
		Poll: between(fault, "DOCSPACE_POLL_INTERVAL", r.Poll, time.Second, time.Minute),
		Policy: policy.Policy{
			Users: list(fault, "RESTORE_USERS", r.Users, "UWS"), Channels: list(fault, "RESTORE_CHANNELS", r.Channels, "CG"),
			Typing: r.Confirm == "modal",
			TTL:    between(fault, "RESTORE_CONFIRM_TTL", r.ConfirmTTL, 10*time.Second, 24*time.Hour),
		},
	}
	s.Loss = r.checkLoss(fault)
	for _, p := range portals {
		s.Portals = append(s.Portals, p.Portal)
	}
	r.checkApprovals(fault, &s.Policy)
	faults = append(faults, checkQuorums(s.Policy, portals)...)
	if !databaseURL(r.DatabaseURL) {
		fault("DATABASE_URL", `must be "sqlite:" and the name of a file, or a postgres:// URL with possible ports`)
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

func between(fault func(name, rule string), name, text string, low, high time.Duration) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < low || d > high {
		fault(name, fmt.Sprintf("must be a duration between %s and %s, such as 30s", low, high))
	}
	return d
}

func list(fault func(name, rule string), name, text, kinds string) policy.AllowList {
	l, err := policy.ParseAllowList(text, kinds)
	if err != nil {
		fault(name, err.Error())
	}
	return l
}
