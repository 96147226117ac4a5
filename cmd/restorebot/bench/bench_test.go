package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

func TestQuantilesAndMedians(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for n := range 100 {
		hundred = append(hundred, time.Duration(n+1))
	}
	for _, c := range []struct {
		of   []time.Duration
		q    float64
		want time.Duration
	}{{hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {hundred[:1], 0.99, 1}, {nil, 0.5, 0}} {
		if got := quantile(c.of, c.q); got != c.want {
			t.Errorf("quantile %v of %d values is %d, want %d", c.q, len(c.of), got, c.want)
		}
	}
	if median([]float64{3, 1, 2}) != 2 || median([]float64{4, 3, 1, 2}) != 2 || median(nil) != 0 {
		t.Error("a median is not the middle")
	}
}

func TestPromisesAreCheckedAndShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of    figure
		shown string
		words string
	}{
		{count("lost", 1), "| lost | 1        |          |", ""},
		{count("lost", 0).atMost(0), "| lost | 0        | at most 0 |", ""},
		{count("lost", 1).atMost(0), "", "lost: 1, and at most 0 is promised"},
		{count("restores", 1).atLeast(1), "at least 1", ""},
		{count("restores", 0).atLeast(1), "", "restores: 0, and at least 1 is promised"},
		{share("CPU", 1.1).atMost(1), "110.00 %", "CPU: 110.00 %, and at most 100.00 % is promised"},
		{times("ack", 11e9).atMost(10e9), "", "ack: 11000 ms, and at most 10000 ms is promised"},
		{times("ack", 1.5e6), "1.50 ms", ""},
		{memory("memory", 3<<19), "1.5 MiB", ""},
		{ratio("ratio", math.NaN()).atMost(4), "| -", "ratio: -, and at most 4.00 is promised"},
	} {
		a := list("", []figure{c.of})
		var b strings.Builder
		a.print(&b)
		if !strings.Contains(b.String(), c.shown) {
			t.Errorf("%s is not shown as %q:\n%s", c.of.name, c.shown, b.String())
		}
		if got := fmt.Sprint(a.check()); (got == "<nil>") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%s: %s, want %q", c.of.name, got, c.words)
		}
	}
}

// made is a comparison in which the bot takes so many times what the floor takes; Bolt
// takes ten times that.
func made(n, lost int) comparison {
	like := func(n, lost int) []figure {
		v := float64(n)
		return []figure{times(help32P50, v*1e6), number(help32Rate, 1000/v), times(commandCPU, v), memory(loadedMemory, v), count(lostElse, lost).atMost(0)}
	}
	return comparison{programs: []string{floor, bolt, self}, runs: []map[string][]figure{{floor: like(10, 0), bolt: like(100, 9), self: like(10*n, lost)}}}
}

func TestComparisonFailsOnlyOnWideRatiosAndLoss(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ times, lost, broken int }{{2, 0, 0}, {2, 1, 1}, {5, 0, 2}, {7, 0, 3}} {
		broken := 0
		for _, f := range made(c.times, c.lost).answer(1).figures {
			if f.broken() != nil {
				broken++
			}
		}
		if broken != c.broken {
			t.Errorf("%+v: %d are broken: %v", c, broken, made(c.times, c.lost).answer(1).check())
		}
	}
	var b strings.Builder
	made(2, 0).answer(1).print(&b)
	for _, words := range []string{"bot / floor", "bot / bolt", "| 10 ms", "| 2.00", "| 0.20", "| -"} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("the table does not say %q:\n%s", words, b.String())
		}
	}
	if made(2, 0).answer(1).check() != nil || (comparison{}).answer(1).check() == nil {
		t.Error("nothing was measured, and that is no fault")
	}
}

func TestMostWithinCountsASlidingMinute(t *testing.T) {
	t.Parallel()
	var calls []slacktest.Call
	for _, second := range []int{0, 50, 59, 61, 109, 130} {
		calls = append(calls, slacktest.Call{At: time.Unix(int64(second), 0)})
	}
	if got := mostWithin(calls, time.Minute); got != 4 {
		t.Errorf("got %d, want 4", got)
	}
}

func TestBeyondIsAShare(t *testing.T) {
	t.Parallel()
	if got := beyond([]time.Duration{1, 2, 3, 4}, 3); got != 0.25 {
		t.Errorf("got %v", got)
	}
	if got := beyond(nil, 3); got != 0 {
		t.Errorf("of none: %v", got)
	}
}

func TestSoakFailsOnGrowthAndLoss(t *testing.T) {
	t.Parallel()
	first := sample{20 << 20, 100, 20, 10}
	for words, last := range map[string]sample{
		"":           {32 << 20, 150, 35, 50},
		"memory":     {50 << 20, 100, 20, 10},
		"goroutines": {20 << 20, 200, 20, 10},
		"open files": {20 << 20, 100, 60, 10},
		"rows":       {20 << 20, 100, 20, 60},
	} {
		err := list("", growth([]sample{first, first, last, last})).check()
		if got := fmt.Sprint(err); (err == nil) != (words == "") || !strings.Contains(got, words) {
			t.Errorf("%q: %s", words, got)
		}
	}
	s, err := stage.Open(stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := &soaker{Stage: s}
	k.lost.Add(3)
	s.Slack.Command(stage.Alice, stage.Channel, "/restore help") // there is no bot
	got := fmt.Sprint(k.answer(time.Minute, nil, 0, 5).check())
	for _, words := range []string{
		"lost: 1, and at most 0", "restores: 0, and at least 1", "whose end was not told: 3, and", "left open in the database: 5, and",
		"recycled: 0, and at least 1", "samples of its last life: 0, and at least 2",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the soak does not fail with %q:\n%s", words, got)
		}
	}
}

func TestSoakExcusesOnlyWhatNobodyCouldAnswer(t *testing.T) {
	t.Parallel()
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	k := soaker{downs: []downtime{{at(10), at(12)}, {at(20), at(22)}}}
	for second, want := range map[int]bool{9: false, 10: true, 12: true, 13: false, 21: true, 23: false} {
		if got := k.excused(at(second)); got != want {
			t.Errorf("at %d: %t", second, got)
		}
	}
}

func TestUnknownQuestionIsRefused(t *testing.T) {
	t.Parallel()
	if err := bench(t.Context(), []string{"history"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "none of compare, scale and soak") {
		t.Errorf("got %v", err)
	}
}

func TestOwnProcessIsMeasured(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc here")
	}
	me, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	before, err := usageOf(me)
	for err == nil && before.cpu == 0 { // a tick is 10 ms
		before, err = usageOf(me)
	}
	if err != nil || before.rss < before.anon || before.anon < 1<<20 || before.files < 3 {
		t.Errorf("%+v, %v", before, err)
	}
	after := usage{at: before.at.Add(time.Second), cpu: before.cpu + 500*time.Millisecond}
	if got := after.cores(before); got != 0.5 {
		t.Errorf("half a core is %v", got)
	}
}

// The built bot answers and restores.
func TestMeasuresTheBuiltBot(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc here")
	}
	found, err := compareThese(t.Context(), options{commands: 100, runs: 1, idle: 300 * time.Millisecond, dir: t.TempDir(), notes: io.Discard}, []string{self})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found.runs[0][self] {
		if rare := f.name == "idle CPU, of a core" || f.name == lostRecycling; f.name != lostElse && !rare && !(f.value > 0) {
			t.Errorf("%s is %s", f.name, f)
		}
		if f.name == lostElse {
			if err := f.broken(); err != nil {
				t.Error(err)
			}
		}
	}
}
