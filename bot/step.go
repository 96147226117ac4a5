package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"docspace-restorebot/bot/policy"
)

// How soon a step is taken again.
const (
	soon     = 2 * time.Second  // after something that failed and may pass
	rarely   = 30 * time.Second // an unclear restore is watched on
	awayFrom = 20 * time.Second // a longer gap between two steps is told
)

// Next says when a restore wants its next step. The zero value is at once.
type Next struct {
	Done  bool
	After time.Duration
}

// Step takes a restore one step further. It is short, may be cut off or run
// twice at any time, and only its saves decide: a step that loses a race
// changes nothing. A step of an older generation is a no-op.
func (b *Bot) Step(ctx context.Context, id string, generation int64) (Next, error) {
	r, err := b.Store.Get(ctx, id)
	if err != nil {
		return Next{After: soon}, err
	}
	if r.Generation != generation || r.Settled {
		return Next{Done: true}, nil
	}
	ctx = LogWith(ctx, slog.String("portal", r.Portal))
	if next, ok, err := b.sealed(ctx, &r); !ok {
		if errors.Is(err, ErrStale) {
			return Next{}, nil
		}
		return next, err
	}
	next, err := b.stepOn(ctx, r)
	if errors.Is(err, ErrAltered) {
		next, err = b.altered(ctx, id, err)
	}
	if errors.Is(err, ErrStale) {
		return Next{}, nil // somebody moved it: look again
	}
	if isUntold(err) {
		b.logUntold(ctx, r, err)
		return next, nil // no fault of the step's
	}
	return next, err
}

// stepOn finds the portal of a restore.
func (b *Bot) stepOn(ctx context.Context, r Restore) (Next, error) {
	portal, ok := b.Portals.Of(r)
	switch {
	case !ok:
		return b.portalGone(ctx, r)
	case r.Address == "" && r.State.Open(): // an older version has recorded it
		next := r
		next.Address = portal.Address()
		return b.again(ctx, r, next, 0)
	}
	return b.step(ctx, r, portal)
}

func (b *Bot) step(ctx context.Context, r Restore, p Portal) (Next, error) {
	if r.agreed() && !r.Asking() {
		if next, over, err := b.lapse(ctx, r); over || err != nil {
			return next, err
		}
	}
	switch r.State {
	case Requested:
		if r.Shown.State == "" {
			return b.check(ctx, r, p)
		}
		return b.await(ctx, r, p)
	case Confirmed:
		return b.launch(ctx, r, p)
	case Saving:
		if !r.Asking() {
			if err := b.noticeAway(ctx, &r, p); err != nil {
				return Next{After: soon}, err
			}
		}
		return b.saving(ctx, r, p)
	case Starting:
		return b.resolve(ctx, r, p)
	case Running:
		return b.follow(ctx, r, p)
	case Unclear:
		return b.watchUnclear(ctx, r, p)
	case Refused:
		return b.turnAway(ctx, r)
	case Succeeded, Failed, Rehearsed, Dismissed, Expired:
	}
	return b.tell(ctx, r, p)
}

// await keeps the card of an open request right and lets it expire.
func (b *Bot) await(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	if !now.Before(r.ExpiresAt) {
		return b.move(ctx, r, r.ended(Expired, now, Reason{}), EventExpired)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: r.before(r.ExpiresAt, pause(err))}, err
	}
	if r.CardTS == "" {
		return Next{After: soon}, nil // it was removed
	}
	if err := b.tellWithdrawn(ctx, &r, p); err != nil {
		return Next{After: r.before(r.ExpiresAt, pause(err))}, err
	}
	if err := b.remind(ctx, &r, p, now); err != nil {
		return Next{After: r.before(r.ExpiresAt, pause(err))}, err
	}
	return Next{After: r.waits(now)}, nil
}

// remindAt is when those who may confirm are reminded: at half of the life.
func (r Restore) remindAt() time.Time { return r.RequestedAt.Add(r.ExpiresAt.Sub(r.RequestedAt) / 2) }

// waits is how long a request that is shown is left alone.
func (r Restore) waits(now time.Time) time.Duration {
	due := r.ExpiresAt
	if !r.Reminded && r.remindAt().After(now) {
		due = r.remindAt()
	}
	return max(0, due.Sub(now))
}

// remind calls those who may confirm, once, where half of the life of a request
// is over. While restores are frozen nobody could.
func (b *Bot) remind(ctx context.Context, r *Restore, p Portal, now time.Time) error {
	if r.Reminded || now.Before(r.remindAt()) {
		return nil
	}
	if f := b.freezeShown(ctx); f.On() || f.Unreadable {
		return nil
	}
	if err := b.say(ctx, r, p, Note{Kind: NoteReminder, Broadcast: true}); err != nil {
		return err
	}
	next := *r
	next.Reminded = true
	return b.keep(ctx, r, next)
}

// before is a pause that ends when something else is due.
func (Restore) before(due time.Time, pause time.Duration) time.Duration {
	return max(0, min(pause, time.Until(due)))
}

// move saves a move and asks for the next step at once.
func (b *Bot) move(ctx context.Context, was, next Restore, kind EventKind) (Next, error) {
	detail := map[string]string{"state": string(next.State)}
	if next.Reason.Rule != "" {
		detail["rule"] = string(next.Reason.Rule)
	}
	if next.TaskID != "" {
		detail["task"] = next.TaskID
	}
	_, err := b.Store.Save(ctx, was, next, Event{At: time.Now().UTC(), Restore: was.ID, Kind: kind, Detail: detail})
	if err != nil {
		return Next{After: soon}, err
	}
	return Next{}, nil
}

// card is what the chat needs to draw the restore.
func (b *Bot) card(ctx context.Context, r Restore, p Portal) Card {
	c := Card{Restore: r, Portal: p.PortalName, KeyFrom: p.KeyFrom, Rules: b.policy(p).CardRules(r.request()), Now: time.Now().UTC(), Safety: p.Safety.Place()}
	if r.State == Requested || r.State == Confirmed || r.State == Saving {
		c.Freeze = b.freezeShown(ctx)
	}
	if r.State == Running || (r.State == Saving && !r.Asking()) {
		c.NextEdit = c.Now.Add(editEvery(r.atIt(c.Now)))
	}
	return c
}

// turningAway is how long it is tried to tell somebody that nothing comes of
// their request.
const turningAway = time.Minute

// turnAway tells the requester alone why nothing came of the request.
func (b *Bot) turnAway(ctx context.Context, r Restore) (Next, error) {
	to := Recipient{Channel: r.Channel, User: r.Requester, URL: r.AnswerURL}
	no := &policy.Refusal{Rule: r.Reason.Rule, What: r.Reason.What, Do: r.Reason.Do, Restore: r.ID, Suggest: r.Suggest}
	if no.Rule == policy.RuleBusy { // of a request that was recorded: what runs is not ours
		no.Follow = r.Portal
	}
	err := b.Chat.Answer(ctx, to, no)
	since := time.Since(r.EndedAt)
	if err != nil && since < turningAway {
		return Next{After: max(pause(err), since)}, untold{err}
	}
	if err != nil {
		b.Log.ErrorContext(ctx, "a refusal could not be told", "restore", r.ID, "requester", r.Requester, "rule", r.Reason.Rule, "err", err)
	}
	was := r
	r.Settled = true
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}
