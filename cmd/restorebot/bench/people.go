package main

import (
	"context"
	"regexp"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// confirmButton is the action of the button that confirms a request.
const confirmButton = "restore_confirm"

// named finds the portal's name in a card.
var named = regexp.MustCompile(`Restore (?:of )?(p[0-9]+)\b`)

// people watch channels full of restores: they confirm each card and note when the
// end of each restore was told.
type people struct {
	slack *slacktest.Slack

	mu    sync.Mutex
	cards map[string]string // channel and ts of a card -> portal; "" of one without a name yet
	asked map[string]bool   // cards with a button that were seen
	told  map[string][]time.Time
}

func watch(ctx context.Context, slack *slacktest.Slack) *people {
	p := &people{slack: slack, cards: map[string]string{}, asked: map[string]bool{}, told: map[string][]time.Time{}}
	go func() {
		for event := range slack.Events(ctx) {
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
		if portal := p.cards[m.Channel+m.ThreadTS]; portal != "" && m.ReplyBroadcast {
			p.told[portal] = append(p.told[portal], at)
		}
		return
	}
	card := m.Channel + m.TS
	if found := named.FindStringSubmatch(m.Text); found != nil {
		p.cards[card] = found[1]
	}
	if _, pressable := m.Button(confirmButton); pressable && !p.asked[card] {
		p.asked[card] = true
		go p.confirm(ctx, m)
	}
}

// confirm looks at a card for a second and presses its button, until a press is
// acked: what was acked is recorded.
func (p *people) confirm(ctx context.Context, m slacktest.Message) {
	for pause(ctx, time.Second) == nil {
		press, err := p.slack.Press(stage.Alice, m, confirmButton)
		if err != nil {
			return // the button is gone again
		}
		if _, err := press.Wait(ctx); err == nil {
			return
		}
	}
}

// ends are the times at which the ends of a portal's restores were told.
func (p *people) ends(portal string) []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told[portal]
}

// heard waits until as many ends of a portal's restores were told.
func (p *people) heard(ctx context.Context, portal string, n int) error {
	for len(p.ends(portal)) < n {
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
