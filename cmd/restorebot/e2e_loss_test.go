package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// From the request to the list in the report, by the built program.
func TestBinaryTellsWhatARestoreTakes(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	work := docspacetest.Work{Age: 2 * time.Hour, Last: 4 * time.Minute, Files: 41, Changed: 12, Removed: 4, Rooms: 3, Invited: 2, Personal: 1, People: 7}
	s.Portal.AddEvents(work.Events(time.Now())...)
	s.Alice.Types("/restore " + s.Newest())
	card := s.WantCard("At least 42 files created, 12 files changed, 3 new rooms, 2 people invited", "by 7 people", "the last 4 min", "back after the restore: 4 files")
	if text := s.Slack.Render(card, time.UTC); strings.Contains(text, "Plan") || strings.Contains(text, "Ada") {
		t.Errorf("the card names what is for few: %s", text)
	}
	s.Eve.Presses("Show what")
	s.Eve.WantDialog("you are not on their list")
	s.Bob.Presses("Show what")
	s.Bob.WantDialog("Ada Adams", "created a file: Plan 1.docx (Room 1)")
	restore, _ := card.Button("restore_loss")
	report := func(format string) string {
		out, err := s.Command(s.Context(), "report", "--format="+format, restore.Value).CombinedOutput()
		if err != nil {
			t.Fatalf("report of %q: %v %s", restore.Value, err, out)
		}
		return string(out)
	}
	if early := report("md"); strings.Contains(early, "Plan 1") {
		t.Error("the report names before the restore what is for few")
	}
	// Somebody works while it waits.
	s.Portal.AddEvents(docspacetest.Work{Age: time.Second, Files: 6}.Events(time.Now())...)
	s.Bob.Presses("Restore")
	s.WantFinalCard("restored")
	s.WantThreadSays("To do again", "Ada Adams", "[ ]")
	s.WantStarts(1)
	text := report("md")
	for _, want := range []string{"**Lost:** at least ", "## To do again", "Plan 41.docx", "Budget 12.xlsx", "1 file in their own documents", "Deleted since the backup, and back now", "changed_since=6"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the report:\n%s", want, text)
		}
	}
	lost := 0
	for line := range strings.Lines(report("jsonl")) {
		var e struct{ Kind string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == "lost" {
			lost++
		}
	}
	if lost < 41+12+4+3+2 || strings.Contains(text, "Diary") || strings.Contains(text, "example.com/rooms/shared") {
		t.Errorf("%d lines of the report are of what was lost", lost)
	}
}

// A portal that tells nothing at first is asked again while the request waits, and
// the numbers are brought up to date: the card shows it, and the plan stays the same.
func TestCountingIsTriedAgainAndBroughtUpToDate(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.AddEvents(docspacetest.Work{Age: time.Hour, Files: 30, People: 3}.Events(time.Now())...)
		s.Portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "filter", Status: 503}} })
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard("has not said yet what changed since the backup", "The bot asks again")
		s.Portal.Heal()
		s.WantCard("At least 30 files created", "by 3 people")
		s.Portal.AddEvents(docspacetest.Work{Age: time.Second, Files: 7}.Events(time.Now())...)
		s.WantCard("At least 37 files created", "7 changes since the first count")
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		s.WantStarts(1)
	})
}

// A plan without the trail, a portal that is slow: the card says so and waits for
// nothing; off is off.
func TestCardSaysWhatCannotBeTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults   docspacetest.Faults
		settings []string
		want     string
		also     string
	}{
		"no trail": {faults: docspacetest.Faults{NoAudit: true}, want: "This plan keeps no audit trail", also: "At least 30 files created"},
		"slow":     {faults: docspacetest.Faults{AuditDelay: time.Minute}, want: "has not said yet what changed"},
		"off":      {settings: []string{"RESTORE_LOSS=off"}, want: "Everything changed since"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, tt.settings, func(s *stage.Scene) {
				s.Portal.Break(func(f *docspacetest.Faults) { *f = tt.faults })
				s.Portal.AddEvents(docspacetest.Work{Age: time.Hour, Files: 30, People: 3}.Events(time.Now())...)
				asked := time.Now()
				s.Alice.Types("/restore " + s.Newest())
				card := s.WantCard(tt.want, tt.also)
				if took := time.Since(asked); took > 10*time.Second {
					t.Errorf("the card came after %s", took)
				}
				if text := s.Slack.Render(card, time.UTC); name == "off" && strings.Contains(text, "Counting") {
					t.Errorf("it is counted: %s", text)
				}
				s.Bob.Presses("Restore")
				s.WantFinalCard("restored")
				s.WantStarts(1)
			})
		})
	}
}
