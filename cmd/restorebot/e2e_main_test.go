package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// begin sets a stage with more settings, and starts the bot.
func begin(t *testing.T, settings ...string) (context.Context, *oldStage) { //nolint:unparam // it goes with the last test that stands on it
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	s := setStage(t)
	s.env = append(s.env, settings...)
	s.start(ctx)
	return ctx, s
}

// says types a command and waits for an answer, seen by the person alone, that
// holds all the words.
func (s *oldStage) says(ctx context.Context, user, text string, words ...string) {
	s.t.Helper()
	if _, err := s.slack.Command(user, "COPS", text).Wait(ctx); err != nil {
		s.t.Fatalf("%s was not acked: %v", text, err)
	}
	s.told(ctx, user, words...)
}

// told waits for an answer that one person sees and that holds all the words.
func (s *oldStage) told(ctx context.Context, user string, words ...string) {
	s.t.Helper()
	_, err := s.slack.WaitEphemeral(ctx, user, func(m slacktest.Message) bool {
		text := s.slack.Render(m, time.UTC)
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	if err != nil {
		for _, m := range s.slack.Ephemerals(user) {
			s.t.Log(s.slack.Render(m, time.UTC))
		}
		s.t.Fatalf("%s was not told %q", user, words)
	}
}

// untouched checks that no restore began and no card stands in the channel.
func (s *oldStage) untouched() {
	s.t.Helper()
	if n := s.portal.Starts(); n != 0 {
		s.t.Errorf("startrestore was sent %d times", n)
	}
	for _, m := range s.slack.Channel("COPS").Messages() {
		s.t.Errorf("the channel was shown:\n%s", s.slack.Render(m, time.UTC))
	}
}

func (s *oldStage) newest() string { return s.portal.Backups()[0].ID }

func TestBinaryTellsWhyARestoreFailed(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.Break(func(f *docspacetest.Faults) {
			f.FailText, f.FailAt, f.LeakStack = "The backup <file> is invalid.", 40, true
		})
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Alice.Presses("Restore")
		s.WantFinalCard("failed")
		end := s.WantThreadSays("The backup <file> is invalid.", "The old data is intact", "@alice")
		if !end.ReplyBroadcast {
			t.Error("the end is told in the thread alone")
		}
		s.WantStarts(1)
	})
}

func TestBinaryLetsARequestExpire(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		s.WantFinalCard("expired")
		s.Bob.PressesStale(card, "Restore")
		s.Bob.WantTold("This request has expired", "nothing was started", "changed nothing")
		s.WantStarts(0)
	})
}

func TestBinaryRefusesWhatCannotBeRestored(t *testing.T) {
	t.Parallel()
	const unknown = "11111111-2222-3333-4444-555555555555"
	for name, c := range map[string]struct {
		text   string
		broken func(s *stage.Scene)
		words  []string
	}{
		"unknown backup": {unknown, nil, []string{"shows no backup", unknown, "Nothing was started", "/restore list"}},
		"portal down": {"", func(s *stage.Scene) { s.Portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, []string{
			"could not be asked", "Nothing was started", "DOCSPACE_URL",
		}},
		"restore runs": {"", func(s *stage.Scene) { s.Portal.StartElsewhere(s.Newest()) }, []string{"A restore runs on the portal already", "Nothing was started"}},
		"dead key":     {"", func(s *stage.Scene) { s.Portal.RevokeKeys() }, []string{"does not accept the bot's API key", "Nothing was started"}},
		"not invited": {"", func(s *stage.Scene) {
			s.Slack.PutChannel(slacktest.Channel{ID: stage.Channel, Name: "incident-42", NoBot: true})
		}, []string{"/invite", "Nothing was started"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, nil, func(s *stage.Scene) {
				if c.broken != nil {
					c.broken(s)
				}
				text := c.text
				if text == "" {
					text = s.Newest()
				}
				s.Alice.Types("/restore " + text)
				s.Alice.WantTold(c.words...)
				s.WantUntouched()
			})
		})
	}
}

func TestBinaryAnswersEveryCommand(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		for text, words := range map[string][]string{
			"/restore help":                           {"/restore <backup-id>", "/restore list", "Nothing was started"},
			"/restore help list":                      {"shows the backups, newest first"},
			"/restore list":                           {s.Newest(), "newest first"},
			"/restore status":                         {"Nothing that this bot started runs or waits"},
			"/restore " + s.Newest() + " —dmup":       {"--dmup", "Did you mean", "--dump", "Nothing was started"},
			"/restore " + s.Newest() + " --dump x":    {"one word too many", "Nothing was started"},
			"/restore lst":                            {"Did you mean", "list"},
			"/restore " + strings.Repeat("0", 32):     {"all zeros", "Nothing was started"},
			"/restore " + s.Newest() + " --storage x": {"--storage", "Nothing was started"},
		} {
			s.Alice.Types(text)
			s.Alice.WantTold(words...)
		}
		s.WantUntouched()
	})
}

func TestBinaryRehearsesADryRun(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest() + " –dry-run")
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantFinalCard("dry run: nothing was started")
		s.WantStarts(0)
	})
}

func TestBinaryWantsASecondPersonForADump(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Portal.AddBackup(docspacetest.Backup{Dump: true}) + " --dump")
		s.WantCard("replaces the whole server")
		s.Alice.Presses("Restore")
		s.Alice.WantDialog("somebody else has to confirm it")
		s.WantStarts(0)
	})
}
