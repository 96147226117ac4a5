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

// waiter is the state of one wait.
type waiter struct {
	Wait
	phaseOf func(Progress) Phase
	lasting []error // errors that end the wait at once

	look    Look
	began   time.Time
	changed time.Time // when the progress last changed
	missing time.Time // since when there is no task; zero: there is one
	silent  time.Time // since when the portal does not answer; zero: it does
}

// wait is the loop of both waits.
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
			if ctx.Err() != nil { // even if the answer has come
				yield(s.look, context.Cause(ctx))
				return
			}
			err = s.fold(p, ok, err, c.now())
			if !yield(s.look, err) || err != nil || s.look.Phase == PhaseEnded {
				return
			}
			if err := c.sleep(ctx, s.Interval); err != nil {
				yield(s.look, cmp.Or(context.Cause(ctx), err))
				return
			}
		}
	}
}

// fold adds one answer to the look. An error ends the wait, as PhaseEnded does.
func (s *waiter) fold(p Progress, ok bool, failed error, now time.Time) (err error) {
	s.look.Elapsed, s.look.Trouble = now.Sub(s.began), failed
	if failed == nil {
		s.silent = time.Time{}
	}
	switch {
	case failed != nil:
		err = s.unanswered(failed, now)
	case !ok:
		err = s.gone(now)
	default:
		err = s.seen(p, now)
	}
	s.look.Still = now.Sub(s.changed)
	s.look.Alarm = s.alarm()
	return err
}

// unanswered tolerates errors for the time of Patience, and lasting ones not at all.
func (s *waiter) unanswered(failed error, now time.Time) error {
	if slices.ContainsFunc(s.lasting, func(lasting error) bool { return errors.Is(failed, lasting) }) {
		return failed
	}
	if s.silent.IsZero() {
		s.silent = now
	}
	if now.Sub(s.silent) >= s.Patience {
		return fmt.Errorf("for %s: %w", s.Patience, failed)
	}
	return nil
}

// gone tolerates for the time of Grace that the portal shows no task, or the one
// before the start: until a worker takes the task up, and while a worker stops.
func (s *waiter) gone(now time.Time) error {
	if s.missing.IsZero() {
		s.missing = now
	}
	if now.Sub(s.missing) >= s.Grace {
		return &TaskError{s.look.Progress, ErrTaskLost}
	}
	return nil
}

func (s *waiter) seen(p Progress, now time.Time) error {
	if s.TaskID == "" && s.Before != "" && strings.EqualFold(p.TaskID, s.Before) {
		return s.gone(now)
	}
	s.missing = time.Time{}
	if s.TaskID == "" {
		s.TaskID = p.TaskID
	}
	if !strings.EqualFold(p.TaskID, s.TaskID) {
		return &TaskError{s.look.Progress, ErrOtherTask}
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
	case p.Canceled():
		return &TaskError{p, ErrTaskCanceled}
	case p.Failed():
		return &TaskError{p, ErrTaskFailed}
	}
	return nil
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

// phases are all phases in their order. Index -1, of an unknown one, comes first.
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
