package blockkit

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// Slack's limits, in runes.
const (
	maxHeader       = 150
	maxSection      = 3000
	maxButton       = 75
	maxConfirm      = 300
	maxConfirmTitle = 100
	maxConfirmLabel = 30
	maxText         = 3500 // in bytes; chat.update refuses more than 4000
	maxWord         = 200  // of a name or a path: ours
	maxSaid         = 600  // of a reason: ours
	maxShort        = 56   // of a reason on a card: ours
	maxReason       = 200  // of what went wrong on a card: ours
	maxBrief        = 120  // of that in the channel: ours
	maxPeople       = 20   // listed by id: ours
)

// Message is what Slack shows: blocks, and the text where it shows none.
type Message struct {
	Text   string
	Blocks []slack.Block
	// Classic are the same facts and controls in blocks that every workspace has; nil
	// where Blocks are that.
	Classic []slack.Block
	bare    string // what the text alone adds, where Slack does not take the blocks
}

// Plain is mrkdwn in one section.
func Plain(text string) Message {
	return Message{Text: cutText(text), Blocks: []slack.Block{section(text)}}
}

func section(text string) slack.Block { return unfolded(mrkdwn(text), nil) }

// unfolded is a section that Slack shows whole: it folds others behind "see
// more", and the loss with them.
func unfolded(text *slack.TextBlockObject, beside *slack.Accessory) slack.Block {
	return slack.NewSectionBlock(text, nil, beside, slack.SectionBlockOptionExpand(true))
}

func header(text string) slack.Block {
	return slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, CutMarkup(text, maxHeader), false, false))
}

func footnote(text string) slack.Block {
	return slack.NewContextBlock("", mrkdwn(text))
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, CutMarkup(text, maxSection), false, true)
}

func lines(ss ...string) string {
	var kept []string
	for _, s := range ss {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "\n")
}

// CutMarkup shortens mrkdwn to at most limit runes and ends it before an entity
// or a <...> that would be broken.
func CutMarkup(s string, limit int) string {
	// Most texts are short: to count their bytes costs nothing.
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes, kept := 0, s
	for i := range s {
		if runes == limit-1 {
			kept = s[:i]
			break
		}
		runes++
	}
	if open := strings.LastIndexByte(kept, '<'); open > strings.LastIndexByte(kept, '>') {
		kept = kept[:open]
	}
	if open := strings.LastIndexByte(kept, '&'); open > strings.LastIndexByte(kept, ';') {
		kept = kept[:open]
	}
	return kept + "…"
}

// cutText shortens the text of a message to what Slack takes.
func cutText(s string) string { return cutBytes(s, maxText) }

func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	fit, size := 0, len("…")
	for _, r := range s {
		if size += utf8.RuneLen(r); size > limit {
			break
		}
		fit++
	}
	return CutMarkup(s, fit+1)
}

// code shows an id in code style, if it is spelled like one.
func code(id string) string {
	if id != "" && len(id) <= maxWord && strings.Trim(id, idRunes) == "" {
		return "`" + id + "`"
	}
	return EscapeText(id, maxWord)
}

const (
	digits  = "0123456789"
	capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	idRunes = digits + capital + "abcdefghijklmnopqrstuvwxyz._:-"
)

// mention shows a user, a channel or a user group by its id.
func mention(id string) string {
	if id == "" || strings.Trim(id, digits+capital) != "" {
		return EscapeText(id, maxWord)
	}
	switch id[0] {
	case 'U', 'W':
		return "<@" + id + ">"
	case 'C', 'G':
		return "<#" + id + ">"
	case 'S':
		return "<!subteam^" + id + ">"
	}
	return code(id)
}

func mentions(ids []string) string {
	var out []string
	for i, id := range ids {
		if i == maxPeople {
			out = append(out, fmt.Sprintf("and %d more", len(ids)-i))
			break
		}
		out = append(out, mention(id))
	}
	return strings.Join(out, ", ")
}

// allowed lists who is on a list; "" if nobody is.
func allowed(l policy.AllowList) string {
	if l.Any {
		return "anybody here"
	}
	return mentions(append(slices.Clip(l.IDs), l.Groups...))
}

// date shows a time in the zone of whoever reads it.
func date(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04 UTC"))
}

// ago tells how long before now a time was.
func ago(t, now time.Time) string {
	if t.After(now) {
		return "in " + bot.Span(t.Sub(now))
	}
	return bot.Span(now.Sub(t)) + " ago"
}
