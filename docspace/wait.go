package docspace

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// How a wait can end besides success.
var (
	// ErrTaskFailed: the task ended with an error, which is the *[TaskError]'s.
	ErrTaskFailed = errors.New("docspace: task failed")
	// ErrTaskCanceled: the task was stopped by the server.
	ErrTaskCanceled = errors.New("docspace: task canceled")
	// ErrTaskLost: the portal knows no such task, so nobody can tell how it ended.
	ErrTaskLost = errors.New("docspace: task lost")
	// ErrOtherTask: another task has taken the place of the one waited for.
	ErrOtherTask = errors.New("docspace: another task runs")
)

// TaskError is a task that did not succeed. It matches one of [ErrTaskFailed],
// [ErrTaskCanceled], [ErrTaskLost] and [ErrOtherTask].
type TaskError struct {
	Last Progress // the last one seen
	Why  error
}

// Error is one line: what happened, at which percentage, and the server's words.
func (e *TaskError) Error() string {
	s := fmt.Sprintf("%v at %d percent", e.Why, e.Last.Percent)
	if e.Last.Error != "" {
		s += ": " + e.Last.Error
	}
	return s
}

// Unwrap returns one of the four.
func (e *TaskError) Unwrap() error { return e.Why }

// Joined reports whether a start was answered with an older task; before is the progress
// just before the start. That task is the only one, and it restores its own backup. The
// exception: if before was [TaskCreated] and no worker had taken it, the new request has
// replaced the old one under the same id.
func Joined(before, started Progress) bool {
	return before.TaskID != "" && strings.EqualFold(before.TaskID, started.TaskID)
}

// Phase is what a restore is busy with, guessed from its progress.
type Phase string

// The phases, in their order. A backup is Queued, Running and Ended.
const (
	PhaseQueued      Phase = "queued"      // no worker has taken it
	PhaseDownloading Phase = "downloading" // the portal is still open
	PhaseImporting   Phase = "importing"   // the portal is locked from here on
	PhaseCopying     Phase = "copying"     // files, then the swap: the longest
	PhaseRunning     Phase = "running"
	PhaseEnded       Phase = "ended"
)

// Alarm is a reason to call a person; the wait goes on.
type Alarm string

// The alarms; "" is none.
const (
	AlarmQueued  Alarm = "queued"  // the worker or the message queue may be down; told from 3.7 on
	AlarmStalled Alarm = "stalled" // the worker may be dead, which leaves the portal locked
)

// Wait says how to wait; zero fields are defaults.
type Wait struct {
	TaskID   string        // the task to wait for; "" is the first one seen, also one that ended within a day
	Before   string        // without TaskID: the task before the start, which is not waited for
	Interval time.Duration // between two looks; 0 is 3 s
	Queued   time.Duration // in the queue until AlarmQueued; 0 is 3 min
	Stalled  time.Duration // without a change until AlarmStalled; 0 is 30 min
	Grace    time.Duration // how long the task may be missing; 0 is 30 s
	Patience time.Duration // how long the portal may fail to answer; 0 is 10 min
}

func (w Wait) withDefaults() Wait {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&w.Interval, 3 * time.Second},
		{&w.Queued, 3 * time.Minute},
		{&w.Stalled, 30 * time.Minute},
		{&w.Grace, 30 * time.Second},
		{&w.Patience, 10 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return w
}

// Look is one look at the task waited for.
type Look struct {
	Progress Progress // the last that was seen
	Phase    Phase    // never goes back
	Percent  int      // the largest seen
	Elapsed  time.Duration
	Still    time.Duration // since something last changed
	Alarm    Alarm
	Trouble  error // why the portal could not be asked this time
}

// WaitRestore looks at a restore until it ends. Each look is yielded; the
// sequence ends after a look at the success, or after a look with an error:
// a [*TaskError]; what the portal answered, if that lasts; or the cause of the
// context's end, which says nothing about the restore. 404, 403 and 500 are
// possible while the tenants are swapped and are borne like an outage.
//
//	last, err := docspace.Last(portal.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{TaskID: id}))
//
// After a start with [ErrAmbiguous] there is no task id yet. Then Before is the
// id that was seen before the start, and [ErrTaskLost] means that the portal
// shows no new task: most likely nothing started.
func (c *Client) WaitRestore(ctx context.Context, scope Scope, w Wait) iter.Seq2[Look, error] {
	// Nothing that a key has to do with: the question is asked without one.
	final := []error{ErrBadRequest, ErrRedirected}
	return wait(ctx, c.clock(), waiter{Wait: w, phaseOf: restorePhase, final: final}, func(ctx context.Context) (Progress, bool, error) {
		return c.RestoreProgress(ctx, scope)
	})
}

// WaitBackup looks at a backup until it ends, as [Client.WaitRestore] does. It
// needs the key, and a dead one ends it at once.
func (c *Client) WaitBackup(ctx context.Context, dump bool, w Wait) iter.Seq2[Look, error] {
	final := []error{ErrUnauthorized, ErrScope, ErrPlan, ErrBadRequest, ErrRedirected}
	return wait(ctx, c.clock(), waiter{Wait: w, phaseOf: backupPhase, final: final}, func(ctx context.Context) (Progress, bool, error) {
		return c.BackupProgress(ctx, dump)
	})
}

// Last goes through a wait and returns its last look. The error is nil only if
// the task succeeded.
func Last(looks iter.Seq2[Look, error]) (Look, error) {
	last, err := Look{}, ErrTaskLost
	for last, err = range looks { //nolint:revive // the last pair is what is wanted
	}
	if err == nil && !last.Progress.Succeeded() {
		err = &TaskError{last.Progress, ErrTaskLost} // unreachable unless the sequence was not a wait's
	}
	return last, err
}
