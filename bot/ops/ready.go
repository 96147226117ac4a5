package ops

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot"
)

const (
	// frameWithin: Slack pings each connection every few seconds.
	frameWithin = 2 * time.Minute
	// portalWithin bounds a question to a portal, and portalFresh is how long its
	// answer is good: a probe must not become a load.
	portalWithin = 3 * time.Second
	portalFresh  = 15 * time.Second
)

// Ready says whether the bot can do its work, and why not.
type Ready struct {
	Sources

	Portals bot.Portals
	// Now is the clock; nil is [time.Now].
	Now func() time.Time

	mu    sync.Mutex
	held  []Part
	until time.Time
}

// Report is the answer to a question for readiness.
type Report struct {
	Ready bool `json:"ready"`
	// Reasons say what is wrong, one line each. Some do not end readiness: a
	// portal that is down is one, for that is when the bot is needed.
	Reasons []string `json:"reasons,omitempty"`
	Parts   []Part   `json:"parts"`
}

// Part is one thing that was looked at.
type Part struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it the bot is not ready
	Detail string `json:"detail"`
}

// Report looks at everything.
func (r *Ready) Report(ctx context.Context) Report {
	parts := []Part{r.slack()}
	if r.Messages != nil {
		parts = append(parts, messages(r.Messages()))
	}
	parts = append(parts, r.store(ctx)...)
	parts = append(parts, r.portals(ctx)...)
	report := Report{Ready: true, Parts: parts}
	for _, p := range parts {
		if !p.OK {
			report.Reasons = append(report.Reasons, p.Name+": "+p.Detail)
			report.Ready = report.Ready && !p.Needed
		}
	}
	return report
}

func (r *Ready) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

func (r *Ready) slack() Part {
	c := r.Connections()
	p := Part{Name: "slack", Needed: true, OK: true, Detail: fmt.Sprintf("%d connections", c.Live)}
	silent := r.now().Sub(c.LastFrame)
	switch {
	case c.Live == 0 && c.Fault != "":
		p.OK, p.Detail = false, "no connection: "+c.Fault
	case c.Live == 0:
		p.OK, p.Detail = false, "no connection yet"
	case silent > frameWithin:
		p.OK, p.Detail = false, fmt.Sprintf("no sign of life for %s", silent.Round(time.Second))
	}
	return p
}

// messages looks at what the chat takes. Only a refusal that keeps restores from
// being asked for ends readiness: the rest passes, or is about some channels.
func messages(m Messages) Part {
	p := Part{Name: "messages", Needed: m.Denied, OK: true, Detail: "are taken"}
	var calls []string
	for _, r := range m.Refused {
		calls = append(calls, r.Call+", since "+r.Since.UTC().Format(time.RFC3339))
		p.Needed = p.Needed || r.Needed
	}
	switch {
	case len(calls) > 0:
		p.OK, p.Detail = false, strings.Join(calls, "; ")
	case m.Denied:
		p.OK, p.Detail = false, "slack does not accept the bot since "+m.Since.UTC().Format(time.RFC3339)
	case m.Fault != "":
		p.OK, p.Detail = false, m.Fault+" since "+m.Since.UTC().Format(time.RFC3339)
	case m.Unreachable > 0:
		p.OK, p.Detail = false, fmt.Sprintf("%d channels take none: the bot was removed, or they are archived", m.Unreachable)
	}
	return p
}

// store looks at the database and at the queue in it.
func (r *Ready) store(ctx context.Context) []Part {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	b, err := r.Backlog(ctx)
	if err != nil {
		// The error may name hosts and files, and anybody may ask.
		return []Part{
			{Name: "database", Needed: true, Detail: "does not answer; see the log"},
			{Name: "queue", Needed: true, Detail: "unknown without the database"},
		}
	}
	queue := Part{Name: "queue", Needed: true, OK: true, Detail: fmt.Sprintf("%d restores in hand, %d late", b.Unsettled, b.Overdue)}
	if b.Stuck {
		queue.OK, queue.Detail = false, fmt.Sprintf("%d restores wait for a step, and none was made for %s",
			b.Unsettled, r.now().Sub(b.LastStep).Round(time.Second))
	}
	return []Part{{Name: "database", Needed: true, OK: true, Detail: "answers"}, queue}
}

func (r *Ready) portals(ctx context.Context) []Part {
	r.mu.Lock()
	held, fresh := r.held, r.now().Before(r.until)
	r.mu.Unlock()
	if fresh {
		return held
	}
	parts := make([]Part, len(r.Portals))
	var asked sync.WaitGroup
	for i, portal := range r.Portals {
		asked.Go(func() { parts[i] = ask(ctx, i, portal) })
	}
	asked.Wait()
	if ctx.Err() == nil {
		r.mu.Lock()
		r.held, r.until = parts, r.now().Add(portalFresh)
		r.mu.Unlock()
	}
	return parts
}
