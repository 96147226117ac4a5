package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// picker waits for a modal that holds the words.
func (s *oldStage) picker(ctx context.Context, user string, words ...string) slacktest.View {
	s.t.Helper()
	var v slacktest.View
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		var open bool
		v, open = w.Modal(user)
		return open && holds(w.RenderModal(v, time.UTC), words)
	})
	if err != nil {
		now, _ := s.slack.Modal(user)
		s.t.Fatalf("no modal with %q but:\n%s", words, s.slack.RenderModal(now, time.UTC))
	}
	return v
}

// fieldOf is the action_id of the input whose name begins so.
func fieldOf(t *testing.T, v slacktest.View, prefix string) string {
	t.Helper()
	for _, b := range v.Blocks {
		if id := fmt.Sprint(b["block_id"]); strings.HasPrefix(id, prefix) {
			return id
		}
	}
	t.Fatalf("the modal has no field %s", prefix)
	return ""
}

func TestBinaryPicksABackupInADialog(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.AddBackup(docspacetest.Backup{StorageType: 4, CreatedOn: time.Now().Add(-time.Hour), ExpiresOn: time.Now().Add(30 * time.Minute)})
	if _, err := s.slack.Command("UALICE", "COPS", "/restore").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v := s.picker(ctx, "UALICE", "4 backups, newest first", "Reason")
	id := s.portal.Backups()[1].ID
	d, err := s.slack.Submit(v, slacktest.Values{fieldOf(t, v, "backup_"): id, "options": []string{"notify"}, "reason": "lost <room>"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.picker(ctx, "UALICE", "is recorded and being checked", "Nothing was started")
	card := s.cardWith(ctx, "restore_confirm", id, "--notify", "lost <room>", "every active user gets a mail")
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored in")
}

func TestBinaryOpensAtOnceAndSaysWhyThereIsNothingToPick(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.Break(func(f *docspacetest.Faults) { f.Down = true })
	if _, err := s.slack.Command("UALICE", "COPS", "/restore").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.picker(ctx, "UALICE", "Loading backups")
	s.picker(ctx, "UALICE", "could not be read", "Nothing was started")
	s.untouched()
}

func TestBinaryListsBackupsWithButtonsThatOpenThePicker(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	id := s.portal.Backups()[1].ID
	if _, err := s.slack.Command("UBOB", "COPS", "/restore list").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := s.slack.WaitEphemeral(ctx, "UBOB", func(m slacktest.Message) bool { return len(m.Buttons()) == 3 })
	if err != nil {
		t.Fatal("no list with three buttons")
	}
	d, err := s.slack.PressButton("UBOB", list, list.Buttons()[1])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v := s.picker(ctx, "UBOB", "3 backups, newest first")
	d, err = s.slack.Submit(v, slacktest.Values{"options": []string{"dry-run"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.cardWith(ctx, "restore_confirm", id, "--dry-run")
}

func TestBinaryFollowsARestoreThatWasStartedElsewhere(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.StartElsewhere(s.newest())
	if _, err := s.slack.Command("UALICE", "COPS", "/restore status").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	status, err := s.slack.WaitEphemeral(ctx, "UALICE", func(m slacktest.Message) bool { return len(m.Buttons()) == 1 })
	if err != nil {
		t.Fatal("status offers nothing to follow")
	}
	s.press(ctx, "UALICE", status, "restore_follow")
	s.told(ctx, "UALICE", "Following it")
	card := s.cardWith(ctx, "", "The portal does not tell what is restored")
	s.shows(ctx, card, "this bot did not start it and followed it")
	if s.portal.Starts() != 0 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}
