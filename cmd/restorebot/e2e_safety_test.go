package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/docspace/docspacetest"
)

// A module in any case is sent as the server spells it, and on a portal that is
// not self-hosted the card says what the backup may cost before anybody presses.
func TestBinaryTakesASafetyBackupInTheCloud(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.portal = docspacetest.New(docspacetest.Config{SaaS: true, Script: docspacetest.Total(2 * time.Second), BackupTime: time.Second})
	s.portal.Break(func(f *docspacetest.Faults) { f.BackupServiceOff = true })
	cloud := httptest.NewServer(s.portal)
	t.Cleanup(cloud.Close)
	s.env = append(s.env, "DOCSPACE_URL="+cloud.URL, "DOCSPACE_API_KEY="+s.portal.Key(), "SAFETY_BACKUP=ThirdPartyConsumer:S3,bucket=b")
	s.start(ctx)
	card := s.card(ctx)
	for _, words := range []string{"can be charged", "a charge switches it on"} {
		if text := s.slack.RenderUnfolded(card, time.UTC); !strings.Contains(text, words) {
			t.Errorf("the card does not say %q:\n%s", words, text)
		}
	}
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	taken := s.portal.BackupTasks()
	if len(taken) != 1 || taken[0].Params["module"] != "s3" || taken[0].Params["bucket"] != "b" || !taken[0].Succeeded {
		t.Errorf("backups: %+v", taken)
	}
}

// A history that answers 500 does not make a finished safety backup a failed one.
// What is started is looked up once more, so it waits for a history that can be
// read, and says so.
func TestBinaryCallsAFinishedSafetyBackupDoneWithoutTheHistory(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "SAFETY_BACKUP=Local:/backups")
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.BackupStuck = true })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.cardSays(ctx, card, "safety backup")
	s.portal.Break(func(f *docspacetest.Faults) {
		f.BackupStuck = false
		f.Pages = []docspacetest.Page{{Path: "getbackuphistory", Status: 500}}
	})
	s.cardWith(ctx, "", "safety backup is done", "file is not known")
	s.shows(ctx, card, "not started")
	if s.portal.Starts() != 0 || s.portal.BackupStarts() != 1 {
		t.Errorf("%d starts, %d backups", s.portal.Starts(), s.portal.BackupStarts())
	}
}
