package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
)

// Consent is the age of an agreement: when it became complete, and how much of the time
// since then does not count.
type Consent struct {
	Given Clock
	Seen  Clock // when a step last looked
	// Watched is how long the restore has waited in front of everybody: for its
	// safety backup, or in its countdown.
	Watched time.Duration `json:",omitzero"`
}

// ConsentStep is the effect of a save on the consent of a restore.
type ConsentStep int

// The steps of a consent.
const (
	ConsentKept    ConsentStep = iota // nothing
	ConsentGiven                      // it is complete, or given anew without the safety backup
	ConsentWatched                    // a step has looked, and people see the wait on the card
	ConsentCarried                    // the safety backup begins: the consent has to hold
	ConsentUsed                       // the restore starts: the consent has to hold, and is spent
	ConsentOver                       // the restore does not wait for its start any more
)

// ConsentStepOf is the effect of a save on the consent of a restore.
func ConsentStepOf(was, next Restore) ConsentStep {
	held, holds := was.awaitsStart(), next.awaitsStart()
	switch {
	case holds && (!held || (was.Safety.Stage != SafetyWaived && next.Safety.Stage == SafetyWaived)):
		return ConsentGiven
	case !held:
		return ConsentKept
	case next.State == Starting:
		return ConsentUsed
	case !holds:
		return ConsentOver
	case was.State == Confirmed && next.State == Saving:
		return ConsentCarried
	case was.waitsInView():
		return ConsentWatched
	}
	return ConsentKept
}

// awaitsStart reports whether people have agreed and the restore waits for the bot.
func (r Restore) awaitsStart() bool { return r.State == Confirmed || r.State == Saving }

// waitsInView reports whether people see on the card that the restore waits, why,
// and how to stop it.
func (r Restore) waitsInView() bool {
	switch r.Safety.Stage {
	case SafetyWaiting, SafetySent, SafetyRunning:
		return r.State == Saving
	case SafetyDone, SafetyAsked, SafetyWaived:
		return false
	}
	return r.State == Confirmed && r.countsDown()
}

func (r Restore) countsDown() bool { return r.Order.BreakGlass && !r.Order.DryRun }

// lifetime is how long a request is good for, and so is a consent to it.
func (r Restore) lifetime() time.Duration { return r.ExpiresAt.Sub(r.RequestedAt) }

// agreedAt is when the last person agreed, as the restore itself says.
func (r Restore) agreedAt() time.Time {
	if !r.Safety.WaivedAt.IsZero() { // even if the backup ended well after all
		return r.Safety.WaivedAt
	}
	if n := len(r.Confirmations); n > 0 {
		return r.Confirmations[n-1].At
	}
	return time.Time{}
}

// NewConsent is a consent that is complete now.
func NewConsent(now Clock) Consent { return Consent{Given: now, Seen: now} }

// Carry is c once the safety backup has begun.
func (c Consent) Carry(now Clock) Consent {
	c.Seen = now
	return c
}

// Watch is c after a step has looked. The time since the last look does not count, unless
// it was a gap in which no step looked.
func (c Consent) Watch(r Restore, now Clock) Consent {
	least, most, ok := now.since(c.Seen)
	unseen := min(r.lifetime(), restartGap)
	if now.Process == c.Seen.Process {
		unseen = min(max(r.lifetime(), restartGap), suspendGap)
	}
	if ok && most <= unseen {
		c.Watched += least
	}
	c.Seen = now
	return c
}

// atOnce is how soon the start has to follow a safety backup: it is the way back
// only to what the portal was at its end.
const atOnce = time.Minute

// Lapsed says why r must not be started on this consent, nil if it may.
func (c Consent) Lapsed(r Restore, now Clock) *LapsedError {
	if r.waitsInView() {
		c = c.Watch(r, now)
	}
	given, life := c.Given, r.lifetime()
	if at := r.agreedAt(); !at.IsZero() && at.Before(given.At) {
		given.At = at
	}
	_, age, ok := now.since(given)
	_, idle, seen := now.since(c.Seen)
	switch {
	case !ok || !seen:
		return &LapsedError{Cause: LapsedUnseen, Life: life}
	case age-c.Watched >= life:
		return &LapsedError{LapsedOld, age - c.Watched, life}
	case r.State == Saving && r.Safety.Stage == SafetyDone && idle >= min(life, atOnce):
		return &LapsedError{LapsedBackup, idle, life}
	}
	return nil
}

// LapseCause is why a consent does not hold any more.
type LapseCause string

// The causes.
const (
	LapsedOld    LapseCause = "old"
	LapsedBackup LapseCause = "backup" // the safety backup is not the one that was agreed to
	// LapsedUnseen means that nobody can say what became of it: the machine or the
	// database was restarted, or the database has gone back.
	LapsedUnseen LapseCause = "unseen"
)

// LapsedError is the error of a start that nobody agrees to any more.
type LapsedError struct {
	Cause LapseCause
	Age   time.Duration
	Life  time.Duration
}

func (l *LapsedError) Error() string {
	return fmt.Sprintf("what people agreed to does not hold any more (%s, after %s of %s)", l.Cause, l.Age, l.Life)
}

func (l *LapsedError) reason() Reason {
	why := Reason{Rule: policy.RuleConsent, Do: "Ask again with /restore if it is still wanted."}
	switch l.Cause {
	case LapsedOld:
		why.What = fmt.Sprintf("It was confirmed and could not start for %s. A confirmation is good for %s.", Span(l.Age), Span(l.Life))
	case LapsedBackup:
		why.What = fmt.Sprintf("The safety backup was done and the restore could not start for %s. What was changed since then would have no way back.", Span(l.Age))
	case LapsedUnseen:
		why.What = "It was confirmed, and before it started the machine or the database was restarted, or an older copy of the database was put in its place. " +
			"The bot cannot tell whether it is still wanted."
	}
	return why
}

// expireIfLapsed ends a restore whose consent does not hold any more. over is false
// if the consent holds.
func (b *Bot) expireIfLapsed(ctx context.Context, r Restore) (next Next, over bool, err error) {
	err = b.Store.CheckConsent(ctx, r)
	if err == nil {
		return Next{}, false, nil
	}
	lapsed, ok := errors.AsType[*LapsedError](err)
	if !ok {
		return Next{After: soon}, true, err // a consent that cannot be read may have lapsed
	}
	next, err = b.move(ctx, r, r.withEnd(Expired, time.Now().UTC(), lapsed.reason()), EventExpired)
	return next, true, err
}

// hasLapsed reports whether the restore ended because its consent did not hold.
func (r Restore) hasLapsed() bool { return r.State == Expired && r.Reason.Rule == policy.RuleConsent }
