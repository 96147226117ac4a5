package main

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// asBot makes the test binary be the bot: the very main, in its own process.
const asBot = "RESTOREBOT_AS_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(asBot) != "" {
		main()
	}
	// A test here mostly waits for other processes, so more of them run at once
	// than the machine has processors; -parallel still says otherwise.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	// A script's restorebot is this binary under that name.
	testscript.Main(m, map[string]func(){"restorebot": main})
}

// oldStage is the bot's own process between a Slack and a portal on real ports.
type oldStage struct {
	t      *testing.T
	slack  *slacktest.Slack
	portal *docspacetest.Portal
	env    []string

	database string // the file
	dotenv   string // what a file of settings says besides
}

func setStage(t *testing.T) *oldStage {
	t.Helper()
	return setStageBehind(t, func(h http.Handler) http.Handler { return h })
}

// setStageBehind puts something between the bot and both of the others.
func setStageBehind(t *testing.T, wrap func(http.Handler) http.Handler) *oldStage {
	t.Helper()
	s := &oldStage{
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
func (s *oldStage) start(ctx context.Context) *exec.Cmd {
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
func (s *oldStage) card(ctx context.Context) slacktest.Message {
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
func (s *oldStage) writtenDown(ctx context.Context, card slacktest.Message) {
	s.t.Helper()
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		return slices.ContainsFunc(w.Calls("chat.getPermalink"), func(c slacktest.Call) bool { return c.Args["message_ts"] == card.TS })
	})
	if err != nil {
		s.t.Fatal("the card was not written down")
	}
}

func (s *oldStage) press(ctx context.Context, user string, card slacktest.Message, action string) { //nolint:unparam // it goes with the last test that stands on it
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
func (s *oldStage) shows(ctx context.Context, card slacktest.Message, words string) {
	s.t.Helper()
	_, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return m.TS == card.TS && len(m.Buttons()) == 0 && strings.Contains(strings.ToLower(s.slack.RenderUnfolded(m, time.UTC)), words)
	})
	if err != nil {
		now, _ := s.slack.Message("COPS", card.TS)
		s.t.Fatalf("the card does not say %q but:\n%s", words, s.slack.RenderUnfolded(now, time.UTC))
	}
}

func TestBinaryRestoresAPortalAndStops(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	s.Eve.Presses("Restore")
	s.Eve.WantTold("not on the list of people who may confirm")
	s.WantStarts(0)
	s.Bob.Presses("Restore")
	s.WantFinalCard("restored")
	s.WantThreadSays("@alice")
	s.WantStarts(1)
	s.Stops()
}

func TestBinaryKilledInARestoreFollowsItToTheEnd(t *testing.T) {
	t.Parallel()
	s := onStage(t)
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	s.Bob.Presses("Restore")
	s.Until("the restore has started", func() bool { return s.Portal.Starts() > 0 })
	s.Kills()
	s.Starts()
	s.WantFinalCard("restored")
	s.WantStarts(1)
}

// What can be dismissed needs no process of its own.
func TestDismissedRequestStartsNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Dismiss")
		s.WantFinalCard("dismissed")
		s.WantStarts(0)
	})
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
