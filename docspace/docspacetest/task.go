package docspacetest

import (
	"cmp"
	"slices"
	"time"
)

// task is an item of the server's queue: a restore or a backup.
type task struct {
	id       string
	kind     int // 0 backup, 1 restore
	backupID string
	dump     bool
	script   Script
	failure  *failure // how it will fail, nil when it will not

	source *Backup // what a Local restore takes; nil looks the record up

	began   time.Time
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
	users   int
	rooms   int
}

// failure is an end to come: at a percentage, with a text.
type failure struct {
	percent int
	text    string
}

// The states of a task, and how long a dead one is remembered.
const (
	taskCreated   = 0
	taskRunning   = 1
	taskCompleted = 2
	taskCanceled  = 3
	taskFailed    = 4 // outside of what the worker catches
	taskRetention = 24 * time.Hour
)

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
	failed := t.failure
	if f.FailText != "" {
		failed = &failure{f.FailAt, f.FailText}
	}
	if failed != nil {
		if at := max(t.script.reach(failed.percent), t.elapsed); next >= at {
			_, shown := p.look(t)
			status, text := taskCompleted, failed.text
			if f.FailOutside {
				status, text = taskFailed, "One or more errors occurred. ("+text+")"
			}
			p.end(t, now.Add(at-next), status, max(shown, min(failed.percent, 75)), text)
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
	if t.source != nil {
		p.users, p.rooms = cmp.Or(t.source.Users, p.users), cmp.Or(t.source.Rooms, p.rooms)
		p.files = cmp.Or(t.source.Files, p.files)
		p.forgetEvents(t.source.CreatedOn)
	}
	for _, b := range p.backups {
		if b.ID == t.backupID {
			p.users, p.rooms = cmp.Or(b.Users, p.users), cmp.Or(b.Rooms, p.rooms)
			p.files = cmp.Or(b.Files, p.files)
			p.forgetEvents(b.CreatedOn)
		}
	}
	if t.dump {
		return
	}
	p.tenantID += 6
	t.tenant, p.swapped = p.tenantID, true
	p.uploaded = nil
	p.config.Host = cmp.Or(p.faults.SwapHost, p.config.Host)
	clear(p.keys)
	p.token, p.ownerID = "person-"+hexes(32), newGUID()
	if b := p.backup; b != nil && !b.dump {
		if !b.ended {
			p.endBackup(b, p.tickedAt, taskCanceled, "") // its tenant is gone
		}
		p.backup = nil
	}
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

// forgetEvents makes the audit trail that of a backup: it comes back with it. The people
// in it have new ids.
func (p *Portal) forgetEvents(after time.Time) {
	if after.IsZero() {
		return // an upload of which nobody knows the time
	}
	p.events = slices.DeleteFunc(p.events, func(e Event) bool { return e.At.After(after) })
}
