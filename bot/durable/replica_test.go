package durable_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// asReplica makes the test binary be a replica on the database that it names.
const asReplica = "DURABLE_TEST_REPLICA"

// replica works the steps of a database. Each step says "step <id>" and stops
// in the middle, between reading the row and the compare-and-swap that lets it
// start the restore, until a line comes in. Then it says what became of it.
func replica(url string) error {
	ctx := context.Background()
	s, err := durable.Open(ctx, url)
	if err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	if ahead, err := time.ParseDuration(os.Getenv(clockAhead)); err == nil {
		s.SetClock(ahead)
	}
	return s.Hurry().Run(ctx, func(ctx context.Context, id string, _ int64) (time.Duration, bool, error) {
		r, err := s.Get(ctx, id)
		if err != nil {
			return time.Hour, false, err
		}
		_, _ = fmt.Fprintln(os.Stdout, "step", id)
		in.Scan()
		next := r
		next.State = bot.Starting
		// Without its deadline: it stood still and does not know how late it is.
		switch _, err = s.Save(context.WithoutCancel(ctx), r, next); {
		case err == nil:
			_, _ = fmt.Fprintln(os.Stdout, "started", id)
		case errors.Is(err, bot.ErrStale):
			_, _ = fmt.Fprintln(os.Stdout, "stale", id)
		default:
			_, _ = fmt.Fprintln(os.Stdout, "error", err)
		}
		return time.Hour, false, nil
	})
}

// process is a replica in a process of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.Writer
	says chan string
}

func startReplica(t *testing.T, url string, env ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(append(os.Environ(), asReplica+"="+url), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{t, cmd, in, make(chan string, 100)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.says <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
	})
	return p
}

func (p *process) expect(words string) {
	p.t.Helper()
	select {
	case said := <-p.says:
		if !strings.HasPrefix(said, words) {
			p.t.Fatalf("the replica says %q and not %q", said, words)
		}
	case <-time.After(time.Minute):
		p.t.Fatalf("the replica does not say %q", words)
	}
}

// confirmed makes a restore that is one move away from its start.
func confirmed(t *testing.T, s *durable.Store, id string) {
	t.Helper()
	create(t, s, id)
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	next := r
	next.State = bot.Confirmed
	if _, err := s.Wake(t.Context(), r, next); err != nil {
		t.Fatal(err)
	}
}

// starter is a peer's step: it starts the restore if it still may.
func starter(s *durable.Store, started chan<- string) durable.StepFunc {
	return func(ctx context.Context, id string, _ int64) (time.Duration, bool, error) {
		r, err := s.Get(ctx, id)
		if err != nil || r.State != bot.Confirmed {
			return time.Hour, false, err
		}
		next := r
		next.State = bot.Starting
		if _, err := s.Save(ctx, r, next); err != nil {
			return 0, false, err
		}
		started <- id
		return time.Hour, false, nil
	}
}

// runs runs s in the background until the test ends.
func runs(t *testing.T, s *durable.Store, step durable.StepFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, step) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the run ended with %v", err)
		}
	})
}

func wantStarted(t *testing.T, started <-chan string, id string) {
	t.Helper()
	select {
	case got := <-started:
		if got != id {
			t.Fatalf("%s was started and not %s", got, id)
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s was never started", id)
	}
}

func TestOnPostgres(t *testing.T) {
	t.Parallel()
	server := durabletest.StartPostgres(t)
	for name, test := range map[string]func(*testing.T, string){
		"replicas migrate together": migrateTogether,
		"inspection":                durable.InspectPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, server.URL())
		})
	}
	empty := emptyDatabases(t, server)
	for name, test := range map[string]func(*testing.T, string){
		"replicas share the work":                share,
		"a killed replica is taken over":         takeOver,
		"a zombie doubles nothing":               zombie,
		"a long step shows that it lives":        longStep,
		"a clock ahead holds nothing":            aheadAndKilled,
		"a clock off keeps its pace":             offAndAtWork,
		"replicas know each other":               knowEachOther,
		"duplicates make one restore":            duplicates,
		"one portal, one open restore":           onePortal,
		"the trail has no fork and no gap":       onlyTrail,
		"a newer schema is refused":              newerOnPostgres,
		"rows of a newer version":                newerRows,
		"a commit whose answer is lost is found": lostCommit,
		"a report is read beside a bot":          reportOnPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, empty())
		})
	}
	t.Run("rows written by hand", func(t *testing.T) {
		t.Parallel()
		forgedRows(t, func(t *testing.T) *durable.Store {
			t.Helper()
			return openURL(t, empty())
		})
	})
	t.Run("exam", func(t *testing.T) {
		t.Parallel()
		durabletest.Exercise(t, func(t *testing.T) bot.Store {
			t.Helper()
			return openURL(t, empty())
		})
	})
}

func takeOver(t *testing.T, url string) {
	t.Helper()
	if d := durable.TakenOverWithin(); d > 20*time.Second {
		t.Errorf("a peer takes over after %s: too long for 30 s in all", d)
	}
	s := openURL(t, url).Hurry()
	confirmed(t, s, "a")
	victim := startReplica(t, url)
	victim.expect("step a")
	if err := victim.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	started := make(chan string, 10)
	runs(t, s, starter(s, started))
	wantStarted(t, started, "a")
	t.Logf("taken over %s after the kill, at ten times the usual pace", time.Since(begun))
}

func zombie(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url).Hurry()
	confirmed(t, s, "a")
	zombie := startReplica(t, url)
	zombie.expect("step a")
	if err := zombie.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	started := make(chan string, 10)
	runs(t, s, starter(s, started))
	wantStarted(t, started, "a")
	if err := zombie.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(zombie.in, "go on\n")
	zombie.expect("stale a")
	if r, err := s.Get(t.Context(), "a"); err != nil || r.State != bot.Starting || len(started) > 0 {
		t.Errorf("after the zombie: %s, %d more starts, %v", r.State, len(started), err)
	}
}

// A replica that lives is not taken over, however long its step takes.
func longStep(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url).Beat() // its step may take as long as ever
	create(t, s, "a")
	stepping := make(chan bool, 100)
	runs(t, s, func(ctx context.Context, _ string, _ int64) (time.Duration, bool, error) {
		stepping <- true
		<-ctx.Done()
		return time.Hour, true, nil
	})
	<-stepping
	seen := map[string]bool{}
	for begun := time.Now(); len(seen) < 3; time.Sleep(10 * time.Millisecond) {
		at, err := s.Ask(t.Context(), `SELECT stepped_at FROM restore`)
		if err != nil || time.Since(begun) > time.Minute {
			t.Fatalf("signs of life: %v, %v", seen, err)
		}
		seen[at] = true
	}
}

// walker takes a restore through its whole life, one move a step.
func walker(s *durable.Store, starts *sync.Map) durable.StepFunc {
	next := map[bot.State]bot.State{
		bot.Requested: bot.Confirmed, bot.Confirmed: bot.Starting, bot.Starting: bot.Running, bot.Running: bot.Succeeded,
	}
	return func(ctx context.Context, id string, generation int64) (time.Duration, bool, error) {
		r, err := s.Get(ctx, id)
		if err != nil {
			return 0, false, err
		}
		if r.Settled || r.Generation != generation {
			return 0, true, nil
		}
		to := r
		to.State, to.Settled = next[r.State], r.State == bot.Succeeded
		if to.Settled {
			to.State = r.State
		}
		if _, err = s.Save(ctx, r, to, bot.Event{At: time.Now(), Restore: id, Kind: bot.EventRunning}); err != nil {
			return 0, false, err
		}
		if to.State == bot.Starting {
			n, _ := starts.LoadOrStore(id, new(atomic.Int64))
			n.(*atomic.Int64).Add(1) //nolint:forcetypeassert // no other type is stored
		}
		return 10 * time.Millisecond, to.Settled, nil
	}
}

// wantWalked waits until n restores are settled and checks that each was
// started once and that the trail holds each move once.
func wantWalked(t *testing.T, s *durable.Store, starts *sync.Map, n int) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		left, err := s.Ask(t.Context(), `SELECT count(*) FROM restore WHERE NOT settled`)
		if err == nil && left == "0" {
			break
		}
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("%s restores never ended: %v", left, err)
		}
	}
	once := 0
	starts.Range(func(id, times any) bool {
		if times.(*atomic.Int64).Load() != 1 { //nolint:forcetypeassert // no other type is stored
			t.Errorf("%v was started more than once", id)
		}
		once++
		return true
	})
	if once != n {
		t.Errorf("%d of %d were started", once, n)
	}
	// A request, four moves and the settling each.
	if head, err := s.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines != int64(6*n) {
		t.Errorf("the trail has %d lines for %d restores: %v", head.Lines, n, err)
	}
}

func share(t *testing.T, url string) {
	t.Helper()
	const restores = 40
	var starts sync.Map
	var worked [3]atomic.Int64
	var first *durable.Store
	for i := range worked {
		s := openURL(t, url)
		step := walker(s, &starts)
		runs(t, s, func(ctx context.Context, id string, generation int64) (time.Duration, bool, error) {
			worked[i].Add(1)
			return step(ctx, id, generation)
		})
		first = s
	}
	for i := range restores {
		create(t, first, fmt.Sprint("r", i))
	}
	wantWalked(t, first, &starts, restores)
	for i := range worked {
		t.Logf("replica %d worked %d steps", i, worked[i].Load())
	}
}
