package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// Screen shows a channel in a terminal as it changes: what is posted in full,
// and of an edit only the lines that are new.
type Screen struct {
	slack *slacktest.Slack
	out   io.Writer
	begun time.Time
	shown map[string]string // by ts

	mu    sync.Mutex
	drawn map[string]bool // ts of what is on the screen
	fresh chan struct{}   // closed at the next drawing

	broken error // why nothing is drawn any more
}

// NewScreen makes a screen of slack's channels on out.
func NewScreen(slack *slacktest.Slack, out io.Writer) *Screen {
	return &Screen{slack: slack, out: out, begun: time.Now(), shown: map[string]string{}, drawn: map[string]bool{}, fresh: make(chan struct{})}
}

// Show draws what happens until ctx ends.
func (s *Screen) Show(ctx context.Context) error {
	for e := range s.slack.Events(ctx) {
		if err := s.draw(e); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.broken = err
			close(s.fresh)
			s.fresh = make(chan struct{})
			return err
		}
	}
	return nil
}

func (s *Screen) draw(e slacktest.Event) error {
	var text string
	switch e.Kind {
	case slacktest.MessagePosted, slacktest.EphemeralShown:
		text = s.slack.Render(*e.Message, time.UTC)
	case slacktest.MessageEdited:
		text = s.news(*e.Message)
	case slacktest.NoticeShown:
		text = "Slack, to " + name(e.User) + ": " + e.Detail + "\n"
	default:
		return nil
	}
	if e.Message != nil {
		s.shown[e.Message.TS] = s.slack.Render(*e.Message, time.UTC)
	}
	if text != "" {
		if err := s.block(text); err != nil {
			return err
		}
	}
	if e.Message != nil {
		s.note(e.Message.TS)
		s.note(version(*e.Message))
	}
	return nil
}

// version names a message as it stands after its edits, for [Screen.Until].
func version(m slacktest.Message) string { return fmt.Sprint(m.TS, "/", len(m.Edits)) }

// note tells Until that a message is on the screen.
func (s *Screen) note(ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn[ts] = true
	close(s.fresh)
	s.fresh = make(chan struct{})
}

// Until returns when the message is on the screen, or why it will not be.
func (s *Screen) Until(ctx context.Context, ts string) error {
	for {
		s.mu.Lock()
		drawn, fresh, broken := s.drawn[ts], s.fresh, s.broken
		s.mu.Unlock()
		if drawn || broken != nil {
			return broken
		}
		select {
		case <-fresh:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// news is what an edit shows that the message did not show before.
func (s *Screen) news(m slacktest.Message) string {
	now := s.slack.Render(m, time.UTC)
	before := map[string]bool{}
	for line := range strings.Lines(s.shown[m.TS]) {
		before[line] = true
	}
	var fresh strings.Builder
	step := false
	for line := range strings.Lines(now) {
		if before[line] || strings.Contains(line, "Next update by") {
			continue
		}
		fresh.WriteString(line)
		step = step || !strings.Contains(line, "Running for")
	}
	if !step { // only time has passed
		return ""
	}
	what := "the card, edited in place\n"
	if m.Reply() {
		what = "the list, edited in place\n"
	}
	return what + fresh.String()
}

// Say prints what a person does.
func (s *Screen) Say(format string, args ...any) error {
	return s.block("» " + fmt.Sprintf(format, args...) + "\n")
}

func (s *Screen) block(text string) error {
	at := fmt.Sprintf("%6.1fs  ", time.Since(s.begun).Seconds())
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(at + line)
		at = strings.Repeat(" ", len(at))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := io.WriteString(s.out, out.String()+"\n")
	return err
}

// name is a person's name as it is typed.
func name(user string) string { return strings.ToLower(strings.TrimPrefix(user, "U0")) }
