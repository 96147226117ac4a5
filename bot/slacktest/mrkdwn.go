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

// dateOf shows <!date^1392734382^Posted {date_num} {time_secs}|fallback>. A token that is
// not well-formed shows its fallback (docs: Formatting text, Date formatting).
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
	if base, ok := strings.CutSuffix(name, "_pretty"); ok {
		for days, word := range map[int]string{-1: "yesterday", 0: "today", 1: "tomorrow"} {
			if at.Format(time.DateOnly) == now.AddDate(0, 0, days).Format(time.DateOnly) {
				return word, true
			}
		}
		name = base
	}
	switch name {
	case "date_num":
		return at.Format("2006-01-02"), true
	case "date":
		return at.Format("January ") + ordinal(at.Day()) + at.Format(", 2006"), true
	case "date_short":
		return at.Format("Jan 2, 2006"), true
	case "date_long":
		return at.Format("Monday, January ") + ordinal(at.Day()) + at.Format(", 2006"), true
	case "time":
		return at.Format("15:04"), true
	case "time_secs":
		return at.Format("15:04:05"), true
	case "ago":
		return now.Sub(at).Round(time.Minute).String() + " ago", true
	}
	return "", false
}

// ordinal is 1st, 2nd, 3rd, 4th ... 11th, 12th, 13th ... 21st.
func ordinal(n int) string {
	suffix := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
