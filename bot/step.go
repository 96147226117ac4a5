package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// How soon a step is taken again.
const (
	soon        = 2 * time.Second  // after a fault that may pass
	unclearPoll = 30 * time.Second // how often an unclear restore is asked about
	restartGap  = 20 * time.Second // a longer gap between two steps is reported
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
	if next, ok, err := b.checkSeal(ctx, &r); !ok {
		if errors.Is(err, ErrStale) {
			return Next{}, nil
		}
		return next, err
	}
	next, err := b.stepOnPortal(ctx, r)
	if errors.Is(err, ErrAltered) {
		next, err = b.endIfAltered(ctx, id, err)
	}
	if errors.Is(err, ErrStale) {
		return Next{}, nil // another writer moved it: read it again
	}
	if isUndelivered(err) {
		b.logUndelivered(ctx, r, err)
		return next, nil // not an error of the step
	}
	return next, err
}

// stepOnPortal finds the portal of a restore and takes the step.
func (b *Bot) stepOnPortal(ctx context.Context, r Restore) (Next, error) {
	portal, ok := b.Portals.Of(r)
	switch {
	case !ok:
		return b.stepPortalGone(ctx, r)
	case r.Address == "" && r.State.Open(): // recorded by an older version
		next := r
		next.Address = portal.Address()
		return b.saveAndWait(ctx, r, next, 0)
	}
	return b.stepState(ctx, r, portal)
}

func (b *Bot) stepState(ctx context.Context, r Restore, p Portal) (Next, error) {
	if r.awaitsStart() && !r.AsksForWaiver() {
		if next, over, err := b.expireIfLapsed(ctx, r); over || err != nil {
			return next, err
		}
	}
	switch r.State {
	case Requested:
		if r.Shown.State == "" {
			return b.checkRequest(ctx, r, p)
		}
		return b.awaitConfirmation(ctx, r, p)
	case Confirmed:
		return b.stepConfirmed(ctx, r, p)
	case Saving:
		if !r.AsksForWaiver() {
			if err := b.noteDowntime(ctx, &r, p); err != nil {
				return Next{After: soon}, err
			}
		}
		return b.stepSafetyBackup(ctx, r, p)
	case Starting:
		return b.stepStarting(ctx, r, p)
	case Running:
		return b.stepRunning(ctx, r, p)
	case Unclear:
		return b.stepUnclear(ctx, r, p)
	case Refused:
		return b.deliverRefusal(ctx, r)
	case Succeeded, Failed, Rehearsed, Dismissed, Expired:
	}
	return b.stepEnded(ctx, r, p)
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

// saveAndWait saves progress and asks for another step.
func (b *Bot) saveAndWait(ctx context.Context, was, next Restore, after time.Duration, events ...Event) (Next, error) {
	_, err := b.Store.Save(ctx, was, next, events...)
	return Next{After: after}, err
}
