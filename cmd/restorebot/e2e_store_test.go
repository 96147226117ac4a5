package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// onPostgres gives the bots of a stage a PostgreSQL database to share, and each one
// connection to Slack.
func onPostgres(t *testing.T, s *stage.Scene) {
	t.Helper()
	s.Setenv("SLACK_CONNECTIONS=1", "DATABASE_URL="+durabletest.SharePostgres(t).URL())
}

// onOwnPostgres is onPostgres with a server that the test may stop.
func onOwnPostgres(t *testing.T, s *stage.Scene) *durabletest.Postgres {
	t.Helper()
	server := durabletest.StartPostgres(t)
	s.Setenv("SLACK_CONNECTIONS=1", "DATABASE_URL="+server.URL())
	return server
}

func TestBinaryBackup(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		stands(t, s)
		file := filepath.Join(s.Dir(), "copy.db")
		if out, errs, status := s.Runs("backup", file); status != 0 || !strings.Contains(out, "holds a copy") {
			t.Fatalf("status %d: %s%s", status, out, errs)
		}
		if out, errs, status := s.Runs("backup", file); status == 0 || !strings.Contains(errs, "exists already. No copy was made") {
			t.Errorf("over a file: status %d: %s%s", status, out, errs)
		}
		// The trail is read of the copy, and beside the bot that runs.
		for _, from := range []string{file, s.Database()} {
			for command, words := range map[string]string{"verify": "is whole", "export": `"kind":"starting"`} {
				scratch := t.TempDir()
				cmd := s.Command(s.Context(), "audit", command)
				cmd.Env = append(cmd.Env, "DATABASE_URL=sqlite:"+from, "TMPDIR="+scratch)
				if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), words) {
					t.Errorf("audit %s of %s: %v: %s", command, from, err, out)
				}
				if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
					t.Errorf("audit %s left %v, %v", command, left, err)
				}
			}
		}
		wantCopy(t, s, file)
		s.Portal.Heal()
		s.WantFinalCard("restored")
		wantOneEnd(t, s)
	})
}

// wantCopy checks that a copy of the database holds the restore that runs, and a
// whole trail.
func wantCopy(t *testing.T, s *stage.Scene, file string) {
	t.Helper()
	store, err := durable.Open(s.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	list, err := store.Recent(s.Context(), 10)
	if err != nil || len(list) != 1 || !list[0].State.Open() || list[0].CardTS != s.Card().TS || list[0].StartedAt.IsZero() {
		t.Errorf("the copy holds %+v, %v", list, err)
	}
	if _, err := store.CheckAudit(s.Context(), durable.AuditHead{}); err != nil {
		t.Error(err)
	}
}

// besideAPeer returns a bot that is in the middle of a restore, and has a peer.
func besideAPeer(t *testing.T) (*stage.Scene, *stage.Bot) {
	t.Helper()
	s := setScene(t)
	onPostgres(t, s)
	atWork := s.Starts()
	stands(t, s)
	s.Starts()
	return s, atWork
}

// The bot at work is killed in the middle of a restore; the other goes on.
func TestBinaryKilledIsTakenOverByItsPeer(t *testing.T) {
	t.Parallel()
	s, first := besideAPeer(t)
	first.Kill()
	begun := time.Now()
	s.Portal.Heal()
	s.WantFinalCard("restored")
	t.Logf("the end was shown %s after the kill", time.Since(begun))
	wantOneEnd(t, s)
}

// A bot is paused in the middle of a restore, thought dead, and wakes when all
// is over.
func TestBinaryPausedDoublesNothing(t *testing.T) {
	t.Parallel()
	s, first := besideAPeer(t)
	_ = first.Process().Signal(syscall.SIGSTOP)
	s.Portal.Heal()
	s.WantFinalCard("restored")
	_ = first.Process().Signal(syscall.SIGCONT)
	if err := first.Stop(); err != nil { // it ends what it was at, and then itself
		t.Errorf("the paused bot ended with %v", err)
	}
	wantOneEnd(t, s)
}

// PostgreSQL is gone in the middle of a restore, and meanwhile the restore ends.
func TestBinaryOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	s := setScene(t)
	database := onOwnPostgres(t, s)
	s.Starts()
	stands(t, s)
	database.Crash()
	s.Portal.Heal()
	refused, err := s.Slack.Command(stage.Alice, stage.Channel, "/restore history").Wait(s.Context())
	if err != nil || !strings.Contains(string(refused.Payload), "text") {
		t.Errorf("without its database the bot answers %s, %v", refused.Payload, err)
	}
	database.Start()
	s.WantFinalCard("restored")
	wantOneEnd(t, s)
	s.Stops()
}
