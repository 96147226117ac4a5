package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

func TestQuantilesAndMedians(t *testing.T) {
	t.Parallel()
	var spans []time.Duration
	for n := 1; n <= 200; n++ {
		spans = append(spans, time.Duration(n))
	}
	for q, want := range map[float64]time.Duration{0.5: 100, 0.99: 198, 1: 200, 0: 1} {
		if got := quantile(spans, q); got != want {
			t.Errorf("quantile %v of 1..200 is %d, want %d", q, got, want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("quantile of nothing is %d", got)
	}
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("median is %v", got)
	}
	if got := median([]float64{4, 1, 2, 3}); got != 2 {
		t.Errorf("median of four is %v", got)
	}
}

// made is a comparison in which the bot takes so many times the floor's CPU.
func made(times int, lost int) *comparison {
	one := func(cpu int, rss int64, perSecond float64) measured {
		return measured{
			PerCommand: time.Duration(cpu) * time.Microsecond, LoadedRSS: rss << 20,
			Crowd: loaded{latency: latency{P50: time.Millisecond}, PerSecond: perSecond},
		}
	}
	bot := one(10*times, 30, 8000)
	bot.Recycled.Lost = lost
	run := map[string]measured{"floor": one(10, 10, 9000), "bolt": one(200, 100, 1000), "bot": bot}
	return &comparison{Subjects: []string{"floor", "bolt", "bot"}, Runs: []map[string]measured{run, run, run}}
}

func TestComparisonFailsOnlyOnWideRatiosAndLoss(t *testing.T) {
	t.Parallel()
	if wrong := made(3, 0).check(); len(wrong) > 0 {
		t.Errorf("a good one: %v", wrong)
	}
	for name, bad := range map[string]*comparison{"CPU": made(60, 0), "loss": made(3, 1), "nothing": {}} {
		if len(bad.check()) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
}

func TestTableShowsRatiosToEach(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	made(3, 0).table(&out)
	for _, want := range []string{"bot / floor | bot / bolt |", "| CPU per command", "| 10 µs", "| 200 µs", "| 30 µs", "3.00", "0.15"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// Of ends in one channel each waits for those before it: only what comes after
// that is late.
func TestAnEndIsLateOnlyBeyondItsChannelsLimit(t *testing.T) {
	t.Parallel()
	s, err := setStage(scene{portals: 3, takes: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	c := s.crowd()
	for n, p := range s.portals {
		p.StartElsewhere(p.Backups()[0].ID)
		ended := p.Restores()[0].Ended
		c.told[p.name] = []time.Time{ended.Add(time.Duration(n) * time.Second)}
	}
	late := c.late()
	if len(late) != 3 || late[2] > 500*time.Millisecond {
		t.Errorf("one message a second is all that the channel takes: %v", late)
	}
	c.told["p2"][0] = c.told["p2"][0].Add(20 * time.Second)
	if late = c.late(); late[2] < 19*time.Second {
		t.Errorf("20 s more are not seen: %v", late)
	}
}

// The short form, so that the command itself cannot rot: what it finds is not
// looked at but for loss. Bolt is measured where its packages can be had.
func TestMeasuresTheBuiltBot(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("processes are measured by Linux's /proc")
	}
	if testing.Short() {
		t.Skip("builds and runs three programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	var out, notes bytes.Buffer
	err := bench(t.Context(), []string{"--short", "--json", "--only", "floor,bot", "--commands", "100", "--requests", "3", "--idle", "300ms"}, &out, &notes)
	if err != nil {
		t.Fatalf("%v\n%s", err, notes.String())
	}
	var c comparison
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"floor", "bot"} {
		m := c.Runs[0][name]
		if m.Ready <= 0 || m.IdleRSS <= 0 || m.Crowd.P50 <= 0 || m.Request.P50 <= 0 || m.Lost > 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestUnknownModeIsRefused(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := bench(t.Context(), []string{"fly"}, &out, &out); err == nil || !strings.Contains(err.Error(), `"fly"`) {
		t.Errorf("got %v", err)
	}
}

func TestOwnProcessIsMeasured(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("processes are measured by Linux's /proc")
	}
	u, err := usageOf(os.Getpid())
	if err != nil || u.RSS < 1<<20 || u.Anon <= 0 || u.Threads < 1 || u.Files < 3 {
		t.Errorf("%+v, %v", u, err)
	}
}

// A process holds a connection to each portal, and posts to its channel.
func TestStageServesPortalsAtTheirOwnAddresses(t *testing.T) {
	t.Parallel()
	s, err := setStage(scene{portals: 2, perChannel: 1, limits: slacktest.Unlimited(), takes: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	if s.portals[0].url == s.portals[1].url || s.portals[0].channel == s.portals[1].channel || len(s.channels) != 2 {
		t.Errorf("%+v", s.portals)
	}
}

// The first row carries what is paid once: what a restore costs is what each
// row adds to the one before.
func TestScaleTellsWhatEachMoreRestoreTakes(t *testing.T) {
	t.Parallel()
	s := &scaling{Rows: []scaled{{Portals: 1, Grown: 5 << 20}, {Portals: 11, Grown: 6 << 20}, {Portals: 11, Grown: 7 << 20}}}
	for row, want := range []string{"5120 KiB", "102 KiB", "-"} {
		if got := s.eachMore(row); got != want {
			t.Errorf("row %d: %s, want %s", row, got, want)
		}
	}
	var out bytes.Buffer
	s.table(&out)
	if !strings.Contains(out.String(), "each more") || !strings.Contains(out.String(), "102 KiB") {
		t.Errorf("the table:\n%s", out.String())
	}
}

func TestMostWithinCountsASlidingMinute(t *testing.T) {
	t.Parallel()
	var calls []slacktest.Call
	for _, second := range []int{0, 10, 59, 60, 61, 200} {
		calls = append(calls, slacktest.Call{At: time.Unix(int64(second), 0)})
	}
	if got := mostWithin(calls, time.Minute); got != 4 {
		t.Errorf("got %d, want the four from 10 s to 61 s", got)
	}
}
