package slacktest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	reference = regexp.MustCompile(`<([^<>\s][^<>]*)>`)
	dateField = regexp.MustCompile(`\{[a-z_]+\}`)

	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// escape makes plain text safe inside mrkdwn (docs: Formatting text).
func escape(plain string) string { return escaper.Replace(plain) }

// plain shows mrkdwn as people read it: names for ids, dates in the zone, links written
// out. Emphasis marks stay. The caller holds mu.
func (s *Slack) plain(mrkdwn string, zone *time.Location) string {
	text := reference.ReplaceAllStringFunc(mrkdwn, func(token string) string {
		body, label, labeled := strings.Cut(token[1:len(token)-1], "|")
		switch {
		case strings.HasPrefix(body, "@"):
			return "@" + escape(s.personName(body[1:]))
		case strings.HasPrefix(body, "#"):
			if c := s.channels[body[1:]]; c != nil {
				return "#" + escape(c.Name)
			}
			return "#" + body[1:]
		case strings.HasPrefix(body, "!date^"):
			return dateOf(body, label, zone)
		case strings.HasPrefix(body, "!subteam^"):
			id := strings.TrimPrefix(body, "!subteam^")
			if g := s.groups[id]; g != nil && g.Handle != "" {
				return "@" + escape(g.Handle)
			}
			return "@" + id
		case strings.HasPrefix(body, "!"):
			return "@" + body[1:]
		case labeled:
			return label + " (" + body + ")"
		default:
			return body
		}
	})
	return unescaper.Replace(text)
}

// dateOf shows <!date^1392734382^Posted {date_short} {time_secs}|fallback>. A token that is
// not well-formed, or has a field that the bot does not use, shows its fallback (docs:
// Formatting text, Date formatting).
func dateOf(body, fallback string, zone *time.Location) string {
	parts := strings.SplitN(body, "^", 4)
	if len(parts) < 3 {
		return fallback
	}
	unix, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return fallback
	}
	at, good := time.Unix(unix, 0).In(zone), true
	text := dateField.ReplaceAllStringFunc(parts[2], func(field string) string {
		shown, ok := dateFieldOf(field, at, time.Now().In(zone))
		good = good && ok
		return shown
	})
	if !good {
		return fallback
	}
	return text
}

func dateFieldOf(field string, at, now time.Time) (string, bool) {
	name := strings.Trim(field, "{}")
	if name == "date_short_pretty" {
		name = "date_short"
		for days, word := range map[int]string{-1: "yesterday", 0: "today", 1: "tomorrow"} {
			if at.Format(time.DateOnly) == now.AddDate(0, 0, days).Format(time.DateOnly) {
				return word, true
			}
		}
	}
	layout, known := map[string]string{"date_short": "Jan 2, 2006", "time": "15:04", "time_secs": "15:04:05"}[name]
	return at.Format(layout), known
}
