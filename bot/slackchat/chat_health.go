package slackchat

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot"
)

// health remembers how posts and edits went. Its zero value is ready.
type health struct {
	mu sync.Mutex
	// fault is why the last call failed that says something of Slack as a whole, and
	// since when that began: limited, denied, lost or failed; empty after another.
	fault Outcome
	since time.Time
	// unreachable are the ids of channels and people that take no message of the bot.
	unreachable map[string]struct{}
}

func (h *health) record(channel string, o result, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch o.Outcome {
	case OutcomeHeld:
	case OutcomeLimited, OutcomeDenied, OutcomeLost, OutcomeFailed:
		if o.Outcome == OutcomeDenied && o.about != aboutToken { // of this call alone: it says nothing of others
			return
		}
		if h.fault == "" {
			h.since = now
		}
		h.fault = o.Outcome
	case OutcomeUnreachable:
		if channel != "" && o.about != aboutThread {
			keep(&h.unreachable, channelsKnown, channel, struct{}{})
		}
		h.fault = ""
	case OutcomeOK, OutcomeRefused, OutcomeGone:
		h.fault = ""
		delete(h.unreachable, channel)
	}
}

const (
	checkMessages  = "slack messages"
	publicMessages = "messages"
)

// Examine implements [bot.Examiner]. It tells what Slack does not take of the bot, and
// asks Slack nothing: a probe may ask for it again and again.
func (c *Chat) Examine(context.Context) []bot.Finding {
	h := &c.health
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []bot.Finding
	for _, r := range c.faults().Now(time.Now()) {
		f := finding(checkMessages, bot.Fail, r.String()+", since "+r.Since.UTC().Format(time.RFC3339), r.Fix)
		found = append(found, f.InPublic(publicMessages, r.Needed() || h.fault == OutcomeDenied))
	}
	if len(found) == 0 && h.fault != "" {
		found = append(found, faultFinding(h.fault, h.since))
	}
	if found = append(found, h.unreachableFindings()...); len(found) == 0 {
		found = append(found, finding(checkMessages, bot.Pass, "are taken", "").InPublic(publicMessages, false))
	}
	return found
}

// faultFinding tells a fault that is about all messages.
func faultFinding(fault Outcome, since time.Time) bot.Finding {
	grade, what, fix := bot.Warn, "they do not reach Slack", curePrivate
	switch fault {
	case OutcomeLimited:
		what, fix = "Slack asks for fewer", "Nothing: the bot waits for as long as Slack asks."
	case OutcomeLost:
		what, fix = "Slack does not answer them", "Look at status.slack.com, then at the firewall and the proxy."
	case OutcomeDenied:
		grade, what, fix = bot.Fail, "Slack does not accept the bot", cure("invalid_auth", methodPost, "")
	default: // failed
	}
	f := finding(checkMessages, grade, what+" since "+since.UTC().Format(time.RFC3339), fix)
	return f.InPublic(publicMessages, fault == OutcomeDenied)
}

// unreachableFindings tell who takes no message, and anybody only how many do not.
func (h *health) unreachableFindings() (found []bot.Finding) {
	var channels, people []string
	for _, id := range slices.Sorted(maps.Keys(h.unreachable)) {
		if strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") {
			people = append(people, id)
		} else {
			channels = append(channels, id)
		}
	}
	tell := func(ids []string, what, one, more, why, fix string) {
		if len(ids) == 0 {
			return
		}
		f := finding(checkMessages, bot.Warn, what+strings.Join(ids, ", "), fix)
		f.Public = &bot.Public{Name: publicMessages, Detail: bot.Count(len(ids), one, more) + why}
		found = append(found, f)
	}
	tell(channels, "no message gets into ", "channel takes no message", "channels take no message", ": the bot was removed from there, or it is archived", "Invite the bot there again, unarchive it, or let the bot post in it.")
	tell(people, "no direct message gets to ", "person takes no direct message of the bot", "people take no direct message of the bot", "", cure("messages_tab_disabled", methodPost, ""))
	return found
}
