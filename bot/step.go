package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"docspace-restorebot/docspace"
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
	portal, ok := b.Portals.Named(r.Portal)
	if !ok {
		return Next{After: rarely}, fmt.Errorf("restore %s: portal %s is no longer set up", r.ID, r.Portal)
	}
	next, err := b.step(ctx, r, portal)
	if errors.Is(err, ErrStale) {
		return Next{}, nil // somebody moved it: look again
	}
	return next, err
}

func (b *Bot) step(ctx context.Context, r Restore, p Portal) (Next, error) {
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
	case Running, Unclear:
		return b.follow(ctx, r, p)
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
		return Next{After: pause(err)}, err
	}
	return Next{After: r.ExpiresAt.Sub(now)}, nil
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
	c := Card{Restore: r, Portal: p.PortalName, Rules: b.policy(p).CardRules(r), Now: time.Now().UTC(), Safety: p.Safety.Place()}
	if r.State == Requested || r.State == Confirmed || r.State == Saving {
		c.Freeze = b.freezeShown(ctx)
	}
	if r.State == Running || (r.State == Saving && !r.Asking()) {
		c.NextEdit = c.Now.Add(editEvery(r.atIt(c.Now)))
	}
	return c
}

// show edits the card if it does not show r as it stands, and records that.
func (b *Bot) show(ctx context.Context, r *Restore, p Portal) error {
	if r.CardTS == "" || (r.Shown.State == r.State && r.Shown.Version == r.Version) {
		return nil
	}
	return b.edit(ctx, r, p)
}

// edit makes the card show r as it stands now, and records that.
func (b *Bot) edit(ctx context.Context, r *Restore, p Portal) error {
	err := b.Chat.EditCard(ctx, b.card(ctx, *r, p))
	if err != nil && !errors.Is(err, ErrCardGone) {
		return err
	}
	next := *r
	// The save itself counts the version up once more.
	next.Shown = Shown{State: r.State, Version: r.Version + 1, Percent: r.Progress.Percent, Phase: r.Progress.Phase, At: time.Now().UTC()}
	if !next.SeenAt.IsZero() && r.State.Open() {
		next.SeenAt, next.SeenBy = next.Shown.At, b.Process
	}
	saved, err := b.Store.Save(ctx, *r, next)
	if err == nil {
		*r = saved
	}
	return err
}

// pause is how long to wait after a failed call to the chat.
func pause(err error) time.Duration { return max(soon, RetryAfter(err)) }

// tell makes the card show the end, replies in the thread where the end is
// worth it, and settles the restore.
func (b *Bot) tell(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: pause(err)}, err
	}
	if r.State.Told() && r.EndTS == "" {
		ts, err := b.Chat.Reply(ctx, b.card(ctx, r, p), Note{Kind: NoteEnd, Broadcast: true})
		if err != nil && !errors.Is(err, ErrNotInChannel) && !errors.Is(err, ErrCardGone) {
			return Next{After: pause(err)}, err
		}
		if err != nil {
			b.Log.ErrorContext(ctx, "the end of a restore could not be told in its channel", "restore", r.ID, "state", r.State, "err", err)
			ts = "untold"
		}
		was := r
		r.EndTS = ts
		told := Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventTold, Detail: b.link(ctx, r.Channel, ts)}
		if r, err = b.Store.Save(ctx, was, r, told); err != nil {
			return Next{After: soon}, err
		}
	}
	if r.State == Succeeded && !r.Care.Done {
		return b.care(ctx, r, p)
	}
	was := r
	r.Settled, r.AnswerURL = true, docspace.Secret{}
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}

// turnAway tells the requester alone why nothing came of the request.
func (b *Bot) turnAway(ctx context.Context, r Restore) (Next, error) {
	to := Recipient{Channel: r.Channel, User: r.Requester, URL: r.AnswerURL}
	no := &Refusal{Rule: r.Reason.Rule, What: r.Reason.What, Do: r.Reason.Do, Restore: r.ID, Suggest: r.Suggest}
	err := b.Chat.Answer(ctx, to, no)
	if err != nil && time.Since(r.EndedAt) < time.Minute {
		return Next{After: pause(err)}, err
	}
	if err != nil {
		b.Log.WarnContext(ctx, "a refusal could not be told", "restore", r.ID, "rule", r.Reason.Rule, "err", err)
	}
	was := r
	r.Settled = true
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}
