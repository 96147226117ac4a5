package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
)

// ErrAltered means that the database was changed outside the bot. Nothing was written.
var ErrAltered = errors.New("the database was changed outside the bot")

// Seal is the result of the check of a record's seal, an HMAC under AUDIT_KEY. The zero
// value is a good seal, or a bot without a key.
type Seal string

// The seals that prove nothing.
const (
	SealMissing  Seal = "missing"   // written without a key, or by somebody else
	SealOtherKey Seal = "other_key" // written under another key
	SealBroken   Seal = "broken"    // changed by somebody without the key
)

// ChangesPortal reports whether the save of next is followed by a call that changes
// the portal: the start or the safety backup. A store with a key first checks the
// record.
func ChangesPortal(was, next Restore) bool {
	return next.State == Starting && was.State != Starting ||
		next.Safety.Stage == SafetySent && was.Safety.Stage != SafetySent
}

// sealRefusal says why a restore with a bad seal cannot go on, nil for a good seal.
func (r Restore) sealRefusal() *policy.Refusal {
	no := &policy.Refusal{Rule: policy.RuleAltered, Restore: r.ID, Do: "Ask again with /restore, so that people see what they confirm."}
	switch r.Seal {
	case "":
		return nil
	case SealMissing:
		no.What = "The record of this request does not carry the bot's seal: it was made before AUDIT_KEY was set, or written into the database outside the bot."
	case SealOtherKey:
		no.What = "AUDIT_KEY was changed since this was asked for, so the bot cannot prove what people agreed to."
	default:
		no.What = "The record of this restore was changed in the database, outside the bot."
		no.Do = "Find out who can write to the bot's database, and run restorebot audit verify. Then ask again with /restore."
	}
	return no
}

// checkSeal checks the seal before a step. A bad seal ends a restore that has not
// started. A restore that may run is followed all the same, and the change is told
// once. ok means that the step may go on.
func (b *Bot) checkSeal(ctx context.Context, r *Restore) (next Next, ok bool, err error) {
	switch {
	case r.Seal == "":
		return Next{}, true, nil
	case r.State == Requested || r.State == Confirmed || r.State == Saving:
		next, err = b.endAltered(ctx, *r, "the seal of its record is "+string(r.Seal))
		return next, false, err
	case r.Seal != SealBroken: // recorded before there was a key: the next save seals it
		r.Seal = ""
		return Next{}, true, nil
	case !r.AlteredAt.IsZero():
		return Next{}, true, nil
	}
	now, was := time.Now().UTC(), *r
	r.AlteredAt = now
	*r, err = b.Store.Save(ctx, was, *r, b.alarmAltered(ctx, was, now, "the seal of its record is broken"))
	return Next{After: soon}, err == nil, err
}

// endAltered ends a restore that has not started, because its record cannot be
// trusted.
func (b *Bot) endAltered(ctx context.Context, r Restore, why string) (Next, error) {
	now, was := time.Now().UTC(), r
	if r.Seal == "" {
		r.Seal = SealBroken // an old record of the bot's own was put back
	}
	no, state, kind := r.sealRefusal(), Failed, EventEnded
	if r.State == Requested {
		state, kind = Expired, EventExpired
	}
	next := r.withEnd(state, now, reasonFrom(no))
	next.AlteredAt = now
	_, err := b.Store.Save(ctx, was, next, b.alarmAltered(ctx, was, now, why), Event{
		At: now, Restore: r.ID, Kind: kind, Detail: map[string]string{"state": string(state), "rule": string(no.Rule)},
	})
	if err != nil {
		return Next{After: soon}, err
	}
	return Next{}, nil
}

// alarmAltered logs the change and returns its event for the trail.
func (b *Bot) alarmAltered(ctx context.Context, r Restore, now time.Time, why string) Event {
	b.Log.ErrorContext(ctx, "the database was changed outside the bot", "restore", r.ID, "state", r.State, "why", why)
	return Event{At: now, Restore: r.ID, Kind: EventAltered, Detail: map[string]string{"why": why, "found": string(r.State)}}
}

// endIfAltered ends a restore whose last save found a changed database.
func (b *Bot) endIfAltered(ctx context.Context, id string, why error) (Next, error) {
	r, err := b.Store.Get(ctx, id)
	if err != nil {
		return Next{After: soon}, errors.Join(why, err)
	}
	if r.State != Requested && r.State != Confirmed && r.State != Saving {
		return Next{After: soon}, fmt.Errorf("restore %s: %w", id, why)
	}
	return b.endAltered(ctx, r, why.Error())
}
