package demo

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"docspace-restorebot/bot/slacktest"
)

// The most lines of a message that are printed, so that the story of an incident fits two
// screens of a terminal: the page shows all of it.
const (
	maxPost  = 12 // in the channel
	maxAside = 2  // in a thread, or for one person alone
	maxEdit  = 2  // that an edit brought
)

// columns is the width of the narrowest terminal.
const columns = 80

// Screen shows a channel in a terminal as it changes, in brief: the first lines of what
// is posted, and of an edit those that are new.
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
		most := maxPost
		if e.Message.Reply() && !e.Message.ReplyBroadcast || e.Message.Ephemeral() {
			most = maxAside
		}
		head, rest, _ := strings.Cut(s.slack.Render(*e.Message, time.UTC), "\n")
		text = brief(head+": "+strings.TrimLeft(rest, " "), most)
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
func version(m slacktest.Message) string { return fmt.Sprint(m.TS, "/", m.Edits) }

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
	for line := range strings.Lines(now) {
		if before[line] || strings.Contains(line, "Next update by") || strings.Contains(line, "Running for") || strings.Contains(line, "▸") || strings.Contains(line, "[ ") {
			continue
		}
		fresh.WriteString(line)
	}
	if fresh.Len() == 0 { // only time has passed
		return ""
	}
	what := "the card now: "
	if m.Reply() {
		what = "the list now: "
	}
	return brief(what+strings.TrimLeft(fresh.String(), " "), maxEdit)
}

// noise is what only the page shows as more than characters: addresses of links, bold
// marks, and names of emoji.
var noise = regexp.MustCompile(` \(https?://[^)]*\)|\*|:[a-z_]+: `)

// brief is the beginning of a text, without what stands in code marks and without the
// words that explain a box.
func brief(text string, most int) string {
	var out []string
	code := false
	for line := range strings.Lines(text) {
		marks := strings.Count(line, "```")
		switch {
		case code || marks > 0:
			code = code != (marks%2 == 1)
			continue
		case strings.HasPrefix(line, strings.Repeat(" ", 4)), strings.Contains(line, "▸"), strings.Contains(line, "_Counting"):
			continue
		}
		out = append(out, wrapped(noise.ReplaceAllString(line, ""), columns-stampWidth)...)
	}
	if len(out) > most {
		last := []rune(out[most-1])
		out = append(out[:most-1:most-1], string(last[:min(len(last), columns-stampWidth-2)])+" …")
	}
	return strings.Join(out, "\n") + "\n"
}

// wrapped is a line in lines of so many characters, each begun as the first is.
func wrapped(line string, width int) (out []string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	now := indent
	for word := range strings.FieldsSeq(line) {
		if now != indent && utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > width {
			out, now = append(out, now), indent
		}
		if now != indent {
			now += " "
		}
		now += word
	}
	return append(out, now)
}

// Say prints what a person does.
func (s *Screen) Say(format string, args ...any) error {
	return s.block(strings.Join(wrapped("» "+fmt.Sprintf(format, args...), columns-stampWidth), "\n") + "\n")
}

// stampWidth is what the time before each block takes.
const stampWidth = 8

func (s *Screen) block(text string) error {
	at := fmt.Sprintf("%5.1fs  ", time.Since(s.begun).Seconds())
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(at + line)
		at = strings.Repeat(" ", len(at))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := io.WriteString(s.out, out.String())
	return err
}

// name is a person's name as it is typed.
func name(user string) string { return strings.ToLower(strings.TrimPrefix(user, "U0")) }
