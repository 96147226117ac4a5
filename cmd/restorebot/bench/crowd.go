package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// confirmButton is the action of the button that confirms a request.
const confirmButton = "restore_confirm"

// thinks is how long people look at a card.
const thinks = time.Second

// named finds the portal's name in a card.
var named = regexp.MustCompile(`Restore (?:of )?(p[0-9]+)\b`)

// crowd watches a channel full of restores: it confirms each card, as people
// do, and notes when the end of each restore was told.
type crowd struct {
	stage *stage
	// patience is how long somebody who pressed waits for the card or its thread
	// to say something, and then presses again; 0 is for ever.
	patience time.Duration

	mu       sync.Mutex
	cards    map[string]string // channel and ts of a card -> portal
	pressed  map[string]bool
	heard    map[string]bool        // cards of which something was seen since
	told     map[string][]time.Time // portal -> when an end was told
	progress chan struct{}          // one end was told
	presses  presses
}

// presses are how often people pressed.
type presses struct {
	Made  int `json:"made"`
	Again int `json:"again"` // of them, because nothing was seen of the one before
	Lost  int `json:"lost"`  // of them, those that Slack told to be lost
}

func (s *stage) crowd() *crowd {
	return &crowd{
		stage: s, cards: map[string]string{}, pressed: map[string]bool{}, heard: map[string]bool{}, told: map[string][]time.Time{},
		progress: make(chan struct{}, 1),
	}
}

// watch acts until ctx ends.
func (c *crowd) watch(ctx context.Context) {
	for event := range c.stage.slack.Events(ctx) {
		if event.Message == nil || event.Kind != slacktest.MessagePosted && event.Kind != slacktest.MessageEdited {
			continue
		}
		c.heed(ctx, *event.Message, event.At)
	}
}

func (c *crowd) heed(ctx context.Context, m slacktest.Message, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Reply() {
		c.heard[m.Channel+m.ThreadTS] = true
		if portal := c.cards[m.Channel+m.ThreadTS]; portal != "" && m.ReplyBroadcast {
			c.told[portal] = append(c.told[portal], at)
			select {
			case c.progress <- struct{}{}:
			default:
			}
		}
		return
	}
	if found := named.FindStringSubmatch(m.Text); found != nil {
		c.cards[m.Channel+m.TS] = found[1]
	}
	_, there := m.Button(confirmButton)
	switch {
	case !there:
		c.heard[m.Channel+m.TS] = true
	case !c.pressed[m.Channel+m.TS]:
		c.pressed[m.Channel+m.TS] = true
		go c.confirm(ctx, m)
	}
}

// confirm presses the button of a card, and again while nothing comes of it.
func (c *crowd) confirm(ctx context.Context, m slacktest.Message) {
	for n := 0; pause(ctx, thinks) == nil; n++ {
		press, err := c.stage.slack.Press(asker, m, confirmButton)
		if err != nil {
			return // the button is gone again
		}
		_, err = press.Wait(ctx)
		c.mu.Lock()
		c.presses.Made++
		if n > 0 {
			c.presses.Again++
		}
		if err != nil && ctx.Err() == nil {
			c.presses.Lost++
		}
		c.mu.Unlock()
		if c.patience == 0 {
			return
		}
		if err == nil && pause(ctx, c.patience) != nil {
			return
		}
		c.mu.Lock()
		heard := c.heard[m.Channel+m.TS]
		c.mu.Unlock()
		if heard {
			return
		}
	}
}

// counted is how often people pressed so far.
func (c *crowd) counted() presses {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.presses
}

// ends waits until an end of every portal was told.
func (c *crowd) ends(ctx context.Context, portals []*portal) error {
	for {
		c.mu.Lock()
		told := len(c.told)
		c.mu.Unlock()
		if told >= len(portals) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the ends of %d of %d restores were told: %w", told, len(portals), context.Cause(ctx))
		case <-c.progress:
		}
	}
}

// count is how many ends were told.
func (c *crowd) count() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, told := range c.told {
		n += len(told)
	}
	return n
}

// request asks for a restore of each portal.
func (s *stage) request(ctx context.Context, atOnce int, portals []*portal) (loaded, error) {
	return rush(ctx, s.slack, atOnce, len(portals), func(n int) slacktest.Line {
		p := portals[n]
		return slacktest.Line{User: asker, Channel: p.channel, Text: "/restore " + p.Backups()[0].ID + " --portal " + p.name}
	})
}

// late is how much later than it could have been each end was told. A channel
// takes one message a second: of several ends in one, each waits for those
// before it.
func (c *crowd) late() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	type end struct{ ended, told time.Time }
	byChannel := map[string][]end{}
	for _, p := range c.stage.portals {
		restores := p.Restores()
		if told := c.told[p.name]; len(told) > 0 && len(restores) > 0 {
			byChannel[p.channel] = append(byChannel[p.channel], end{restores[0].Ended, told[0]})
		}
	}
	var late []time.Duration
	for _, ends := range byChannel {
		slices.SortFunc(ends, func(a, b end) int { return a.ended.Compare(b.ended) })
		told := make([]time.Time, 0, len(ends))
		for _, e := range ends {
			told = append(told, e.told)
		}
		slices.SortFunc(told, time.Time.Compare)
		var free time.Time
		for i, e := range ends {
			at := e.ended
			if at.Before(free) {
				at = free
			}
			free = at.Add(time.Second)
			late = append(late, max(0, told[i].Sub(at)))
		}
	}
	slices.Sort(late)
	return late
}

// counts is how many restores began and ended.
func (s *stage) counts() (begun, ended int) {
	for _, p := range s.portals {
		for _, r := range p.Restores() {
			begun++
			if !r.Ended.IsZero() {
				ended++
			}
		}
	}
	return begun, ended
}

// polls are the times between two questions for the progress of a running
// restore, sorted.
func (s *stage) polls() []time.Duration {
	var gaps []time.Duration
	for _, p := range s.portals {
		restores := p.Restores()
		if len(restores) == 0 {
			continue
		}
		from, to := restores[0].Started, restores[0].Ended
		p.mu.Lock()
		var last time.Time
		for _, at := range p.asked {
			if at.Before(from) || !to.IsZero() && at.After(to) {
				continue
			}
			if !last.IsZero() {
				gaps = append(gaps, at.Sub(last))
			}
			last = at
		}
		p.mu.Unlock()
	}
	slices.Sort(gaps)
	return gaps
}

// atOnce is how many restores ran at the same moment, at most, and the time
// from the last one's start to the first one's end.
func (s *stage) atOnce() (most int) {
	type turn struct {
		at time.Time
		by int
	}
	var turns []turn
	for _, p := range s.portals {
		for _, r := range p.Restores() {
			turns = append(turns, turn{r.Started, 1})
			if !r.Ended.IsZero() {
				turns = append(turns, turn{r.Ended, -1})
			}
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) })
	now := 0
	for _, t := range turns {
		now += t.by
		most = max(most, now)
	}
	return most
}
