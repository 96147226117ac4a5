package docspacetest

import (
	"slices"
	"time"
)

// Turn is something that happens to the portal by itself at a certain time.
type Turn struct {
	// After is counted from the making of the portal, or with OfRestore from the
	// start of each restore.
	After     time.Duration
	OfRestore bool
	Break     func(*Faults) // changes the switches; nil changes none
	Unlock    bool          // sets the tenant active, as an operator does in the database
	do        func(*Portal) // what else a text can say; called under the lock
}

type dueTurn struct {
	at time.Time
	Turn
}

// begun puts the turns of a restore that just began on the list, in place of
// those of the one before.
func (p *Portal) begun() {
	p.ahead = slices.DeleteFunc(p.ahead, func(d dueTurn) bool { return d.OfRestore })
	for _, t := range p.config.Turns {
		if t.OfRestore {
			p.ahead = append(p.ahead, dueTurn{p.tickedAt.Add(t.After), t})
		}
	}
}

// tick brings everything up to the clock, turn by turn. It is called under the
// lock before anything is read or changed.
func (p *Portal) tick() {
	now := p.now()
	for {
		next := -1
		for i, d := range p.ahead {
			if !d.at.After(now) && (next < 0 || d.at.Before(p.ahead[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		d := p.ahead[next]
		p.ahead = slices.Delete(p.ahead, next, next+1)
		p.pass(d.at)
		p.do(d.Turn)
	}
	p.pass(now)
}

func (p *Portal) do(t Turn) {
	if t.Break != nil {
		t.Break(&p.faults)
	}
	if t.Unlock {
		p.status = tenantActive
	}
	if t.do != nil {
		t.do(p)
	}
}

// pass lets the time go on to now.
func (p *Portal) pass(now time.Time) {
	if now.Before(p.tickedAt) {
		now = p.tickedAt // a clock that was set back
	}
	p.tickedAt = now
	if t := p.backup; t != nil {
		p.advanceBackup(t, now)
		if now.Sub(t.changed) > taskRetention {
			p.backup = nil
		}
	}
	for _, t := range p.tasks() {
		p.passTask(t, now)
	}
}

func (p *Portal) passTask(t *task, now time.Time) {
	p.advance(t, now)
	if !t.ended {
		t.status, t.percent = p.look(t)
		if t.elapsed >= t.script.lock() && !t.locked && !t.stuck {
			// Once only: a portal that was opened by hand is not locked by a dead worker.
			t.locked, p.status = true, tenantRestoring
		}
	}
	if now.Sub(t.changed) <= taskRetention {
		return
	}
	// A portal that a dead worker locked stays locked.
	if p.restore == t {
		p.restore = nil
	} else {
		p.dumpBeside = nil
	}
}
