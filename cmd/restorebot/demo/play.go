package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// Play is a team in an incident: a portal is restored while it watches.
type Play struct {
	Stage  *stage.Stage
	Screen *Screen
	// Fail makes the portal find the backup broken.
	Fail bool
	// Crash kills the bot in the middle of the restore and starts it again.
	Crash bool
	// Think is how long people take before they act, and how long the bot stays
	// away in a crash.
	Think time.Duration
}

// What each step of a play may take at most, a slow machine allowed for.
const stepWithin = time.Minute

// The action_id of the card's danger button, and of the boxes of the after-care list.
const (
	danger = "restore_confirm"
	ticks  = "restore_tick"
)

// Run plays to the end and returns the ts of the message that tells it, or an
// error if the channel was not told the end that the portal had.
func (p *Play) Run(ctx context.Context) (last string, err error) {
	backup := p.Stage.Portal.Backups()[0]
	if p.Fail {
		p.Stage.Portal.Break(func(f *docspacetest.Faults) { f.FailText, f.FailAt = "The backup file is invalid.", 40 })
	}
	// Typed on a telephone, which makes one long dash of two and bends the quotes.
	if err := p.typed(ctx, stage.Alice, "/restore "+backup.ID+" —reason “the sales room was emptied”"); err != nil {
		return "", err
	}
	card, err := p.wait(ctx, "the card did not come", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		return "", err
	}
	if err := p.press(ctx, stage.Eve, card, "[ Restore ] and is not on the list"); err != nil {
		return "", err
	}
	refused := func(m slacktest.Message) bool { return strings.Contains(m.Text, "not on the list") }
	no, err := p.Stage.Slack.WaitEphemeral(ctx, stage.Eve, refused)
	if err != nil {
		return "", fmt.Errorf("demo: the press of somebody on no list was not answered: %w", err)
	}
	if err := p.Screen.Until(ctx, no.TS); err != nil {
		return "", err
	}
	if err := p.press(ctx, stage.Bob, card, "[ Restore ] and confirms Slack's question"); err != nil {
		return "", err
	}
	if p.Crash {
		if err := p.crash(ctx, card); err != nil {
			return "", err
		}
	}
	return p.end(ctx, card)
}

// crash kills the bot once the restore runs, and starts it again.
func (p *Play) crash(ctx context.Context, card slacktest.Message) error {
	_, err := p.wait(ctx, "the card does not say that the restore runs", func(m slacktest.Message) bool {
		return m.TS == card.TS && strings.Contains(m.Text, ": running")
	})
	if err != nil {
		return err
	}
	p.Stage.KillBot()
	if err := p.Screen.Say("the bot is killed (kill -9), in the middle of the restore"); err != nil {
		return err
	}
	if err := p.says(ctx, "the bot is started again"); err != nil {
		return err
	}
	return p.Stage.StartBot(ctx)
}

// end waits for the reply that tells the end.
func (p *Play) end(ctx context.Context, card slacktest.Message) (ts string, err error) {
	reply, err := p.wait(ctx, "the bot did not announce the end", func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && m.ReplyBroadcast
	})
	if err != nil {
		return "", err
	}
	if n := p.Stage.Portal.Starts(); n != 1 {
		return "", fmt.Errorf("demo: startrestore was sent %d times", n)
	}
	restores := p.Stage.Portal.Restores()
	told := strings.Contains(reply.Text, ": done")
	if len(restores) != 1 || restores[0].Succeeded != told || told == p.Fail {
		return "", errors.New("demo: the channel heard of another end than the portal had")
	}
	if p.Fail {
		return reply.TS, nil
	}
	return p.tick(ctx, card)
}

// tick waits for the list of what is to be done, and does the first of it.
func (p *Play) tick(ctx context.Context, card slacktest.Message) (ts string, err error) {
	list, err := p.wait(ctx, "the list of what to do did not come", func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && strings.Contains(m.Text, "To do after")
	})
	if err != nil {
		return "", err
	}
	if err := p.says(ctx, "%s opens a few files and ticks it", name(stage.Bob)); err != nil {
		return "", err
	}
	d, err := p.Stage.Slack.Choose(stage.Bob, list, ticks, "files")
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	if err := p.acked(ctx, d); err != nil {
		return "", err
	}
	ticked, err := p.wait(ctx, "the list does not show the tick", func(m slacktest.Message) bool { return m.TS == list.TS && m.Edits > 0 })
	return version(ticked), err
}

func (p *Play) typed(ctx context.Context, user, text string) error {
	if err := p.says(ctx, "%s types %s", name(user), text); err != nil {
		return err
	}
	return p.acked(ctx, p.Stage.Slack.Command(user, stage.Channel, text))
}

func (p *Play) press(ctx context.Context, user string, card slacktest.Message, what string) error {
	if err := p.says(ctx, "%s presses %s", name(user), what); err != nil {
		return err
	}
	d, err := p.Stage.Slack.Press(user, card, danger)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return p.acked(ctx, d)
}

// says prints what somebody does, after thinking about it.
func (p *Play) says(ctx context.Context, format string, args ...any) error {
	select {
	case <-time.After(p.Think):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return p.Screen.Say(format, args...)
}

func (p *Play) acked(ctx context.Context, d *slacktest.Delivery) error {
	if _, err := d.Wait(ctx); err != nil {
		return fmt.Errorf("demo: the bot did not answer: %w", err)
	}
	return nil
}

func (p *Play) wait(ctx context.Context, fault string, ok func(slacktest.Message) bool) (slacktest.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	m, err := p.Stage.Slack.WaitMessage(ctx, stage.Channel, ok)
	if err != nil {
		return m, fmt.Errorf("demo: %s: %w", fault, err)
	}
	return m, p.Screen.Until(ctx, m.TS) // nobody acts on what is not to be seen yet
}
