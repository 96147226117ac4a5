package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// cardWith waits for a message in the channel that holds all the words, and a
// button of that action unless it is "".
func (s *oldStage) cardWith(ctx context.Context, action string, words ...string) slacktest.Message {
	s.t.Helper()
	m, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		if _, ok := m.Button(action); action != "" && !ok {
			return false
		}
		return holds(s.slack.RenderUnfolded(m, time.UTC), words)
	})
	if err != nil {
		for _, m := range s.slack.Channel("COPS").Messages() {
			s.t.Log(s.slack.RenderUnfolded(m, time.UTC))
		}
		s.t.Fatalf("no message with the button %q and %q", action, words)
	}
	if action == "restore_confirm" || action == "restore_type" {
		s.writtenDown(ctx, m)
	}
	return m
}

func holds(text string, words []string) bool {
	text = strings.NewReplacer("*", "", "_", "", "`", "").Replace(text) // how it reads, without its marks
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func TestBinaryTakesASafetyBackupAndFindsTheWayBackWithANewKey(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	s := setStage(t)
	write(t, key, s.portal.Key())
	s.env = append(s.env, "DOCSPACE_API_KEY=", "DOCSPACE_API_KEY_FILE="+key, "SAFETY_BACKUP=Local:/backups")
	s.start(ctx)
	s.card(ctx)
	card := s.cardWith(ctx, "restore_confirm", "Everything changed since", "not known yet for this portal", "42 users, 7 rooms, 3 backups", "taken first, to Local /backups", "Backup running now: no", "never expires")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
	s.cardWith(ctx, "", "The safety backup is done", "the way back")
	if backups := s.portal.Backups(); s.portal.Starts() != 1 || len(backups) != 4 {
		t.Fatalf("%d starts, backups %+v", s.portal.Starts(), backups)
	}
	write(t, key, s.portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}}))
	s.cardWith(ctx, "", "The bot has a key again", "It holds now: 42 users, 7 rooms, 3 backups")
	back := regexp.MustCompile(`way back:\* \W?/restore ([0-9a-f-]{36})`).FindAllStringSubmatch(s.slack.RenderUnfolded(s.cardWith(ctx, "", "undoes this restore", "Verified"), time.UTC), -1)
	if len(back) == 0 || back[0][1] != s.newest() {
		t.Fatalf("the way back is %v, the newest backup %s", back, s.newest())
	}
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+back[0][1]).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.cardWith(ctx, "restore_confirm", back[0][1], "not known yet", "Storage: Local")
}

func TestBinaryAsksWhenTheSafetyBackupFails(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "SAFETY_BACKUP=Local:/backups")
	s.portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk <full>" })
	s.press(ctx, "UBOB", s.card(ctx), "restore_confirm")
	card := s.cardWith(ctx, "restore_unsafe", "The safety backup failed", "disk <full>", "the portal is unchanged")
	s.cardWith(ctx, "", "The buttons are on the card", "@alice", "@bob")
	s.press(ctx, "UEVE", card, "restore_unsafe")
	s.told(ctx, "UEVE", "not on the list")
	if s.portal.Starts() != 0 {
		t.Fatal("the restore started without its safety backup")
	}
	s.press(ctx, "UALICE", card, "restore_unsafe")
	s.shows(ctx, card, "there is no way back")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryServesSeveralPortals(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	wiki := docspacetest.New(docspacetest.Config{Alias: "wiki", Script: docspacetest.Total(2 * time.Second)})
	web := httptest.NewServer(wiki)
	t.Cleanup(web.Close)
	file := filepath.Join(t.TempDir(), "portals.yaml")
	write(t, file, "portals:\n- name: docs\n  url: "+value(s.env, "DOCSPACE_URL")+"\n  api_key: "+s.portal.Key()+
		"\n- name: wiki\n  url: "+web.URL+"\n  api_key: "+wiki.Key()+"\n  approvers: [UALICE]\n")
	s.env = append(s.env, "DOCSPACE_URL=", "DOCSPACE_API_KEY=", "PORTALS_FILE="+file)
	s.start(ctx)
	id := wiki.Backups()[0].ID
	s.says(ctx, "UALICE", "/restore "+id, "There are several portals: docs, wiki", "--portal docs")
	s.says(ctx, "UALICE", "/restore "+id+" --portal wiki", "is recorded and being checked", "wiki")
	card := s.cardWith(ctx, "restore_confirm", "wiki", id)
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()+" --portal docs").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.cardWith(ctx, "restore_confirm", "docs", s.newest())
	s.says(ctx, "UBOB", "/restore status", "wiki: waits to be confirmed", "docs: waits to be confirmed")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.told(ctx, "UBOB", "not on the list of people who may confirm", "@alice")
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
	if wiki.Starts() != 1 || s.portal.Starts() != 0 {
		t.Errorf("%d starts on wiki, %d on docs", wiki.Starts(), s.portal.Starts())
	}
}

// value is what a setting was last set to.
func value(env []string, name string) string {
	v := ""
	for _, one := range env {
		if rest, ok := strings.CutPrefix(one, name+"="); ok {
			v = rest
		}
	}
	return v
}

func TestBinaryReportsWithFilesWhereItMay(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	s := setStage(t)
	write(t, key, s.portal.Key())
	s.env = append(s.env, "DOCSPACE_API_KEY=", "DOCSPACE_API_KEY_FILE="+key)
	s.start(ctx)
	var id string
	for range 2 {
		if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		card := s.cardWith(ctx, "restore_confirm", s.newest())
		s.press(ctx, "UBOB", card, "restore_confirm")
		s.shows(ctx, card, "restored in")
		if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast }); err != nil {
			t.Fatal("the end was not told")
		}
		id = regexp.MustCompile("Restore `([a-z0-9]{10})`").FindStringSubmatch(s.slack.RenderUnfolded(card, time.UTC))[1]
		write(t, key, s.portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}}))
	}
	s.says(ctx, "UALICE", "/restore report "+id, "as a file too, if the app is given the scope files:write")
	report := s.cardWith(ctx, "", "# Restore "+id, "Data-loss window (RPO)", "Time to restore (RTO)", "| confirmed | UBOB |")
	for _, message := range []string{"The card: http"} {
		if text := s.slack.RenderUnfolded(report, time.UTC); !strings.Contains(text, message) {
			t.Errorf("the report does not link to the message %q:\n%s", message, text)
		}
	}
	if len(s.slack.Files()) != 0 {
		t.Error("a file was uploaded without the right to")
	}
	s.slack.SetScopes(append(slacktest.DefaultScopes, "files:write")...)
	s.says(ctx, "UALICE", "/restore report "+id, "as text and as a file")
	s.says(ctx, "UALICE", "/restore history", id, "done", "asked by")
	files := s.slack.Files()
	if len(files) != 2 || !strings.Contains(string(files[1].Content), `"kind":"confirmed","actor":"UBOB"`) || files[0].ThreadTS != report.ThreadTS || !strings.HasPrefix(string(files[0].Content), "# Restore "+id) {
		for _, f := range files {
			t.Errorf("%s in %s: %q, %d bytes", f.Name, f.ThreadTS, f.AltText, len(f.Content))
		}
	}
}
