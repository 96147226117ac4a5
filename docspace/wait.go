package docspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// The ends of a wait besides success.
var (
	// ErrTaskFailed: the task ended with an error; Last.Error of the [*TaskError]
	// tells it.
	ErrTaskFailed = errors.New("docspace: task failed")
	// ErrTaskCanceled: the server stopped the task.
	ErrTaskCanceled = errors.New("docspace: task canceled")
	// ErrTaskLost: the portal does not know the task any more; its end is unknown.
	ErrTaskLost = errors.New("docspace: task lost")
	// ErrOtherTask: another task has taken the place of the awaited one.
	ErrOtherTask = errors.New("docspace: another task runs")
)

// TaskError is a task that did not succeed. It matches one of [ErrTaskFailed],
// [ErrTaskCanceled], [ErrTaskLost] and [ErrOtherTask].
type TaskError struct {
	Last Progress // the last progress of the task; zero if it was never seen
	Why  error    // one of the four
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

// Joined reports whether the server answered a start with an older task; before is
// the progress just before the start. Then the older task is the only one, and it
// restores its own backup. There is one exception: if before was [TaskCreated] and no
// worker had taken it, the new request has replaced the old one under the same id.
func Joined(before, started Progress) bool {
	return before.TaskID != "" && strings.EqualFold(before.TaskID, started.TaskID)
}

// Phase is the work that a task is at, guessed from its progress.
type Phase string

// The phases, in their order. A restore has all but Running; a backup is Queued,
// Running and Ended.
const (
	PhaseQueued      Phase = "queued"      // no worker has taken the task
	PhaseDownloading Phase = "downloading" // the portal is still open
	PhaseImporting   Phase = "importing"   // the portal is locked from here on
	PhaseCopying     Phase = "copying"     // files, then the swap: the longest
	PhaseRunning     Phase = "running"
	PhaseEnded       Phase = "ended"
)

// Alarm is a reason to call a person. The wait goes on.
type Alarm string

// The alarms; "" is none.
const (
	AlarmQueued  Alarm = "queued"  // the worker or the message queue may be down; servers before 3.7 do not tell
	AlarmStalled Alarm = "stalled" // the worker may be dead, and the portal stays locked
)

// Wait holds the options of a wait. Zero fields are defaults.
type Wait struct {
	TaskID   string        // the awaited task; "" is the first that the portal shows, even one that ended within the last day
	Before   string        // without TaskID: the task before the start, which the wait ignores
	Interval time.Duration // between two looks; 0 is 3 s
	Queued   time.Duration // from the first look until AlarmQueued; 0 is 3 min
	Stalled  time.Duration // without a change until AlarmStalled; 0 is 30 min
	Grace    time.Duration // without the task until ErrTaskLost; 0 is 30 s
	Patience time.Duration // without an answer until the wait ends with its error; 0 is 10 min
}

func (w Wait) withDefaults() Wait {
	w.Interval = cmp.Or(max(w.Interval, 0), 3*time.Second)
	w.Queued = cmp.Or(max(w.Queued, 0), 3*time.Minute)
	w.Stalled = cmp.Or(max(w.Stalled, 0), 30*time.Minute)
	w.Grace = cmp.Or(max(w.Grace, 0), 30*time.Second)
	w.Patience = cmp.Or(max(w.Patience, 0), 10*time.Minute)
	return w
}

// Look is one look at the awaited task.
type Look struct {
	Progress Progress      // the last that the portal showed; zero until then
	Phase    Phase         // never goes back; "" until the portal shows the task
	Percent  int           // the largest so far
	Elapsed  time.Duration // since the wait began
	Still    time.Duration // since the last change
	Alarm    Alarm
	Trouble  error // the error of this look; nil when the portal answered
}

// WaitRestore looks at a restore until it ends, and yields each look. The sequence
// ends after a look at the success, or after a look with an error: a [*TaskError];
// the portal's answer, if that lasts; or the cause of the context's end, which says
// nothing about the restore. The portal may answer 404, 403 and 500 while it swaps
// the tenants; the wait treats them as an outage.
//
//	last, err := docspace.Last(portal.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{TaskID: id}))
//
// After a start with [ErrAmbiguous] there is no task id. Then set Before to the id
// of the task before the start. [ErrTaskLost] then means that the portal shows no new
// task: most likely nothing started.
func (c *Client) WaitRestore(ctx context.Context, scope Scope, w Wait) iter.Seq2[Look, error] {
	lasting := []error{ErrBadRequest, ErrRedirected} // no error of a key: the request has none
	return wait(ctx, c.clock(), waiter{Wait: w, phaseOf: restorePhase, lasting: lasting}, func(ctx context.Context) (Progress, bool, error) {
		return c.RestoreProgress(ctx, scope)
	})
}

// WaitBackup looks at a backup until it ends, as [Client.WaitRestore] does. It
// needs the key; one that the server does not accept ends the wait at once.
func (c *Client) WaitBackup(ctx context.Context, dump bool, w Wait) iter.Seq2[Look, error] {
	lasting := []error{ErrUnauthorized, ErrScope, ErrPlan, ErrBadRequest, ErrRedirected}
	return wait(ctx, c.clock(), waiter{Wait: w, phaseOf: backupPhase, lasting: lasting}, func(ctx context.Context) (Progress, bool, error) {
		return c.BackupProgress(ctx, dump)
	})
}

// Last runs a wait to its end and returns the last look. The error is nil only if
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
