package demo

import (
	"context"
	"net/http"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// fault is something that the panel breaks or does. One without on is done
// once; with it, it is a switch.
type fault struct {
	id, label, about string
	set              func(*docspacetest.Faults, bool) // a switch of the portal
	once             func(context.Context) error
}

// seenFault is a fault as the panel shows it.
type seenFault struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	About  string `json:"about"`
	Switch bool   `json:"switch"`
	On     bool   `json:"on"`
}

// faults are what the panel plays with.
type faults struct {
	all    []fault
	portal *docspacetest.Portal

	mu sync.Mutex
	on map[string]bool
}

// portalAtPercent is where a restore that is to fail does.
const portalAtPercent = 40

func newFaults(s *Stage) *faults {
	slack := s.Slack
	nothing := func(f func()) func(context.Context) error {
		return func(context.Context) error { f(); return nil }
	}
	return &faults{portal: s.Portal, on: map[string]bool{}, all: []fault{
		{id: "kill", label: "Kill the bot", about: "kill -9, as a power cut does", once: nothing(s.KillBot)},
		{id: "start", label: "Start the bot", about: "it goes on where it was", once: s.StartBot},
		{id: "recycle", label: "Recycle the socket", about: "Slack warns and closes the connections after 10 s", once: nothing(func() { slack.Recycle(slacktest.Warning, slacktest.Grace) })},
		{id: "cut", label: "Cut the socket", about: "every connection is reset", once: nothing(func() { slack.Cut() })},
		{id: "limit", label: "Slack says 429", about: "the next five calls are refused for 2 s", once: nothing(func() {
			slack.Fail("*", slacktest.Failure{Times: 5, Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second})
		})},
		{id: "key", label: "Put a new key in place", about: "after a restore the old one is dead", once: nothing(func() { _ = s.NewKey() })},
		{id: "fail", label: "Restores fail", about: "the portal finds the backup broken", set: func(f *docspacetest.Faults, on bool) {
			f.FailText, f.FailAt = "", 0
			if on {
				f.FailText, f.FailAt = "The backup file is invalid.", portalAtPercent
			}
		}},
		{id: "worker", label: "Worker dead", about: "a running restore stands still and the portal stays locked", set: func(f *docspacetest.Faults, on bool) { f.WorkerDead = on }},
		{id: "queued", label: "No worker", about: "no restore is picked up", set: func(f *docspacetest.Faults, on bool) { f.StuckQueued = on }},
		{id: "lost", label: "Answer lost", about: "the portal starts and the bot never hears of it", set: func(f *docspacetest.Faults, on bool) { f.LoseStartAnswer = on }},
		{id: "down", label: "Portal down", about: "every connection to the portal is cut", set: func(f *docspacetest.Faults, on bool) { f.Down = on }},
	}}
}

func (fs *faults) seen() []seenFault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]seenFault, 0, len(fs.all))
	for _, f := range fs.all {
		out = append(out, seenFault{f.id, f.label, f.about, f.set != nil, fs.on[f.id]})
	}
	return out
}

// toggle does a fault, or turns its switch.
func (fs *faults) toggle(ctx context.Context, id string) error {
	for _, f := range fs.all {
		switch {
		case f.id != id:
			continue
		case f.once != nil:
			return f.once(ctx)
		}
		fs.mu.Lock()
		defer fs.mu.Unlock()
		fs.on[id] = !fs.on[id]
		fs.portal.Break(func(now *docspacetest.Faults) { f.set(now, fs.on[id]) })
		return nil
	}
	return errNoAct
}
