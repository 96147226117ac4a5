package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/durable"
)

// soakedWell is a soak in which nothing is wrong, but for what spoil does.
func soakedWell(spoil func(s *soaked, last *sample, end *tally)) *soaked {
	s := &soaked{For: time.Minute, Restores: 3, Told: 3, Recycles: 6, Requests: outcomes{begunAndTold: 3}}
	for range 20 {
		s.Samples = append(s.Samples, sample{Memory: 20 << 20, Goroutines: 100, Files: 20})
	}
	for n := range 3 {
		of := map[string]int{}
		for _, kind := range kept {
			of[kind.name] = 50
			if kind.forEver {
				of[kind.name] *= n + 1
			}
		}
		s.Rows = append(s.Rows, tally{Begun: n, Bytes: int64(n) << 20, Of: of})
	}
	for n := len(s.Samples) / 2; n < len(s.Samples); n++ {
		spoil(s, &s.Samples[n], &s.Rows[2])
	}
	return s
}

func TestSoakFailsOnGrowthAndLoss(t *testing.T) {
	t.Parallel()
	if wrong := soakedWell(func(*soaked, *sample, *tally) {}).check(); len(wrong) > 0 {
		t.Errorf("a good one: %v", wrong)
	}
	for what, spoil := range map[string]func(s *soaked, last *sample, end *tally){
		"memory grew":                func(_ *soaked, last *sample, _ *tally) { last.Memory = 40 << 20 },
		"goroutines grew":            func(_ *soaked, last *sample, _ *tally) { last.Goroutines = 200 },
		"open files grew":            func(_ *soaked, last *sample, _ *tally) { last.Files = 60 },
		"jobs that ended grew":       func(_ *soaked, _ *sample, end *tally) { end.Of["jobs that ended"] = 100 },
		"forms that nobody can use":  func(_ *soaked, _ *sample, end *tally) { end.Of["forms that nobody can use"] = 100 },
		"1 commands were lost":       func(s *soaked, _ *sample, _ *tally) { s.Lost = 1 },
		"2 were answered after":      func(s *soaked, _ *sample, _ *tally) { s.Commands, s.Late = 150, 2 },
		"the ends of 2 were told":    func(s *soaked, _ *sample, _ *tally) { s.Told = 2 },
		"of 0 restores":              func(s *soaked, _ *sample, _ *tally) { s.Restores, s.Told = 0, 0 },
		"1 ended so: expired":        func(s *soaked, _ *sample, _ *tally) { s.Requests = outcomes{begunAndTold: 2, "expired": 1} },
		"no connection was recycled": func(s *soaked, _ *sample, _ *tally) { s.Recycles = 0 },
	} {
		wrong := soakedWell(spoil).check()
		if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), what) {
			t.Errorf("%s: got %v", what, wrong)
		}
	}
}

func TestSoakTellsTheRowsOfARestore(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	soakedWell(func(*soaked, *sample, *tally) {}).table(&out)
	for _, want := range []string{"| memory ", "| audit lines of restores ", "50.0", "goes again", "1024.0 KiB", "the 3 requests: 3 begun and told."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// What is on its way when a bot is killed may be lost, and what is typed before
// another is there; nothing else.
func TestOnlyDowntimeExcusesALoss(t *testing.T) {
	t.Parallel()
	from := time.Now()
	k := &soaker{downs: []downtime{{from, from.Add(time.Second)}}}
	for after, want := range map[time.Duration]bool{-time.Millisecond: false, 0: true, time.Second: true, 2 * time.Second: false} {
		if got := k.excused(from.Add(after)); got != want {
			t.Errorf("%v after: excused %t", after, got)
		}
	}
}

// The rows are asked for by name, which must be those of the schema.
func TestSoakCountsTheRowsOfADatabase(t *testing.T) {
	t.Parallel()
	s, err := setStage(scene{portals: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	store, err := durable.Open(t.Context(), "sqlite:"+s.databaseFile())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	counted, err := (&soaker{stage: s}).count(t.Context())
	if err != nil || len(counted.Of) != len(kept) || counted.Bytes == 0 {
		t.Errorf("%+v, %v", counted, err)
	}
}
