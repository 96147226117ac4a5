package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// standing asks for a restore and returns when it runs on the portal, where it
// stands still until the portal is healed.
func (s *oldStage) standing(ctx context.Context) slacktest.Message {
	s.t.Helper()
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.StuckQueued = true })
	s.press(ctx, "UBOB", card, "restore_confirm")
	if err := s.slack.WaitFor(ctx, func(*slacktest.Slack) bool { return s.portal.Starts() > 0 }); err != nil {
		s.t.Fatal("the restore did not start")
	}
	return card
}

// onPostgres gives the stage's bots a PostgreSQL database to share, and each one
// connection to Slack, so that another connection is another bot.
func (s *oldStage) onPostgres() *durabletest.Postgres {
	s.t.Helper()
	server := durabletest.StartPostgres(s.t)
	s.env = append(s.env, "SLACK_CONNECTIONS=1", "DATABASE_URL="+server.URL())
	return server
}

// join starts another bot and returns when it is connected too.
func (s *oldStage) join(ctx context.Context) {
	s.t.Helper()
	before := len(s.slack.Connections())
	s.start(ctx)
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > before }); err != nil {
		s.t.Fatal("the other bot did not connect")
	}
}

// wantOneEnd checks that the restore was started once and its end told once.
func (s *oldStage) wantOneEnd(ctx context.Context, card slacktest.Message) {
	s.t.Helper()
	told := func(m slacktest.Message) bool {
		return m.ThreadTS == card.TS && m.TS != card.TS && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), "*Restore of 127.0.0.1: done*")
	}
	if _, err := s.slack.WaitMessage(ctx, "COPS", told); err != nil {
		s.t.Error("the end was not told")
	}
	if s.portal.Starts() != 1 {
		s.t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	ends := 0
	for _, m := range s.slack.Channel("COPS").Messages() {
		if told(m) {
			ends++
		}
	}
	if ends != 1 {
		s.t.Errorf("the end was told %d times", ends)
	}
}

func TestBinaryBackup(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.start(ctx)
	card := s.standing(ctx)
	file := filepath.Join(t.TempDir(), "copy.db")
	backup := func() (string, error) {
		cmd := exec.CommandContext(ctx, os.Args[0], "backup", file)
		cmd.Env, cmd.Dir = s.env, t.TempDir()
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := backup(); err != nil || !strings.Contains(out, "holds a copy") {
		t.Fatalf("%s%v", out, err)
	}
	if out, err := backup(); err == nil || !strings.Contains(out, "is there already. No copy was made") {
		t.Errorf("over a file: %s%v", out, err)
	}
	// The trail is read of the copy, and beside the bot that runs.
	for _, from := range []string{file, s.database} {
		for command, words := range map[string]string{"verify": "is whole", "export": `"kind":"starting"`} {
			scratch := t.TempDir()
			cmd := exec.CommandContext(ctx, os.Args[0], "audit", command)
			cmd.Env, cmd.Dir = append(s.env, "DATABASE_URL=sqlite:"+from, "TMPDIR="+scratch), t.TempDir()
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), words) {
				t.Errorf("audit %s of %s: %v: %s", command, from, err, out)
			}
			if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
				t.Errorf("audit %s left %v, %v", command, left, err)
			}
		}
	}
	store, err := durable.Open(ctx, "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	list, err := store.Recent(ctx, 10)
	if err != nil || len(list) != 1 || !list[0].State.Open() || list[0].CardTS != card.TS || list[0].StartedAt.IsZero() {
		t.Errorf("the copy holds %+v, %v", list, err)
	}
	if _, err := store.CheckAudit(ctx, durable.AuditHead{}); err != nil {
		t.Error(err)
	}
	s.portal.Heal()
	s.shows(ctx, card, "restored")
	s.wantOneEnd(ctx, card)
}

// The bot at work is killed in the middle of a restore; the other goes on.
func TestBinaryKilledIsTakenOverByItsPeer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.onPostgres()
	first := s.start(ctx)
	card := s.standing(ctx)
	s.join(ctx)
	_ = first.Process.Kill()
	_ = first.Wait()
	begun := time.Now()
	s.portal.Heal()
	s.shows(ctx, card, "restored")
	t.Logf("the end was shown %s after the kill", time.Since(begun))
	s.wantOneEnd(ctx, card)
}

// A bot is paused in the middle of a restore, thought dead, and wakes when all
// is over.
func TestBinaryPausedDoublesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	s.onPostgres()
	first := s.start(ctx)
	card := s.standing(ctx)
	s.join(ctx)
	_ = first.Process.Signal(syscall.SIGSTOP)
	s.portal.Heal()
	s.shows(ctx, card, "restored")
	_ = first.Process.Signal(syscall.SIGCONT)
	_ = first.Process.Signal(syscall.SIGTERM) // it ends what it was at, and then itself
	if err := first.Wait(); err != nil {
		t.Errorf("the paused bot ended with %v", err)
	}
	s.wantOneEnd(ctx, card)
}

// PostgreSQL is gone in the middle of a restore, and meanwhile the restore ends.
func TestBinaryOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	database := s.onPostgres()
	bot := s.start(ctx)
	card := s.standing(ctx)
	database.Crash()
	s.portal.Heal()
	refused, err := s.slack.Command("UALICE", "COPS", "/restore history").Wait(ctx)
	if err != nil || !strings.Contains(string(refused.Payload), "text") {
		t.Errorf("without its database the bot answers %s, %v", refused.Payload, err)
	}
	database.Start()
	s.shows(ctx, card, "restored")
	s.wantOneEnd(ctx, card)
	_ = bot.Process.Signal(syscall.SIGTERM)
	if err := bot.Wait(); err != nil {
		t.Errorf("the bot ended with %v", err)
	}
}
