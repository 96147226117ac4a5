package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// Each of these would make the server restore something else than the card could
// say, or fail for certain.
func TestBinaryRefusesOrdersThatTheServerWouldNotKeepTo(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	listed := s.newest()
	foreign := s.portal.AddBackup(docspacetest.Backup{StorageType: 3, Unlisted: true})
	s.portal.Upload(docspacetest.Backup{})
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
		"x --param filePath=a.tar.gz":                                          {"a file is named by its number"},
		"x --storage DataStore --param filePath=a --param bucket=b":            {"ignores --param bucket"},
		"x --storage DataStore --param filepath=a":                             {"it spells that filePath"},
		listed + " --unlisted":                                                 {"history shows the backup", "without --unlisted"},
		foreign + " --unlisted --break-glass --reason \"all asleep\"":          {"always needs two people"},
	} {
		seen := len(s.slack.Ephemerals("UALICE"))
		if _, err := s.slack.Command("UALICE", "COPS", "/restore "+text).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		s.toldNext(ctx, "UALICE", seen, append(words, "Nothing was started")...)
	}
	s.untouched()
}

// unlisted asks for what the bot cannot see, and has it confirmed as it must be: by
// somebody else, who types the portal's name.
func (s *oldStage) unlisted(ctx context.Context, text string, words ...string) slacktest.Message {
	s.t.Helper()
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+text).Wait(ctx); err != nil {
		s.t.Fatal(err)
	}
	card := s.cardWith(ctx, "restore_type", words...)
	s.writtenDown(ctx, card)
	s.press(ctx, "UALICE", card, "restore_type")
	s.modal(ctx, "UALICE", "somebody else has to confirm it")
	s.press(ctx, "UBOB", card, "restore_type")
	v := s.modal(ctx, "UBOB", "Type the portal")
	s.submit(ctx, v, "docspace")
	if s.portal.Starts() != 0 {
		s.t.Fatal("it was started without the right word")
	}
	s.submit(ctx, s.modal(ctx, "UBOB", "This is not the portal"), "127.0.0.1")
	return card
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
			ctx, s := begin(t)
			id := s.portal.AddBackup(docspacetest.Backup{StorageType: 3, Unlisted: true})
			s.portal.Break(func(f *docspacetest.Faults) { *f = c.sick })
			card := s.unlisted(ctx, id+" --unlisted", c.words...)
			s.shows(ctx, card, "restored in")
			if got := s.portal.Restores(); len(got) != 1 || got[0].BackupID != id || s.portal.Starts() != 1 {
				t.Errorf("restored %+v after %d starts", got, s.portal.Starts())
			}
			asked := 0
			for _, r := range s.portal.Requests() {
				if strings.HasSuffix(r.Path, "/getbackuphistory") && r.At.Before(s.portal.Restores()[0].Started) {
					asked++
				}
			}
			if asked != 1 {
				t.Errorf("the history was asked %d times before the start", asked)
			}
			if trail, _, _ := s.audit("export", "--format", "jsonl"); !strings.Contains(trail, id+" --portal 127.0.0.1 --unlisted") {
				t.Errorf("the audit trail does not tell of it:\n%s", trail)
			}
		})
	}
}

func TestBinaryRestoresAnUploadUnseen(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.Upload(docspacetest.Backup{})
	card := s.unlisted(ctx, "upload --storage Local --param filePath=/a.tar.gz --unlisted", "ignores the path and restores what was uploaded to it last")
	s.shows(ctx, card, "restored in")
}

// A history that takes longer than a step once was allowed to, and longer than an
// ack by far, is waited for: for a list, a picker and a card.
func TestBinaryWaitsForASlowHistory(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.Break(func(f *docspacetest.Faults) { f.HistoryDelay = 27 * time.Second })
	s.says(ctx, "UBOB", "/restore list", "takes up to a minute and a half")
	s.says(ctx, "UBOB", "/restore "+s.newest(), "being checked")
	if _, err := s.slack.Command("UALICE", "COPS", "/restore").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.picker(ctx, "UALICE", "takes up to a minute and a half")
	card := s.cardWith(ctx, "restore_confirm", s.newest())
	s.told(ctx, "UBOB", "newest first", s.newest())
	s.picker(ctx, "UALICE", "3 backups, newest first")
	s.portal.Break(func(f *docspacetest.Faults) { f.HistoryDelay = 0 })
	s.writtenDown(ctx, card)
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
}
