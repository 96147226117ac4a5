package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Memory is given back when a burst is over, and every ten seconds.
func TestMemoryIsGivenBackAfterABurst(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		allocs []uint64 // in each second, in KiB
		want   []int    // the seconds after which it is given back
	}{
		"nothing to do":                 {make([]uint64, 25), []int{10, 20}},
		"a burst":                       {[]uint64{0, 9000, 9000, 0, 0, 0}, []int{3}},
		"a burst and a trickle":         {[]uint64{0, 9000, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500}, []int{2, 12}},
		"a burst that goes on":          {[]uint64{0, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 0}, []int{10, 12}},
		"two bursts":                    {[]uint64{0, 9000, 0, 9000, 0, 0}, []int{2, 4}},
		"much, but never a burst":       {[]uint64{0, 3000, 3000, 0, 0}, nil},
		"a burst that fades":            {[]uint64{0, 9000, 3000, 2000, 900, 0}, []int{4}},
		"a burst in the very last look": {[]uint64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9000, 0, 0}, []int{10}},
	} {
		var r rester
		now, allocated := time.Now(), uint64(5<<20)
		r.due(now, allocated)
		var got []int
		for second, kib := range tc.allocs[:] {
			if second == 0 {
				continue
			}
			now, allocated = now.Add(lookEach), allocated+kib<<10
			if r.due(now, allocated) {
				got = append(got, second)
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: given back after %v, want %v", name, got, tc.want)
			continue
		}
		for i := range got {
			if got[i] != tc.want[i] {
				t.Errorf("%s: given back after %v, want %v", name, got, tc.want)
			}
		}
	}
}

//nolint:paralleltest // the collector is everybody's
func TestCollectorWaitsInABurstOnly(t *testing.T) {
	was := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(was) })
	percent := func() int {
		now := debug.SetGCPercent(77)
		debug.SetGCPercent(now)
		return now
	}
	newCollector([]string{"HOME=/", "GOGC=100"}).collected(true)
	if got := percent(); got != 100 {
		t.Fatalf("with GOGC set the collector was set to %d", got)
	}
	newCollector([]string{"HOME=/"})
	if got := percent(); got != heapGrowth {
		t.Fatalf("the collector is at %d and not at %d", got, heapGrowth)
	}
	c := &collector{live: func() uint64 { return 1 << 20 }}
	c.attend(time.Now())
	for began := time.Now(); percent() != busyGrowth; runtime.GC() {
		if time.Since(began) > time.Minute {
			t.Fatal("collection after collection, and it still collects as often")
		}
	}
	c.giveBack()
	for began := time.Now(); percent() != heapGrowth; c.giveBack() { // it counts as a collection, too
		if time.Since(began) > time.Minute {
			t.Fatalf("the burst is over, and the collector still at %d", percent())
		}
	}
}

// Of a large heap no more may wait than of a small one, and of a very large one
// its fifth.
func TestOnlySoMuchGarbageWaits(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]struct{ calm, busy int }{
		0: {heapGrowth, busyGrowth}, 1 << 20: {heapGrowth, busyGrowth}, 4 << 20: {heapGrowth, 125}, 10 << 20: {40, 50}, 16 << 20: {25, 31}, 1 << 40: {leastGrowth, leastGrowth},
	} {
		if calm, busy := calmly(live), busily(live); calm != want.calm || busy != want.busy {
			t.Errorf("with %d bytes alive %d %%, in a crowd %d %%, want %+v", live, calm, busy, want)
		}
	}
}

func TestAllocationsAreCounted(t *testing.T) {
	t.Parallel()
	before := allocated()
	kept := make([]byte, 1<<20)
	if after := allocated(); after < before+uint64(len(kept)) {
		t.Errorf("%d bytes before, %d after %d more", before, after, len(kept))
	}
}
