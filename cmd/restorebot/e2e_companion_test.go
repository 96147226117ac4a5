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

// newKey gives the bot a key, as people do after each restore.
func newKey(t *testing.T, s *stage.Scene) {
	t.Helper()
	if err := s.NewKey(); err != nil {
		t.Fatal(err)
	}
}

func TestBinaryTakesASafetyBackupAndFindsTheWayBackWithANewKey(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"SAFETY_BACKUP=Local:/backups"}, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.WantCard("Everything changed since", "not known yet for this portal", "42 users, 7 rooms, 3 backups", "taken first, to Local /backups", "Backup running now: no", "never expires")
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored in")
		s.WantThreadSays("The safety backup is done", "the way back")
		s.WantStarts(1)
		if backups := s.Portal.Backups(); len(backups) != 4 {
			t.Fatalf("backups %+v", backups)
		}
		newKey(t, s)
		s.WantThreadSays("The bot has a key again", "It holds now: 42 users, 7 rooms, 3 backups")
		back := regexp.MustCompile(`way back:\* \W?/restore ([0-9a-f-]{36})`).FindStringSubmatch(s.Text(s.WantCard("undoes this restore", "Verified")))
		if back == nil || back[1] != s.Newest() {
			t.Fatalf("the way back is %v, the newest backup %s", back, s.Newest())
		}
		s.NextCard()
		s.Alice.Types("/restore " + back[1])
		s.WantCard()
		s.WantCard(back[1], "not known yet", "Storage: Local")
	})
}

func TestBinaryAsksWhenTheSafetyBackupFails(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"SAFETY_BACKUP=Local:/backups"}, func(s *stage.Scene) {
		s.Portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk <full>" })
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantCard("The safety backup failed", "disk <full>", "the portal is unchanged")
		s.WantThreadSays("The buttons are on the card", "@alice", "@bob")
		s.Eve.Presses("Restore without it")
		s.Eve.WantTold("not on the list")
		s.WantStarts(0)
		s.Alice.Presses("Restore without it")
		s.WantFinalCard("there is no way back")
		s.WantStarts(1)
	})
}

func TestBinaryServesSeveralPortals(t *testing.T) {
	t.Parallel()
	others := hosts{}
	setInBubble(t, others.beside, nil, func(s *stage.Scene) {
		wiki := docspacetest.New(docspacetest.Config{Alias: "wiki", Script: docspacetest.Total(2 * time.Second)})
		others["wiki.example.com"] = wiki
		s.Setenv("DOCSPACE_URL=", "DOCSPACE_API_KEY_FILE=")
		setPortals(t, s, "- name: docs\n  url: "+stage.PortalURL+"\n  api_key: "+s.Portal.Key()+
			"\n- name: wiki\n  url: http://wiki.example.com\n  api_key: "+wiki.Key()+"\n  approvers: ["+stage.Alice+"]\n")
		s.Starts()
		id := wiki.Backups()[0].ID
		s.Alice.Types("/restore " + id)
		s.Alice.WantTold("There are several portals: docs, wiki", "--portal docs")
		s.Alice.Types("/restore " + id + " --portal wiki")
		s.Alice.WantTold("is recorded and being checked", "wiki")
		s.WantCard()
		card := s.WantCard("wiki", id)
		s.NextCard()
		s.Alice.Types("/restore " + s.Newest() + " --portal docs")
		s.WantCard()
		s.WantCard("docs", s.Newest())
		s.Bob.Types("/restore status")
		s.Bob.WantTold("wiki: waits to be confirmed", "docs: waits to be confirmed")
		s.Bob.PressesOn(card, "Restore")
		s.Bob.WantTold("not on the list of people who may confirm", "@alice")
		s.Alice.PressesOn(card, "Restore")
		s.Until("the wiki is restored", func() bool {
			now, _ := s.Slack.Message(card.Channel, card.TS)
			return len(now.Buttons()) == 0 && strings.Contains(strings.ToLower(s.Text(now)), "restored in")
		})
		s.WantStarts(0)
		if wiki.Starts() != 1 {
			t.Errorf("%d starts on wiki", wiki.Starts())
		}
	})
}

func TestBinaryReportsWithFilesWhereItMay(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		var id string
		for range 2 {
			s.NextCard()
			s.Alice.Types("/restore " + s.Newest())
			card := s.WantCard()
			s.WantCard(s.Newest())
			s.Bob.Presses("Restore")
			s.WantFinalCard("restored in")
			if end := s.WantThreadSays(": done"); !end.ReplyBroadcast {
				t.Error("the end is told in the thread alone")
			}
			id = regexp.MustCompile("Restore `([a-z0-9]{10})`").FindStringSubmatch(s.Text(card))[1]
			newKey(t, s)
		}
		s.Alice.Types("/restore report " + id)
		s.Alice.WantTold("as a file too, if the app is given the scope files:write")
		report := s.WantThreadSays("# Restore "+id, "Data-loss window (RPO)", "Time to restore (RTO)", "| confirmed | bob ("+stage.Bob+") |", "The card: http")
		if len(s.Slack.Files()) != 0 {
			t.Error("a file was uploaded without the right to")
		}
		s.Slack.SetScopes(append(slacktest.DefaultScopes, "files:write")...)
		s.Alice.Types("/restore report " + id)
		s.Alice.WantTold("as text and as a file")
		s.Alice.Types("/restore history")
		s.Alice.WantTold(id, "done", "asked by")
		files := s.Slack.Files()
		if len(files) != 2 || !strings.Contains(string(files[1].Content), `"kind":"confirmed","actor":"`+stage.Bob+`"`) || files[0].ThreadTS != report.ThreadTS || !strings.HasPrefix(string(files[0].Content), "# Restore "+id) {
			for _, f := range files {
				t.Errorf("%s in %s: %q, %d bytes", f.Name, f.ThreadTS, f.AltText, len(f.Content))
			}
		}
	})
}
