package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
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

// made is a comparison in which the bot takes so many times what the others take.
func made(times, lost int) *comparison {
	like := func(n, lost int) measured {
		d := time.Duration(n) * time.Millisecond
		return measured{
			crowd: loaded{p50: d, perSecond: 1000 / float64(n), lost: lost}, perCommand: d, after: usage{rss: int64(n) << 20}, recycles: 1,
		}
	}
	return &comparison{programs: []string{floor, bolt, self}, runs: []map[string]measured{{floor: like(10, 0), bolt: like(100, 9), self: like(10*times, lost)}}}
}

func TestComparisonFailsOnlyOnWideRatiosAndLoss(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ times, lost, wrong int }{{2, 0, 0}, {2, 1, 1}, {5, 0, 2}, {7, 0, 3}, {9, 0, 5}} {
		if wrong := made(c.times, c.lost).check(); len(wrong) != c.wrong {
			t.Errorf("%+v: %v", c, wrong)
		}
	}
	var b strings.Builder
	made(2, 0).table(&b)
	for _, words := range []string{"bot / floor", "bot / bolt", "| 10 ms", "| 2.00", "| 0.20"} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("the table does not say %q:\n%s", words, b.String())
		}
	}
}

func TestAnEndIsLateOnlyBeyondItsChannelsLimit(t *testing.T) {
	t.Parallel()
	at := func(seconds ...float64) (all []time.Time) {
		for _, s := range seconds {
			all = append(all, time.Unix(1000, 0).Add(time.Duration(s*float64(time.Second))))
		}
		return all
	}
	got := fmt.Sprint(beyondLimit(at(0, 0, 0.5), at(2.25, 0.25, 1.25)))
	if got != "[250ms 250ms 250ms]" {
		t.Errorf("three ends of one channel: %s", got)
	}
	if got := fmt.Sprint(beyondLimit(at(0, 10), at(12, 0))); got != "[0s 2s]" {
		t.Errorf("two ends: %s", got)
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

func TestScaleFailsOnWhatIsNotPromised(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*scaled)
		words string
	}{
		"well":      {func(*scaled) {}, ""},
		"limits":    {func(s *scaled) { s.limited = map[string]int{"chat.update": 1} }, "limits were exceeded"},
		"edits":     {func(s *scaled) { s.edits = 71 }, "71 edits"},
		"lost":      {func(s *scaled) { s.request.lost = 1 }, "1 requests were lost"},
		"begun":     {func(s *scaled) { s.begun = 9 }, "9 restores began"},
		"told":      {func(s *scaled) { s.late = append(s.late, 11*time.Second) }, "told 11s late"},
		"not asked": {func(s *scaled) { s.gaps = append(s.gaps, 4*time.Second) }, "polls were in time"},
		"busy":      {func(s *scaled) { s.cpu = 1.1 }, "110.00 % of a core"},
	} {
		s := &scaled{portals: 10, begun: 10, gaps: []time.Duration{3 * time.Second}, late: []time.Duration{time.Second}, edits: 70, cpu: 0.5}
		c.spoil(s)
		if got := fmt.Sprint(s.check()); (got == "[]") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestSoakFailsOnGrowthAndLoss(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(s *soaked, last *sample)
		words string
	}{
		"well":       {func(*soaked, *sample) {}, ""},
		"memory":     {func(_ *soaked, last *sample) { last.memory = 50 << 20 }, "memory grew"},
		"goroutines": {func(_ *soaked, last *sample) { last.goroutines = 200 }, "goroutines grew"},
		"files":      {func(_ *soaked, last *sample) { last.files = 60 }, "open files grew"},
		"rows":       {func(s *soaked, _ *sample) { s.rows[1]["jobs that ended"] = 50 }, "jobs that ended grew from 10 to 50"},
		"no rows":    {func(s *soaked, _ *sample) { s.rows = nil }, "not counted"},
		"lost":       {func(s *soaked, _ *sample) { s.lost = 1 }, "1 commands were lost"},
		"late":       {func(s *soaked, _ *sample) { s.late = 20 }, "20 were answered after"},
		"untold":     {func(s *soaked, _ *sample) { s.told = 4 }, "the ends of 4 were told"},
		"idle":       {func(s *soaked, _ *sample) { s.recycles = 0 }, "no connection was recycled"},
		"no end":     {func(s *soaked, _ *sample) { s.outcomes["never shown"] = 1 }, "1 ended so: never shown"},
		"refused":    {func(s *soaked, _ *sample) { s.outcomes[openBefore] = 9 }, "only 5 were begun"},
	} {
		first, last := sample{20 << 20, 100, 20}, sample{21 << 20, 110, 21}
		s := &soaked{restores: 5, told: 5, typed: 1000, recycles: 3, outcomes: outcomes{begunAndTold: 5, openBefore: 1}, rows: []map[string]int{{"jobs that ended": 10}, {"jobs that ended": 12}}}
		c.spoil(s, &last)
		s.samples = []sample{first, first, last, last}
		if got := fmt.Sprint(s.check()); (got == "[]") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestSoakTellsWhatBecameOfARequest(t *testing.T) {
	t.Parallel()
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	r := record{
		restores: map[string]bot.Restore{
			"done": {State: bot.Succeeded, EndTS: "1.1"}, "untold": {State: bot.Succeeded}, "bare": {State: bot.Requested},
			"waits": {State: bot.Requested, CardTS: "1.2"}, "refused": {State: bot.Refused, Reason: bot.Reason{Rule: policy.RuleKey}},
		},
		refusals: []durable.AuditLine{{At: at(11), Detail: map[string]string{"channel": "C1", "rule": string(policy.RuleBusy)}}},
	}
	for trigger, c := range map[string]struct {
		acked   time.Time
		excused bool
		want    string
	}{
		"done": {at(11), false, begunAndTold}, "untold": {at(11), false, "succeeded, and nobody was told"}, "bare": {at(11), false, "never shown"},
		"waits": {at(11), false, "never confirmed"}, "refused": {at(11), false, keyDead},
		"busy": {at(12), false, openBefore}, "early": {at(10), false, "answered, and not recorded"},
		"down": {time.Time{}, true, nobodyThere}, "gone": {time.Time{}, false, "lost"},
	} {
		typed := &slacktest.Delivery{TriggerID: trigger, Channel: "C1", At: at(10)}
		if got := r.of(typed, c.acked, c.excused); got != c.want {
			t.Errorf("%s: %q, want %q", trigger, got, c.want)
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
}

// The built bot answers and restores.
func TestMeasuresTheBuiltBot(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc here")
	}
	found, err := compareThese(t.Context(), options{commands: 100, runs: 1, idle: 300 * time.Millisecond, notes: io.Discard}, []string{self})
	if err != nil {
		t.Fatal(err)
	}
	m := found.(*comparison).runs[0][self] //nolint:forcetypeassert // of compare
	if m.ready <= 0 || m.idle.rss <= 0 || m.after.anon <= 0 || m.crowd.p50 <= 0 || m.crowd.p99 < m.crowd.p50 || m.request.p50 <= 0 || m.recycles == 0 {
		t.Errorf("%+v", m)
	}
	if m.request.lost > 0 {
		t.Errorf("%d requests were lost", m.request.lost)
	}
}
