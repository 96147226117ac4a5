package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// Each of these would make the server restore something else than the card could
// say, or fail for certain.
func TestBinaryRefusesOrdersThatTheServerWouldNotKeepTo(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		listed := s.Newest()
		foreign := s.Portal.AddBackup(docspacetest.Backup{StorageType: 3, Unlisted: true})
		s.Portal.Upload(docspacetest.Backup{})
		n := strings.ReplaceAll(foreign, "-", "")
		x := "{0x" + n[:8] + ", 0x" + n[8:12] + ", 0x" + n[12:16] + ", {" +
			strings.TrimSuffix(regexp.MustCompile(`..`).ReplaceAllString(n[16:], "0x$0,"), ",") + "}}"
		for text, words := range map[string][]string{
			foreign + " --storage Local --param filePath=x": {"ignores --param filePath"},
			foreign:         {"history shows no backup", "--unlisted"},
			"\"" + x + "\"": {"history shows no backup " + foreign, "--unlisted"},
			"\"  " + strings.ToUpper(foreign) + " \"":                              {"history shows no backup " + foreign},
			"\"{0x0,0x0,0x0,{0x0,0x0,0x0,0x0,0x0,0x0,0x0,0x0}}\"":                  {"all zeros"},
			"\" (00000000-0000-0000-0000-000000000000)\" --unlisted":               {"all zeros"},
			"x --storage Local --param filePath=/a.tar.gz":                         {"ignores the path", "uploaded to it last", "--unlisted"},
			"x --storage CustomCloud --param filePath=a.tar.gz":                    {"can restore from CustomCloud", "--unlisted"},
			"x --storage ThirdPartyConsumer --param filePath=a":                    {"needs --param module"},
			"x --storage ThirdPartyConsumer --param filePath=a --param module=ftp": {"knows no module"},
			"x --param filePath=a.tar.gz":                                          {"a filePath is the number of a file"},
			"x --storage DataStore --param filePath=a --param bucket=b":            {"ignores --param bucket"},
			"x --storage DataStore --param filepath=a":                             {"it reads only filePath"},
			listed + " --unlisted":                                                 {"history shows the backup", "without --unlisted"},
			foreign + " --unlisted --break-glass --reason \"all asleep\"":          {"always needs two people"},
		} {
			s.Alice.Types("/restore " + text)
			s.Alice.WantTold(append(words, "Nothing was started")...)
		}
		s.WantUntouched()
	})
}

// asksUnlisted asks for what the bot cannot see, and has it confirmed as it must be:
// by somebody else, who types the portal's name.
func asksUnlisted(s *stage.Scene, text string, words ...string) {
	s.Alice.Types("/restore " + text)
	s.WantCard(words...)
	s.Alice.Presses("Restore")
	s.Alice.WantDialog("somebody else has to confirm it")
	s.Bob.Presses("Restore")
	s.Bob.WantDialog("Type the portal")
	s.Bob.Submits(slacktest.Values{"word": "docspace"})
	s.Bob.WantDialog("This is not the portal")
	s.WantStarts(0)
	s.Bob.Submits(slacktest.Values{"word": "docs.example.com"})
}

func TestBinaryRestoresWhatTheHistoryDoesNotShow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sick  docspacetest.Faults
		words []string
	}{
		"unlisted":       {docspacetest.Faults{}, []string{"the bot cannot see this backup", "restores whatever has this id", "the history does not show it", "--unlisted"}},
		"history broken": {docspacetest.Faults{HistoryFails: true}, []string{"the bot cannot see this backup", "the history could not be read", "(500"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, nil, func(s *stage.Scene) {
				id := s.Portal.AddBackup(docspacetest.Backup{StorageType: 3, Unlisted: true})
				s.Portal.Break(func(f *docspacetest.Faults) { *f = c.sick })
				asksUnlisted(s, id+" --unlisted", c.words...)
				s.WantFinalCard("restored in")
				s.WantStarts(1)
				if got := s.Portal.Restores(); len(got) != 1 || got[0].BackupID != id {
					t.Errorf("restored %+v", got)
				}
				asked := 0
				for _, r := range s.Portal.Requests() {
					if strings.HasSuffix(r.Path, "/getbackuphistory") && r.At.Before(s.Portal.Restores()[0].Started) {
						asked++
					}
				}
				if asked != 1 {
					t.Errorf("the history was asked %d times before the start", asked)
				}
				if trail, _, _ := s.Runs("audit", "export", "--format", "jsonl"); !strings.Contains(trail, id+" --portal docs.example.com --unlisted") {
					t.Errorf("the audit trail does not tell of it:\n%s", trail)
				}
			})
		})
	}
}

func TestBinaryRestoresAnUploadUnseen(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.Upload(docspacetest.Backup{})
		asksUnlisted(s, "upload --storage Local --param filePath=/a.tar.gz --unlisted", "ignores the path and restores what was uploaded to it last")
		s.WantFinalCard("restored in")
	})
}

// A history that takes longer than a step once was allowed to, and longer than an
// ack by far, is waited for: for a list, a picker and a card.
func TestBinaryWaitsForASlowHistory(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.Break(func(f *docspacetest.Faults) { f.HistoryDelay = 27 * time.Second })
		s.Bob.Types("/restore list")
		s.Bob.WantTold("takes up to a minute and a half")
		s.Bob.Types("/restore " + s.Newest())
		s.Bob.WantTold("being checked")
		s.Alice.Types("/restore")
		s.Alice.WantDialog("takes up to a minute and a half")
		s.WantCard(s.Newest())
		s.Bob.WantTold("newest first", s.Newest())
		s.Alice.WantDialog("3 backups, newest first")
		s.Portal.Break(func(f *docspacetest.Faults) { f.HistoryDelay = 0 })
		s.Alice.Presses("Restore")
		s.WantFinalCard("restored in")
	})
}
