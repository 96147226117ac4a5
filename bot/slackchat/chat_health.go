package slackchat

import (
	"maps"
	"slices"
	"sync"
	"time"
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
}

// Well reports whether nothing is wrong that a person should look at.
func (s ChatState) Well() bool {
	return (s.Fault == "" || s.Fault == OutcomeLimited) && len(s.Unreachable) == 0
}

// State is a snapshot for readiness and metrics.
func (c *Chat) State() ChatState {
	h := &c.health
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.state
	s.Unreachable = slices.Sorted(maps.Keys(h.unreachable))
	return s
}

// health remembers how calls went.
type health struct {
	mu          sync.Mutex
	state       ChatState
	unreachable map[string]struct{}
}

func (h *health) note(channel string, o Outcome, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch o {
	case OutcomeHeld:
	case OutcomeLimited, OutcomeDenied, OutcomeLost, OutcomeFailed:
		if h.state.Fault == "" {
			h.state.Since = now
		}
		h.state.Fault = o
	case OutcomeUnreachable:
		if h.unreachable == nil || len(h.unreachable) >= channelsKnown {
			h.unreachable = map[string]struct{}{}
		}
		if channel != "" {
			h.unreachable[channel] = struct{}{}
		}
		h.state.Fault, h.state.Since = "", time.Time{}
	case OutcomeOK, OutcomeRefused, OutcomeGone:
		h.state.LastOK, h.state.Fault, h.state.Since = now, "", time.Time{}
		delete(h.unreachable, channel)
	}
}
