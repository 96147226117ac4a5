package docspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// waiter is one wait under way.
type waiter struct {
	Wait
	phaseOf func(Progress) Phase
	final   []error // lasting trouble

	look    Look
	began   time.Time
	changed time.Time // the last change
	missing time.Time // start of the time without a task; zero: there is one
	silent  time.Time // start of the portal's silence; zero: it answers
}

// wait is the common part of the waits.
func wait(
	ctx context.Context, c clock, s waiter, ask func(context.Context) (Progress, bool, error),
) iter.Seq2[Look, error] {
	return func(yield func(Look, error) bool) {
		s := s // each run of the sequence is a wait of its own
		s.Wait = s.withDefaults()
		s.began = c.now()
		s.changed = s.began
		for {
			p, ok, err := ask(ctx)
			if ctx.Err() != nil {
				// Even if the answer came: a wait that was called off did not see the end.
				yield(s.look, context.Cause(ctx))
				return
			}
			end, err := s.fold(p, ok, err, c.now())
			if !yield(s.look, err) || end || err != nil {
				return
			}
			if err := c.sleep(ctx, s.Interval); err != nil {
				yield(s.look, cmp.Or(context.Cause(ctx), err))
				return
			}
		}
	}
}

// fold takes one answer in. It reports whether the wait has ended, and with which error.
func (s *waiter) fold(p Progress, ok bool, failed error, now time.Time) (end bool, err error) {
	s.look.Elapsed, s.look.Trouble = now.Sub(s.began), failed
	switch {
	case failed != nil:
		end, err = s.unanswered(failed, now)
	case !ok:
		s.silent = time.Time{}
		end, err = s.gone(now)
	default:
		s.silent = time.Time{}
		end, err = s.seen(p, now)
	}
	s.look.Still = now.Sub(s.changed)
	s.look.Alarm = s.alarm()
	return end, err
}

// unanswered bears passing trouble for a while. Other trouble ends the wait.
func (s *waiter) unanswered(failed error, now time.Time) (bool, error) {
	for _, final := range s.final {
		if errors.Is(failed, final) {
			return true, failed
		}
	}
	if s.silent.IsZero() {
		s.silent = now
	}
	if now.Sub(s.silent) >= s.Patience {
		return true, fmt.Errorf("for %s: %w", s.Patience, failed)
	}
	return false, nil
}

// gone is the answer that there is no task, or only the one from before: for a
// moment while the server's worker stops, and before a start is picked up.
func (s *waiter) gone(now time.Time) (bool, error) {
	if s.missing.IsZero() {
		s.missing = now
	}
	if now.Sub(s.missing) >= s.Grace {
		return true, &TaskError{s.look.Progress, ErrTaskLost}
	}
	return false, nil
}

func (s *waiter) seen(p Progress, now time.Time) (bool, error) {
	if s.TaskID == "" && s.Before != "" && strings.EqualFold(p.TaskID, s.Before) {
		return s.gone(now)
	}
	s.missing = time.Time{}
	if s.TaskID == "" {
		s.TaskID = p.TaskID
	}
	if !strings.EqualFold(p.TaskID, s.TaskID) {
		return true, &TaskError{s.look.Progress, ErrOtherTask}
	}
	if p != s.look.Progress {
		s.changed = now
	}
	s.look.Progress = p
	s.look.Percent = max(s.look.Percent, p.Percent)
	if phase := s.phaseOf(p); slices.Index(phases, phase) > slices.Index(phases, s.look.Phase) {
		s.look.Phase = phase
	}
	switch {
	case p.Succeeded():
		return true, nil
	case p.Canceled():
		return true, &TaskError{p, ErrTaskCanceled}
	case p.Failed():
		return true, &TaskError{p, ErrTaskFailed}
	}
	return false, nil
}

func (s *waiter) alarm() Alarm {
	switch {
	case s.look.Phase == PhaseEnded:
		return ""
	case s.look.Still >= s.Stalled:
		return AlarmStalled
	case s.look.Phase == PhaseQueued && s.look.Elapsed >= s.Queued:
		return AlarmQueued
	}
	return ""
}

// phases are in their order; an unknown phase comes first.
var phases = []Phase{PhaseQueued, PhaseDownloading, PhaseImporting, PhaseCopying, PhaseRunning, PhaseEnded}

func restorePhase(p Progress) Phase {
	switch {
	case p.Terminal():
		return PhaseEnded
	case p.Percent >= 75:
		return PhaseCopying
	case p.Percent > 0:
		return PhaseImporting
	case p.Status == TaskCreated:
		return PhaseQueued
	}
	return PhaseDownloading
}

func backupPhase(p Progress) Phase {
	switch {
	case p.Terminal():
		return PhaseEnded
	case p.Status == TaskCreated:
		return PhaseQueued
	}
	return PhaseRunning
}
