package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// heapGrowth is what may become garbage before it is collected, in percent of
	// what lives. Little lives here: half of Go's 100 costs no measurable time. With
	// hundreds of restores more lives, most of it connections, and makes no more
	// garbage for that: calmGarbage is enough, but leastGrowth for what lives.
	heapGrowth  = 50
	calmGarbage = 4 << 20
	leastGrowth = 20
	// A crowd makes garbage faster than it is worth to collect: after two collections
	// within often, busyGarbage may wait, and in a small heap at most busyGrowth. What
	// it takes is given back as soon as the crowd is gone.
	busyGarbage = 5 << 20
	busyGrowth  = 200
	often       = 100 * time.Millisecond
	// littleMore is what is not worth to set anew: the world stops for it.
	littleMore = 5
	// startOver is when the start is over: connected, its migrations and checks done.
	startOver = 2 * time.Second
	// restEach is how soon all is given back that is not needed, and lookEach how soon
	// that a burst is over. A rest costs about 5 ms of one core.
	restEach = 10 * time.Second
	lookEach = time.Second
	// burst is what a second with much to do allocates, and calm what one with
	// little does.
	burst, calm = 4 << 20, 1 << 20
)

// collector sets how much garbage may wait, unless the environment says it.
type collector struct {
	fixed bool
	live  func() uint64 // bytes, stacks included, as the collector reckons

	mu   sync.Mutex
	busy bool // a crowd is there, or was a moment ago
	set  int  // percent
}

func newCollector(environ []string) *collector {
	c := &collector{
		fixed: slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }),
		live:  func() uint64 { return read("/gc/heap/live:bytes") + read("/memory/classes/heap/stacks:bytes") },
	}
	c.calm()
	if !c.fixed {
		c.attend(time.Now())
	}
	return c
}

// collected is told of each collection. A crowd that is there stays until memory
// is given back.
func (c *collector) collected(soon bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = c.busy || soon
	c.adjust()
}

// calm is told that no crowd is there.
func (c *collector) calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = false
	c.adjust()
}

// adjust sets how much garbage may wait from now on.
func (c *collector) adjust() {
	percent := calmly(c.live())
	if c.busy {
		percent = busily(c.live())
	}
	if off := percent - c.set; !c.fixed && (off > littleMore || off < -littleMore) {
		debug.SetGCPercent(percent)
		c.set = percent
	}
}

// calmly is how much garbage may wait where there is no crowd, in percent of what
// lives.
func calmly(live uint64) int {
	return int(min(heapGrowth, max(leastGrowth, calmGarbage*100/max(live, 1))))
}

// busily is the same in a crowd.
func busily(live uint64) int {
	return max(calmly(live), int(min(busyGrowth, busyGarbage*100/max(live, 1))))
}

// attend looks at each collection, by something that the next one collects.
func (c *collector) attend(last time.Time) {
	runtime.AddCleanup(new([16]byte), func(last time.Time) {
		now := time.Now()
		c.collected(now.Sub(last) < often)
		c.attend(now)
	}, last)
}

// rest gives memory back until ctx ends: first what only the start needed, then
// what each burst of commands did as soon as it is over, and the rest in between.
func (c *collector) rest(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(startOver):
		c.giveBack()
	}
	look := time.NewTicker(lookEach)
	defer look.Stop()
	var r rester
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-look.C:
			if r.due(now, allocated()) {
				c.giveBack()
			}
		}
	}
}

func (c *collector) giveBack() {
	c.calm()
	debug.FreeOSMemory()
	dropProgram()
}

// allocated is how many bytes this process has ever allocated on its heap.
func allocated() uint64 { return read("/gc/heap/allocs:bytes") }

// read is a figure of the runtime.
func read(name string) uint64 {
	figure := []metrics.Sample{{Name: name}}
	metrics.Read(figure)
	return figure[0].Value.Uint64()
}

// rester says when it is time to give memory back. The zero value is one that has
// just done so.
type rester struct {
	rested  time.Time
	before  uint64 // allocated at the last look
	bursted bool   // since the last rest
}

// due is asked every [lookEach] with what was allocated in all until then.
func (r *rester) due(now time.Time, allocated uint64) bool {
	if r.rested.IsZero() {
		r.rested, r.before = now, allocated
		return false
	}
	since := allocated - r.before
	r.before = allocated
	r.bursted = r.bursted || since >= burst
	if now.Sub(r.rested) < restEach && (!r.bursted || since >= calm) {
		return false
	}
	r.rested, r.bursted = now, false
	return true
}
