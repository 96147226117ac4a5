package main

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"docspace-restorebot/cmd/restorebot/stage"
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

// atOnce plays subtests that mostly wait at once, in one place of -parallel. Parallel
// ones come last, when nothing is left to do while they wait.
type atOnce struct {
	sync.WaitGroup

	t *testing.T
}

// Run plays a subtest. The test waits for all of them in the end.
func (a *atOnce) Run(name string, play func(t *testing.T)) {
	a.Go(func() { a.t.Run(name, play) })
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
