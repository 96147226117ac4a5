package main

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

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
	inBubble(t, []string{"RESTORE_CONFIRM_TTL=1m"}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		s.WantFinalCard("expired")
		s.Bob.PressesStale(card, "Restore")
		s.Bob.WantTold("This request has expired and its restore did not start. Your press changed nothing.")
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
			"/restore status":                         {"No restore of this bot runs or waits"},
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
		s.WantFinalCard("The dry run is over", "Nothing was restored")
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
