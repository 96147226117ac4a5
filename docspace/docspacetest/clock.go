package docspacetest

import "time"

// tick brings everything up to the clock. It is called under the lock before
// anything is read or changed.
func (p *Portal) tick() {
	now := p.now()
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
