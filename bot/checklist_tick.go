package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
)

// PressTick is a change in the boxes of an after-care list.
const PressTick Action = "tick"

// Choice is what a person's boxes show after they turned one.
type Choice struct {
	Revision   int      // of the list that they saw
	From, Most int      // which of its items the boxes are of
	Chosen     []string // ids of those that are ticked
}

// tick keeps what somebody ticked, with who and when. Anybody who may use the bot here
// may tick.
func (b *Bot) tick(ctx context.Context, p Press) error {
	r, err := b.Store.Get(ctx, p.Restore)
	switch {
	case errors.Is(err, ErrNotFound):
		return refused("", &policy.Refusal{
			Rule: policy.RuleUnknown, What: "The bot does not know this list.", Do: "Use the list of a restore that /restore history shows.",
		})
	case err != nil:
		return err
	case r.wasHandled(p.Caller):
		return nil
	case !samePlace(r, p), r.Checklist.TS != "" && p.MessageTS != r.Checklist.TS:
		return refused(r.ID, &policy.Refusal{
			Rule: policy.RuleStale, What: "This is not the list of its restore.", Do: "Tick it in the thread of the restore's card.", Restore: r.ID,
		})
	}
	list := r.Checklist
	if list.TS == "" { // it was posted, and its record is not written yet: the press names it
		if r.State != Succeeded {
			return refused(r.ID, tooLate(r))
		}
		list.TS, list.Items = p.MessageTS, r.checkItems()
	}
	next := r.markHandled(p.Caller)
	next.Settled = false // until the message shows it
	policy := b.policyOf(r)
	no := policy.MayUse(ctx, b.Directory, p.Caller)
	if no == nil {
		no = policy.CheckMembership(ctx, b.Directory, p.Caller)
	}
	if no != nil {
		next.Checklist = list
		next.Checklist.Revision++ // takes the tick off their screen
		_, _ = b.Store.Wake(ctx, r, next)
		return refused(r.ID, no)
	}
	now := time.Now().UTC()
	var made []Tick
	next.Checklist, made = list.ticked(p.Caller.User, p.Choice, now)
	events := make([]Event, 0, len(made))
	for _, t := range made {
		kind := EventTicked
		if t.Off {
			kind = EventUnticked
		}
		events = append(events, Event{At: now, Restore: r.ID, Kind: kind, Actor: t.User, Detail: map[string]string{"item": t.Item}})
	}
	_, err = b.Store.Wake(ctx, r, next, events...)
	return b.saveOutcome(ctx, p.Caller, r, err)
}
