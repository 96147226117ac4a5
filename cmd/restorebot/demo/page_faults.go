package demo

import (
	"context"
	"net/http"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// fault is something that the panel breaks or does. One without on is done
// once; with it, it is a switch.
type fault struct {
	id, label, about string
	set              func(*docspacetest.Faults, bool) // a switch of the portal
	flip             func(on bool)                    // another switch
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

func newFaults(s *stage.Stage) *faults {
	slack := s.Slack
	nothing := func(f func()) func(context.Context) error {
		return func(context.Context) error { f(); return nil }
	}
	return &faults{portal: s.Portal, on: map[string]bool{}, all: []fault{
		{id: "kill", label: "Kill the bot", about: "as a power cut would", once: nothing(s.KillBot)},
		{id: "start", label: "Start the bot", about: "it goes on where it stopped", once: s.StartBot},
		{id: "recycle", label: "Slack reconnects", about: "it warns, and closes the connections after 10 s", once: nothing(func() { slack.Recycle(slacktest.Warning, slacktest.Grace) })},
		{id: "cut", label: "Cut the line to Slack", about: "every connection breaks at once", once: nothing(func() { slack.Cut() })},
		{id: "limit", label: "Slack is busy", about: "it refuses the next five calls for 2 s", once: nothing(func() {
			slack.Fail("*", slacktest.Failure{Times: 5, Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second})
		})},
		{id: "old", label: "Old Slack", about: "it does not know the blocks of 2026", flip: func(on bool) {
			slack.RefuseBlocks()
			if on {
				slack.RefuseBlocks(slacktest.NewBlocks()...)
			}
		}},
		{id: "key", label: "Give the bot a new key", about: "a restore deletes the old one", once: nothing(func() { _ = s.NewKey() })},
		{id: "fail", label: "Restores fail", about: "the portal finds the backup broken", set: func(f *docspacetest.Faults, on bool) {
			f.FailText, f.FailAt = "", 0
			if on {
				f.FailText, f.FailAt = "The backup file is invalid.", portalAtPercent
			}
		}},
		{id: "worker", label: "The worker dies", about: "the restore stalls, and the portal stays closed", set: func(f *docspacetest.Faults, on bool) { f.WorkerDead = on }},
		{id: "queued", label: "No worker", about: "no restore gets past the queue", set: func(f *docspacetest.Faults, on bool) { f.StuckQueued = on }},
		{id: "lost", label: "Lose the answer", about: "the portal starts, and the bot does not hear of it", set: func(f *docspacetest.Faults, on bool) { f.LoseStartAnswer = on }},
		{id: "down", label: "Portal down", about: "it answers nobody", set: func(f *docspacetest.Faults, on bool) { f.Down = on }},
	}}
}

func (fs *faults) seen() []seenFault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]seenFault, 0, len(fs.all))
	for _, f := range fs.all {
		out = append(out, seenFault{f.id, f.label, f.about, f.once == nil, fs.on[f.id]})
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
		if f.flip != nil {
			f.flip(fs.on[id])
			return nil
		}
		fs.portal.Break(func(now *docspacetest.Faults) { f.set(now, fs.on[id]) })
		return nil
	}
	return errNoAct
}
