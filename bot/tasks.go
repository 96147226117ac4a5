package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// tasks are the restore tasks of a portal: its own and the server's. The zero
// Progress is none. Both scopes are asked, for an answer over all of them names one
// task: a dump hides the portal's own, and an old task of the portal hides a dump.
type tasks struct{ own, dump docspace.Progress }

// askTasks asks both scopes. On SaaS, and before 3.1, the server answers for the
// portal's own both times.
func askTasks(ctx context.Context, api API) (ts tasks, err error) {
	if ts.own, _, err = api.RestoreProgress(ctx, docspace.TenantOnly); err != nil {
		return tasks{}, err
	}
	if ts.dump, _, err = api.RestoreProgress(ctx, docspace.DumpOnly); err != nil {
		return tasks{}, err
	}
	if ts.dump.TaskID == ts.own.TaskID {
		ts.dump = docspace.Progress{}
	}
	return ts, nil
}

// running is the task that has not ended, a dump first.
func (ts tasks) running() (task docspace.Progress, dump, ok bool) {
	for _, task := range []docspace.Progress{ts.dump, ts.own} {
		if task.TaskID != "" && !task.Terminal() {
			return task, task.TaskID == ts.dump.TaskID, true
		}
	}
	return docspace.Progress{}, false, false
}

// with finds a task by its id.
func (ts tasks) with(id string) (task docspace.Progress, ok bool) {
	for _, task := range []docspace.Progress{ts.own, ts.dump} {
		if id != "" && task.TaskID == id {
			return task, true
		}
	}
	return docspace.Progress{}, false
}

// appeared is a task that the portal did not know before the start of r, in the
// scope of r or else in the other one.
func (ts tasks) appeared(r Restore) (task docspace.Progress, inScope, ok bool) {
	scope, other := ts.own, ts.dump
	if r.Order.Dump {
		scope, other = other, scope
	}
	switch {
	case r.isNew(scope):
		return scope, true, true
	case r.isNew(other):
		return other, false, true
	}
	return docspace.Progress{}, false, false
}

// isNew reports whether a task was not known just before the start.
func (r Restore) isNew(task docspace.Progress) bool {
	return task.TaskID != "" && task.TaskID != r.TaskBefore && task.TaskID != r.DumpBefore
}

// noteOther returns r with another task. changed reports whether that changed r.
func (r Restore) noteOther(task docspace.Progress, now time.Time) (noted Restore, changed bool) {
	seen := OtherTask{ID: task.TaskID, SeenAt: now, Percent: task.Percent, Ended: task.Terminal(), OK: task.Succeeded()}
	if r.Other.ID == seen.ID {
		seen.SeenAt = r.Other.SeenAt
	}
	if seen == r.Other {
		return r, false
	}
	r.Other = seen
	return r, true
}
