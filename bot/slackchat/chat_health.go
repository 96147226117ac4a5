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

// ChatState says whether Slack takes what the bot has to say.
type ChatState struct {
	LastOK time.Time // of any call; zero before the first
	// Fault is why the last call failed that says something of Slack as a whole,
	// and Since when that began; empty after one that did not.
	Fault Outcome // limited, denied, lost or failed
	Since time.Time
	// Unreachable are the ids of channels that take no message of the bot, since
	// it was removed or they were archived.
	Unreachable []string
	// Refused are the refusals that last until a person changes something.
	Refused []LastingRefusal
}

// Well reports whether nothing is wrong that a person should look at.
func (s ChatState) Well() bool {
	return (s.Fault == "" || s.Fault == OutcomeLimited) && len(s.Unreachable) == 0 && len(s.Refused) == 0
}

// State is a snapshot for readiness and metrics.
func (c *Chat) State() ChatState {
	h := &c.health
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.state
	s.Unreachable = slices.Sorted(maps.Keys(h.unreachable))
	s.Refused = c.faults().Now(time.Now())
	return s
}

// health remembers how calls went.
type health struct {
	mu          sync.Mutex
	state       ChatState
	unreachable map[string]struct{}
}

func (h *health) note(channel string, o result, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch o.Outcome {
	case OutcomeHeld:
	case OutcomeLimited, OutcomeDenied, OutcomeLost, OutcomeFailed:
		if o.Outcome == OutcomeDenied && o.about != aboutToken { // of this call alone: it says nothing of others
			return
		}
		if h.state.Fault == "" {
			h.state.Since = now
		}
		h.state.Fault = o.Outcome
	case OutcomeUnreachable:
		if h.unreachable == nil || len(h.unreachable) >= channelsKnown {
			h.unreachable = map[string]struct{}{}
		}
		if channel != "" && o.about != aboutThread {
			h.unreachable[channel] = struct{}{}
		}
		h.state.Fault, h.state.Since = "", time.Time{}
	case OutcomeOK, OutcomeRefused, OutcomeGone:
		h.state.LastOK, h.state.Fault, h.state.Since = now, "", time.Time{}
		delete(h.unreachable, channel)
	}
}

// Examine implements [bot.Examiner]: it tells what Slack has refused of late.
func (c *Chat) Examine(context.Context) []bot.Finding {
	const check = "slack messages"
	s := c.State()
	var found []bot.Finding
	for _, r := range s.Refused {
		found = append(found, finding(check, bot.Fail, r.String()+", since "+r.Since.UTC().Format(time.DateTime)+" UTC", r.Fix))
	}
	for _, channel := range s.Unreachable {
		what, fix := "channel "+channel+" takes none", "Invite the bot there again, unarchive it, or let the bot post in it."
		if strings.HasPrefix(channel, "U") || strings.HasPrefix(channel, "W") {
			what, fix = channel+" takes no direct message of the bot", cure("messages_tab_disabled", methodPost, "")
		}
		found = append(found, finding(check, bot.Warn, what, fix))
	}
	if len(found) == 0 {
		found = append(found, finding(check, bot.Pass, "Slack refuses nothing that the bot has to say", ""))
	}
	return found
}
