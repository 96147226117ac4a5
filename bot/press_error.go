package bot

import (
	"context"
	"errors"

	"docspace-restorebot/bot/policy"
)

// refusedError is the error of a press that a rule refuses.
type refusedError struct {
	refusal *policy.Refusal
	restore string // id for the audit trail, "" for none
}

func (e *refusedError) Error() string { return e.refusal.What }

func refused(restore string, no *policy.Refusal) error { return &refusedError{no, restore} }

// raceError is the error of a press that lost a race and left the restore in its
// state: a step saved what the card shows. The press is decided again.
type raceError struct{ refusal *policy.Refusal }

func (e *raceError) Error() string { return e.refusal.What }

// maxRaceRetries bounds how often a press is decided again.
const maxRaceRetries = 10

// retryOnRace decides until no race is lost.
func retryOnRace(decide func() (Answer, error)) (answer Answer, err error) {
	for range maxRaceRetries + 1 {
		answer, err = decide()
		if _, raced := errors.AsType[*raceError](err); !raced {
			return answer, err
		}
	}
	return answer, err
}

// refusalOf is an error as the answer to a person. It writes a refusal to the audit trail,
// and any other error to the log.
func (b *Bot) refusalOf(ctx context.Context, c policy.Caller, err error) *policy.Refusal {
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return b.refuse(ctx, c, refused.restore, refused.refusal)
	}
	if raced, ok := errors.AsType[*raceError](err); ok {
		return raced.refusal
	}
	return b.answerUnrecorded(ctx, err)
}

// saveOutcome is the error of a press whose save returned err. A press that was
// delivered twice and saved by the other delivery is none.
func (b *Bot) saveOutcome(ctx context.Context, c policy.Caller, r Restore, err error) error {
	if !errors.Is(err, ErrStale) {
		return err
	}
	was := r.State
	if now, err := b.Store.Get(ctx, r.ID); err == nil {
		r = now
	}
	switch {
	case r.wasHandled(c):
		return nil
	case r.State == was:
		return &raceError{tooLate(r)}
	}
	return refused(r.ID, tooLate(r))
}
