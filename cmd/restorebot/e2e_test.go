package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// asBot makes the test binary be the bot: the very main, in its own process.
const asBot = "RESTOREBOT_AS_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(asBot) != "" {
		main()
	}
	// A script's restorebot is this binary under that name.
	testscript.Main(m, map[string]func(){"restorebot": main})
}

// stage is the bot's own process between a Slack and a portal on real ports.
type stage struct {
	t      *testing.T
	slack  *slacktest.Slack
	portal *docspacetest.Portal
	env    []string

	database string // the file
	dotenv   string // what a file of settings says besides
}

func setStage(t *testing.T) *stage {
	t.Helper()
	return setStageBehind(t, func(h http.Handler) http.Handler { return h })
}

// setStageBehind puts something between the bot and both of the others.
func setStageBehind(t *testing.T, wrap func(http.Handler) http.Handler) *stage {
	t.Helper()
	s := &stage{
		t: t, portal: docspacetest.New(docspacetest.Config{Script: docspacetest.Total(2 * time.Second), BackupTime: time.Second}),
		slack: slacktest.New(slacktest.World{
			People:   []slacktest.Person{{ID: "UALICE", Name: "alice"}, {ID: "UBOB", Name: "bob"}, {ID: "UEVE", Name: "eve"}},
			Channels: []slacktest.Channel{{ID: "COPS", Name: "incidents"}},
		}),
	}
	t.Cleanup(s.slack.Close)
	web, docs := httptest.NewServer(wrap(s.slack)), httptest.NewServer(wrap(s.portal))
	t.Cleanup(web.Close)
	t.Cleanup(docs.Close)
	dir := t.TempDir()
	s.database = filepath.Join(dir, "bot.db")
	s.env = []string{
		asBot + "=1", "HOME=" + dir, "SLACK_APP_TOKEN=" + slacktest.DefaultAppToken, "SLACK_BOT_TOKEN=" + slacktest.DefaultBotToken,
		"SLACK_API_URL=" + web.URL + "/api/", "DOCSPACE_URL=" + docs.URL, "DOCSPACE_API_KEY=" + s.portal.Key(),
		"DOCSPACE_POLL_INTERVAL=1s", "RESTORE_USERS=UALICE,UBOB", "RESTORE_CHANNELS=COPS",
		"DATABASE_URL=sqlite:" + s.database,
	}
	return s
}

// start runs the bot and returns when it is connected.
func (s *stage) start(ctx context.Context) *exec.Cmd {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], "run")
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	write(s.t, filepath.Join(cmd.Dir, ".env"), s.dotenv)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if s.t.Failed() {
			s.t.Logf("the bot's log:\n%s", log.String())
		}
	})
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
		s.t.Fatal("the bot did not connect")
	}
	return cmd
}

// card asks for a restore and waits for its buttons.
func (s *stage) card(ctx context.Context) slacktest.Message {
	s.t.Helper()
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.portal.Backups()[0].ID).Wait(ctx); err != nil {
		s.t.Fatalf("the command was not acked: %v", err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		s.t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	return card
}

// writtenDown waits until the bot has recorded a card: then it asks for its
// address. One that is killed before that posts another card.
func (s *stage) writtenDown(ctx context.Context, card slacktest.Message) {
	s.t.Helper()
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		return slices.ContainsFunc(w.Calls("chat.getPermalink"), func(c slacktest.Call) bool { return c.Args["message_ts"] == card.TS })
	})
	if err != nil {
		s.t.Fatal("the card was not written down")
	}
}

func (s *stage) press(ctx context.Context, user string, card slacktest.Message, action string) {
	s.t.Helper()
	d, err := s.slack.Press(user, card, action)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		s.t.Fatalf("the press was not acked: %v", err)
	}
}

// shows waits until the card has no buttons and says the words.
func (s *stage) shows(ctx context.Context, card slacktest.Message, words string) {
	s.t.Helper()
	_, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.TS == card.TS && len(m.Buttons()) == 0 && strings.Contains(strings.ToLower(s.slack.Render(m, time.UTC)), words)
	})
	if err != nil {
		now, _ := s.slack.Message("COPS", card.TS)
		s.t.Fatalf("the card does not say %q but:\n%s", words, s.slack.Render(now, time.UTC))
	}
}

func TestBinaryRestoresAPortalAndStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	cmd := s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UEVE", card, "restore_confirm")
	if _, err := s.slack.WaitEphemeral(ctx, "UEVE", func(slacktest.Message) bool { return true }); err != nil {
		t.Fatal("a stranger's press was not answered")
	}
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS }); err != nil {
		t.Error("the end was not told in the thread")
	}
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM the bot ended with %v", err)
	}
}

func TestBinaryDismisses(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_dismiss")
	s.shows(ctx, card, "dismissed")
	if s.portal.Starts() != 0 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryKilledInARestoreFollowsItToTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	cmd := s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	if err := s.slack.WaitFor(ctx, func(*slacktest.Slack) bool { return s.portal.Starts() > 0 || len(s.slack.Ephemerals("UBOB")) > 0 }); err != nil {
		t.Fatal("the restore did not start")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		t.Fatal("the dead bot's connections are still there")
	}
	s.start(ctx)
	s.shows(ctx, card, "restored")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryRefusesWrongSettingsBeforeItConnects(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "run")
	cmd.Env, cmd.Dir = []string{asBot + "=1", "SLACK_BOT_TOKEN=hunter2"}, t.TempDir()
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != statusSettings || strings.Contains(string(out), "hunter2") || !strings.Contains(string(out), "RESTORE_USERS") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}
