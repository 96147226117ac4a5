package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/docspace/docspacetest"
)

// helloWithin is how long the bot may take to connect, and to stop: a slow
// machine, not a slow bot, is what it allows for.
const helloWithin = 30 * time.Second

// Bot is one bot of a stage.
type Bot struct {
	process *os.Process // nil for a bot of this process
	stop    func()      // asks it to stop
	ended   chan struct{}
	err     error // how it ended; read after ended
	log     *tail
	pages   *slacktest.Listener // of health and metrics, for a bot of this process
}

// AddBot starts a bot, beside those that run, and returns when Slack has said
// hello to it.
func (s *Stage) AddBot(ctx context.Context) (*Bot, error) {
	last := 0
	for _, c := range s.Slack.Connections() {
		last = max(last, c.ID)
	}
	b, err := s.Launch(ctx)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	go func() {
		select {
		case <-b.ended:
			cancel()
		case <-waiting.Done():
		}
	}()
	err = s.Slack.WaitFor(waiting, func(slack *slacktest.Slack) bool {
		for _, c := range slack.Connections() {
			if c.ID > last {
				return true
			}
		}
		return false
	})
	if err != nil {
		b.Kill()
		return nil, errors.Join(fmt.Errorf("stage: the bot did not connect: %w", err), b.err)
	}
	return b, nil
}

// Launch starts a bot and does not wait for its connection.
func (s *Stage) Launch(ctx context.Context) (*Bot, error) {
	b := &Bot{ended: make(chan struct{}), log: &tail{over: s.options.Log}}
	start := s.launchProcess
	if s.options.Load != nil {
		start = s.launchInside
	}
	if err := start(ctx, b); err != nil {
		return nil, fmt.Errorf("stage: the bot did not start: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bots = append(s.bots, b)
	return b, nil
}

// Command is the bot's program with other arguments, such as audit verify, and
// with the bot's environment. The caller runs it.
func (s *Stage) Command(ctx context.Context, args ...string) *exec.Cmd {
	program := s.options.Program
	if len(program) == 0 {
		self, _ := os.Executable() // it was found when the tests were started
		program = []string{self}
	}
	args = append(program[1:len(program):len(program)], args...)
	cmd := exec.CommandContext(ctx, program[0], args...) //nolint:gosec // our own program
	cmd.Env, cmd.Dir = s.Env(), s.dir
	return cmd
}

// launchProcess starts a process. It outlives ctx: Kill, Stop or Close end it.
func (s *Stage) launchProcess(ctx context.Context, b *Bot) error {
	cmd := s.Command(context.WithoutCancel(ctx), "run")
	cmd.Stderr = b.log
	if err := cmd.Start(); err != nil {
		return err
	}
	b.process = cmd.Process
	b.stop = func() {
		if cmd.Process.Signal(syscall.SIGTERM) != nil {
			_ = cmd.Process.Kill()
		}
	}
	go func() {
		b.err = cmd.Wait()
		close(b.ended)
	}()
	return nil
}

// launchInside starts a bot that is a part of this process.
func (s *Stage) launchInside(ctx context.Context, b *Bot) error {
	settings, err := s.options.Load(s.Env())
	if err != nil {
		return err
	}
	b.pages = slacktest.NewListener()
	a, err := app.New(ctx, settings, app.Seams{
		Log: b.log, Version: "stage", Slack: s.over, Dial: s.pipe.DialContext, Portals: docspacetest.Via(s.portal).Transport,
		Listen: func(context.Context, string, string) (net.Listener, error) { return b.pages, nil },
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	go func() {
		b.err = a.Run(running)
		close(b.ended)
	}()
	return nil
}

// Kill ends the bot as a power cut does, and returns when it is gone. A bot of
// this process can only be asked to stop.
func (b *Bot) Kill() {
	if b.process != nil {
		_ = b.process.Kill() // it fails only for one that is gone
	} else {
		b.stop()
	}
	<-b.ended
}

// Stop asks the bot to stop and waits for it. It returns how it ended.
func (b *Bot) Stop() error {
	b.stop()
	select {
	case <-b.ended:
		return b.err
	case <-time.After(helloWithin):
		b.Kill()
		return errors.New("stage: the bot did not stop when it was asked to")
	}
}

// Wait returns, once the bot is gone, how it ended: nil or, of a process, an
// [exec.ExitError].
func (b *Bot) Wait() error {
	<-b.ended
	return b.err
}

// Ended is closed when the bot is gone.
func (b *Bot) Ended() <-chan struct{} { return b.ended }

// Process is the bot's process; nil for a bot of this process.
func (b *Bot) Process() *os.Process { return b.process }

// Log is what the bot has written to its log.
func (b *Bot) Log() string { return b.log.String() }

// tail keeps a log and passes it on. The bot of a demo writes little.
type tail struct {
	over io.Writer // may be nil

	mu   sync.Mutex
	text strings.Builder
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p)
	if t.over == nil {
		return len(p), nil
	}
	return t.over.Write(p)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
