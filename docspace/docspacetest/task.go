package docspacetest

import "time"

// task is an item of the server's queue: a restore or a backup.
type task struct {
	id       string
	kind     int // 0 backup, 1 restore
	backupID string
	dump     bool
	notify   bool
	script   Script
	fate     *fate // how it will fail, nil when it will not

	elapsed time.Duration // of the script
	seen    time.Time     // when elapsed was worked out
	changed time.Time     // when something was last published
	tenant  int
	locked  bool // it has closed the portal
	stuck   bool // its message was dropped: no worker will ever take it

	ended   bool
	status  int
	percent int
	text    string
	link    string
	warning string
	storage int // of a backup
}

// fate is a failure to come.
type fate struct {
	percent int
	text    string
}

// The states of a task, and how long a dead one is remembered.
const (
	taskCreated   = 0
	taskRunning   = 1
	taskCompleted = 2
	taskCanceled  = 3
	taskRetention = 24 * time.Hour
)

// tick brings everything up to the clock. It is called under the lock before
// anything is read or changed.
func (p *Portal) tick() {
	now := p.now()
	if t := p.restore; t != nil {
		p.advance(t, now)
		if !t.ended {
			t.status, t.percent = p.look(t)
			if t.elapsed >= t.script.lock() && !t.locked {
				// Once only: a portal that was opened by hand is not locked by a dead worker.
				t.locked, p.status = true, tenantRestoring
			}
		}
		if now.Sub(t.changed) > taskRetention {
			p.restore = nil // a portal that a dead worker locked stays locked
		}
	}
	if t := p.backup; t != nil {
		p.advanceBackup(t, now)
		if now.Sub(t.changed) > taskRetention {
			p.backup = nil
		}
	}
}

// advance moves a restore along its script, unless something holds it.
func (p *Portal) advance(t *task, now time.Time) {
	passed := now.Sub(t.seen)
	t.seen = now
	if t.ended {
		return
	}
	f := &p.faults
	if f.Cancel {
		t.status, t.percent = p.look(t)
		p.end(t, now, taskCanceled, t.percent, "")
		return
	}
	if t.stuck || f.WorkerDead || f.StuckQueued && t.elapsed < t.script.Queued {
		return
	}
	next := t.elapsed + passed
	if f.WorkerDiesAt > 0 {
		next = min(next, max(t.script.reach(f.WorkerDiesAt), t.elapsed))
	}
	doom := t.fate
	if f.FailText != "" {
		doom = &fate{f.FailAt, f.FailText}
	}
	if doom != nil {
		if at := max(t.script.reach(doom.percent), t.elapsed); next >= at {
			_, shown := p.look(t)
			p.end(t, now.Add(at-next), taskCompleted, max(shown, min(doom.percent, 75)), doom.text)
			return
		}
	}
	if next > t.elapsed {
		t.changed = now.Add(next - t.elapsed - passed) // earlier, if the worker died since
	}
	t.elapsed = next
	if whole := t.script.whole(); next >= whole {
		p.swap(t)
		p.end(t, now.Add(whole-next), taskCompleted, 100, "")
	}
}

// look is what a running restore shows.
func (p *Portal) look(t *task) (status, percent int) {
	switch done := t.elapsed; {
	case done < t.script.Queued || t.stuck:
		return taskCreated, 0
	case done < t.script.lock():
		return taskRunning, 0
	case done < t.script.lock()+t.script.Import:
		return taskRunning, p.version.percent(float64(done-t.script.lock()) / float64(t.script.Import))
	default:
		return taskRunning, 75
	}
}

// swapping reports whether a restore is just swapping the tenants.
func (p *Portal) swapping() bool {
	t := p.restore
	return t != nil && !t.ended && !t.dump && t.elapsed >= t.script.swap()
}

// end closes a restore; the portal opens again, with the old data or the new.
func (p *Portal) end(t *task, at time.Time, status, percent int, text string) {
	t.ended, t.status, t.percent, t.text, t.changed = true, status, percent, text, at
	if p.status == tenantRestoring {
		p.status = tenantActive
	}
	for i := range p.restores {
		if p.restores[i].TaskID == t.id {
			p.restores[i].Ended, p.restores[i].Error = at, text
			p.restores[i].Succeeded = status == taskCompleted && text == ""
		}
	}
}

// swap puts the restored tenant in the old one's place. A dump writes over
// everything in place and keeps ids and keys.
func (p *Portal) swap(t *task) {
	for _, b := range p.backups {
		if b.ID == t.backupID {
			p.users, p.rooms = or(b.Users, p.users), or(b.Rooms, p.rooms)
		}
	}
	if t.dump {
		return
	}
	p.tenantID += 6
	t.tenant = p.tenantID
	clear(p.keys)
	p.token = "person-" + hexes(32)
	kept := p.backups[:0]
	for _, b := range p.backups {
		// Records move along with new ids, but only those whose place does not belong
		// to the old tenant still have a file.
		if b.Dump {
			kept = append(kept, b)
		} else if b.StorageType == 3 || b.StorageType == 5 {
			b.ID = newGUID()
			kept = append(kept, b)
		}
	}
	p.backups = kept
}
