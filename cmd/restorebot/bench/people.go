package main

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// confirmButton is the action of the button that confirms a request.
const confirmButton = "restore_confirm"

const (
	thinks = time.Second // how long people look at a card
	// looksAgain is after how long somebody presses again whose press seems to have
	// done nothing.
	looksAgain = 5 * time.Second
)

// named finds the portal's name in a card.
var named = regexp.MustCompile(`Restore (?:of )?(p[0-9]+)\b`)

// people watch channels full of restores: they confirm each card and note when the
// end of each restore was told.
type people struct {
	*stage.Stage

	mu      sync.Mutex
	cards   map[string]string // channel and ts of a card -> portal
	heard   map[string]bool   // of cards that were pressed: something was seen since
	told    map[string][]time.Time
	changed chan struct{} // an end was told
}

func watch(ctx context.Context, s *stage.Stage) *people {
	p := &people{Stage: s, cards: map[string]string{}, heard: map[string]bool{}, told: map[string][]time.Time{}, changed: make(chan struct{}, 1)}
	go func() {
		for event := range s.Slack.Events(ctx) {
			if event.Message != nil && (event.Kind == slacktest.MessagePosted || event.Kind == slacktest.MessageEdited) {
				p.see(ctx, *event.Message, event.At)
			}
		}
	}()
	return p
}

// see is what people do about a message.
func (p *people) see(ctx context.Context, m slacktest.Message, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Reply() {
		card := m.Channel + m.ThreadTS
		if _, pressed := p.heard[card]; pressed {
			p.heard[card] = true
		}
		if portal := p.cards[card]; portal != "" && m.ReplyBroadcast {
			p.told[portal] = append(p.told[portal], at)
			select {
			case p.changed <- struct{}{}:
			default:
			}
		}
		return
	}
	card := m.Channel + m.TS
	if found := named.FindStringSubmatch(m.Text); found != nil {
		p.cards[card] = found[1]
	}
	_, pressable := m.Button(confirmButton)
	_, pressed := p.heard[card]
	switch {
	case pressed && !pressable:
		p.heard[card] = true
	case pressable && !pressed:
		p.heard[card] = false
		go p.confirm(ctx, m)
	}
}

// confirm presses the button of a card, and again while nothing comes of it.
func (p *people) confirm(ctx context.Context, m slacktest.Message) {
	for wait := thinks; pause(ctx, wait) == nil; wait = looksAgain {
		p.mu.Lock()
		heard := p.heard[m.Channel+m.TS]
		p.mu.Unlock()
		if heard {
			return
		}
		press, err := p.Slack.Press(stage.Alice, m, confirmButton)
		if err != nil {
			return // the button is gone again
		}
		_, _ = press.Wait(ctx) // one that was lost is pressed again
	}
}

// ends waits until as many ends were told.
func (p *people) ends(ctx context.Context, want func() int) error {
	for {
		told, all := p.count(), want()
		if told >= all {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the ends of %d of %d restores were told: %w", told, all, context.Cause(ctx))
		case <-p.changed:
		case <-time.After(time.Second):
		}
	}
}

// count is how many ends were told.
func (p *people) count() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, told := range p.told {
		n += len(told)
	}
	return n
}
