package stage

import (
	"context"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// TB is the part of [testing.TB] that a scene needs.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Cleanup(f func())
	Context() context.Context
	TempDir() string
}

// How long a Want waits: a slow machine in real time, and a slow restore in the
// fake time of a bubble.
const (
	patience       = 2 * time.Minute
	bubblePatience = 2 * time.Hour
)

// Scene is a stage in a test, and the people on it.
type Scene struct {
	*Stage

	Alice, Bob, Eve, Mallory *Person

	t    TB
	card slacktest.Message // the one that people look at
	old  map[string]bool   // ts of the messages that are no card of now
}

// Set sets a stage for a test, without a bot. It is closed when the test ends.
func Set(t TB, o Options) *Scene {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	base, err := Open(o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	s := &Scene{Stage: base, t: t, old: map[string]bool{}}
	s.Alice, s.Bob, s.Eve, s.Mallory = s.Person(Alice), s.Person(Bob), s.Person(Eve), s.Person(Mallory)
	t.Cleanup(func() {
		for _, b := range base.living() {
			if t.Failed() {
				t.Logf("the log of a bot:\n%s", b.Log())
			}
		}
		_ = base.Close()
	})
	return s
}

// Person is somebody of the stage, or whom the test has put there.
func (s *Scene) Person(id string) *Person { return &Person{ID: id, scene: s} }

// Starts starts a bot, beside those that run.
func (s *Scene) Starts() *Bot {
	s.t.Helper()
	b, err := s.AddBot(s.t.Context())
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return b
}

// Runs runs the bot's program with other arguments, beside the bot, and returns
// what it wrote and its exit status.
func (s *Scene) Runs(args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	cmd := s.Command(s.t.Context(), args...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the status tells
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Kills ends every bot as a power cut does, and waits until Slack knows.
func (s *Scene) Kills() {
	s.t.Helper()
	s.KillBot()
	s.Until("the connections of the dead bot are closed", func() bool { return len(s.Slack.Connections()) == 0 })
}

// Stops asks every bot to stop, and waits until Slack knows.
func (s *Scene) Stops() {
	s.t.Helper()
	if err := s.StopBot(); err != nil {
		s.t.Errorf("the bot was asked to stop and ended with %v", err)
	}
	s.Until("the connections of the bot that stopped are closed", func() bool { return len(s.Slack.Connections()) == 0 })
}

// Context is that of the test: in a bubble it has to be the bubble's.
func (s *Scene) Context() context.Context { return s.t.Context() }

// Newest is the id of the newest backup.
func (s *Scene) Newest() string { return s.Portal.Backups()[0].ID }

// Until waits until something is so that Slack or the portal shows. It is looked at
// whenever something happens in Slack.
func (s *Scene) Until(what string, ok func() bool) {
	s.t.Helper()
	if err := s.wait(ok); err != nil {
		s.story()
		s.t.Fatalf("it is not so that %s: %v", what, err)
	}
}

// patient is for as long as a Want waits.
func (s *Scene) patient() (context.Context, context.CancelFunc) {
	within := patience
	if s.options.Load != nil {
		within = bubblePatience
	}
	return context.WithTimeout(s.t.Context(), within)
}

func (s *Scene) wait(ok func() bool) error {
	ctx, cancel := s.patient()
	defer cancel()
	return s.Slack.WaitFor(ctx, func(*slacktest.Slack) bool { return ok() })
}

// Text is a message as it reads, with all that is folded in it.
func (s *Scene) Text(m slacktest.Message) string { return s.Slack.RenderUnfolded(m, time.UTC) }

// says reports whether a text holds all the words, whatever marks are around them.
func says(text string, words []string) bool {
	plain := strings.NewReplacer("*", "", "_", "", "`", "").Replace(text)
	return !slices.ContainsFunc(words, func(word string) bool {
		return !strings.Contains(text, word) && !strings.Contains(plain, word)
	})
}

// story logs what the channel shows.
func (s *Scene) story() {
	s.t.Helper()
	for _, m := range s.Slack.Channel(Channel).Messages() {
		s.t.Logf("in the channel:\n%s", s.Text(m))
	}
}

// NextCard puts the card out of sight that people look at: the next WantCard waits
// for a message that is not there now.
func (s *Scene) NextCard() {
	s.card = slacktest.Message{}
	for _, m := range s.Slack.Channel(Channel).Messages() {
		s.old[m.TS] = true
	}
}

// Card is the card that people look at, as it is now.
func (s *Scene) Card() slacktest.Message {
	now, _ := s.Slack.Message(s.card.Channel, s.card.TS)
	return now
}

// SeeCard is WantCard, but does not wait until the bot has recorded the card.
func (s *Scene) SeeCard(words ...string) slacktest.Message {
	s.t.Helper()
	var found slacktest.Message
	err := s.wait(func() bool {
		for _, m := range s.Slack.Channel(Channel).Main() {
			if m.Reply() {
				continue
			}
			ours := m.TS == s.card.TS || s.card.TS == "" && !s.old[m.TS] && (len(words) > 0 || len(m.Buttons()) > 0)
			if ours && says(s.Text(m), words) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		s.story()
		s.t.Fatalf("no card says %q", words)
	}
	s.card = found
	return found
}

// WantCard waits until the card says all the words: the one that people look at, or,
// if there is none yet, the first with buttons or with the words. A new card is
// recorded when WantCard returns, so that a bot that dies then finds it again.
func (s *Scene) WantCard(words ...string) slacktest.Message {
	s.t.Helper()
	fresh := s.card.TS == ""
	card := s.SeeCard(words...)
	if fresh {
		s.Until("the bot has recorded its card", func() bool {
			return slices.ContainsFunc(s.Slack.Calls("chat.getPermalink"), func(c slacktest.Call) bool { return c.Args["message_ts"] == card.TS })
		})
	}
	return card
}

// WantFinalCard waits until the card has no buttons and says all the words, in
// large or small letters.
func (s *Scene) WantFinalCard(words ...string) {
	s.t.Helper()
	err := s.wait(func() bool {
		now := s.Card()
		text := strings.ToLower(s.Text(now))
		return len(now.Buttons()) == 0 && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, strings.ToLower(word)) })
	})
	if err != nil {
		s.t.Fatalf("the card does not end with %q but:\n%s", words, s.Text(s.Card()))
	}
}

// WantThreadSays waits until a reply in the card's thread says all the words.
func (s *Scene) WantThreadSays(words ...string) slacktest.Message {
	s.t.Helper()
	return s.want(func() []slacktest.Message {
		return slices.DeleteFunc(s.Slack.Channel(s.card.Channel).Thread(s.card.TS), func(m slacktest.Message) bool { return m.TS == s.card.TS })
	}, "the thread", words)
}

// WantChannelSays waits until a message of the channel, or a reply that also stands
// in it, says all the words.
func (s *Scene) WantChannelSays(words ...string) slacktest.Message {
	s.t.Helper()
	return s.want(s.Slack.Channel(Channel).Main, "the channel", words)
}

func (s *Scene) want(messages func() []slacktest.Message, where string, words []string) (found slacktest.Message) {
	s.t.Helper()
	err := s.wait(func() bool {
		for _, m := range messages() {
			if says(s.Text(m), words) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range messages() {
			s.t.Logf("%s", s.Text(m))
		}
		s.t.Fatalf("%s does not say %q", where, words)
	}
	return found
}

// WantStarts checks how often startrestore was sent.
func (s *Scene) WantStarts(n int) {
	s.t.Helper()
	if got := s.Portal.Starts(); got != n {
		s.t.Errorf("startrestore was sent %d times, want %d", got, n)
	}
}

// WantUntouched checks that no restore began and nothing stands in the channel.
func (s *Scene) WantUntouched() {
	s.t.Helper()
	s.WantStarts(0)
	for _, m := range s.Slack.Channel(Channel).Messages() {
		s.t.Errorf("the channel was shown:\n%s", s.Text(m))
	}
}

// WantNoButtons checks that no message of the channel can be pressed.
func (s *Scene) WantNoButtons() {
	s.t.Helper()
	for _, m := range s.Slack.Channel(Channel).Messages() {
		if len(m.Buttons()) > 0 {
			s.t.Errorf("a live button is left on:\n%s", s.Text(m))
		}
	}
}
