package docspacetest

import (
	"cmp"
	"slices"
	"time"
)

// anotherTenant is the id of a portal beside this one on the same server.
const anotherTenant = 2

// tasks are the restores that the server's queue knows here, oldest first: this
// tenant's, and the dump that another portal of the server started.
func (p *Portal) tasks() []*task {
	var known []*task
	for _, t := range []*task{p.restore, p.dumpBeside} {
		if t != nil {
			known = append(known, t)
		}
	}
	slices.SortStableFunc(known, func(a, b *task) int { return a.began.Compare(b.began) })
	return known
}

// known is the task that getrestoreprogress shows. With dump=true that is any
// dump, with dump=false this tenant's restore that is none, and without the flag
// either of them (BackupService.GetRestoreProgressAsync). The server takes the
// first of its queue, so the oldest comes first here.
func (p *Portal) known(dump *bool) *task {
	for _, t := range p.tasks() {
		if dump == nil || t.dump == *dump {
			return t
		}
	}
	return nil
}

// StartDumpElsewhere starts a restore of the whole server from another portal
// of it, and returns its task id; one that runs is joined. The task stands
// beside a restore of this portal: only a start by the same tenant joins or
// replaces a task (BackupWorker.StartRestoreAsync). Like each dump it locks this
// portal too.
func (p *Portal) StartDumpElsewhere() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	if t := p.dumpBeside; t != nil && !t.ended {
		return t.id
	}
	now := p.tickedAt
	p.dumpBeside = &task{
		id: newGUID(), kind: 1, dump: true, script: p.config.Script, began: now, seen: now, changed: now, tenant: anotherTenant,
	}
	p.restores = append(p.restores, Restore{TaskID: p.dumpBeside.id, Dump: true, Elsewhere: true, Started: now})
	return p.dumpBeside.id
}

// Leftover is a task that ended before anybody looked.
type Leftover struct {
	Dump  bool          // of the whole server, started at another portal of it
	Age   time.Duration // since its end; 0 is 3 h, and after a day the server forgets it
	Error string        // "" is that it succeeded
}

// LeaveTask puts a task that has ended into the server's queue, as this
// morning's restore leaves it, and returns its id. The queue keeps ended tasks
// for a day (the retention of RegisterQueue<RestoreProgressItem>). It replaces
// the task of the same scope.
func (p *Portal) LeaveTask(l Leftover) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	ended := p.tickedAt.Add(-cmp.Or(l.Age, 3*time.Hour))
	began := ended.Add(-p.config.Script.whole())
	t := &task{
		id: newGUID(), kind: 1, dump: l.Dump, began: began, seen: p.tickedAt, changed: ended, tenant: p.tenantID,
		ended: true, status: taskCompleted, percent: 100, text: l.Error,
	}
	if l.Error != "" {
		t.percent = 10
	}
	if l.Dump {
		t.tenant = anotherTenant
		p.dumpBeside = t
	} else {
		p.restore = t
	}
	p.restores = append(p.restores, Restore{
		TaskID: t.id, Dump: l.Dump, Elsewhere: true, Started: began, Ended: ended, Succeeded: l.Error == "", Error: l.Error,
	})
	slices.SortStableFunc(p.restores, func(a, b Restore) int { return a.Started.Compare(b.Started) })
	return t.id
}

// ForgetTasks empties the server's queue, of restores and of backups. The
// progress of both is answered with 200 and no response from then on, and no
// work goes on. The portal keeps its status: a queue in memory that is restarted
// leaves it Active before the lock and Restoring after it, and so does a cache
// that is flushed after the worker died. With [Portal.SetTenantStatus] it is the
// whole cure of a dead worker; the status alone lets each new start join the
// dead task. For a cache that is flushed while the worker goes on there is
// Faults.NoResponse.
func (p *Portal) ForgetTasks() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	for _, t := range p.tasks() {
		if i := slices.IndexFunc(p.restores, func(r Restore) bool { return r.TaskID == t.id }); i >= 0 && !t.ended {
			p.restores[i].Ended = p.tickedAt
		}
	}
	p.restore, p.dumpBeside = nil, nil
	if p.backup != nil && !p.backup.ended {
		p.endBackup(p.backup, p.tickedAt, taskCanceled, "")
	}
	p.backup = nil
}
