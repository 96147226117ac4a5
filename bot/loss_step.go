package bot

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"docspace-restorebot/docspace"
)

// counting reports whether the portal is asked for what the restore takes: at
// first, and for the rest of a long trail.
func (b *Bot) counting(r Restore, p Portal) bool {
	if _, ok := b.witness(p); !ok || r.Followed {
		return false
	}
	l := r.Loss
	return l.Source == "" || l.Source == LossTrail && !l.Complete && l.Tries < lossOnTries
}

// lossDue reports whether it is asked now: once the card is there.
func (b *Bot) lossDue(r Restore, p Portal) bool { return r.CardTS != "" && b.counting(r, p) }

// fillLoss asks the portal what the restore takes and what it touches, once the
// card is there, and then reads on. The card never waits for it: a press that
// comes meanwhile is worked beside it.
func (b *Bot) fillLoss(ctx context.Context, r Restore, p Portal) (Next, error) {
	w, _ := b.witness(p)
	next, loss := r, Loss{}
	if r.Loss.Source == "" {
		ask, cancel := context.WithTimeout(ctx, lossWithin)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() { next.Setup = readSetup(ask, p, w) })
		wait.Go(func() { next.Loss, loss = b.readLoss(ask, r, p, w, lossPages) })
		wait.Wait()
	} else {
		ask, cancel := context.WithTimeout(ctx, max(time.Second, min(lossOnWithin, r.waits(time.Now().UTC())-soon)))
		defer cancel()
		next.Loss, loss = b.readLoss(ask, r, p, w, lossOnPages)
		if next.Loss.Source != LossTrail || next.Loss.Lost.Total() < r.Loss.Lost.Total() {
			next.Loss, loss = r.Loss, Loss{} // what was known before is more
		}
		next.Loss.Tries = r.Loss.Tries + 1
	}
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err()
	}
	next.Setup.AddressesNew = changedAddresses(loss)
	return b.keepLoss(ctx, r, next, loss)
}

// changedAddresses reports whether the addresses that people may come from were
// changed since the backup.
func changedAddresses(l Loss) bool {
	for _, a := range l.Acts {
		if a.Action == docspace.ActionIPRestrictions {
			return true
		}
	}
	return false
}

// keepLoss records what was read. Where somebody has pressed meanwhile, the list
// is kept all the same, and the start has looked for itself.
func (b *Bot) keepLoss(ctx context.Context, r, next Restore, l Loss) (Next, error) {
	if err := b.putLoss(ctx, r, l); err != nil {
		return Next{After: soon}, err
	}
	_, err := b.Store.Save(ctx, r, next, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventLoss, Detail: next.Loss.detail(),
	})
	for n := 0; errors.Is(err, ErrStale) && n < maxRaceRetries; n++ {
		now, lost := b.Store.Get(ctx, r.ID)
		if lost != nil || now.State != Requested || now.CardTS == "" {
			return Next{}, lost
		}
		again := now
		again.Loss, again.Setup = next.Loss, next.Setup
		_, err = b.Store.Save(ctx, now, again)
	}
	return Next{}, err
}

func (b *Bot) putLoss(ctx context.Context, r Restore, l Loss) error {
	if len(l.Acts)+len(l.Personal)+l.Left == 0 {
		return nil
	}
	l.Restore, l.Until = r.ID, time.Now().UTC().Add(b.Loss.Kept)
	return b.Store.PutLoss(ctx, l)
}

// detail is what the audit trail keeps: numbers, no names.
func (s LossSummary) detail() map[string]string {
	d := map[string]string{"source": string(s.Source), "complete": strconv.FormatBool(s.Complete)}
	for name, n := range map[string]int{"lost": s.Lost.Total(), "back": s.Back.Total(), "people": s.People, "since": s.Since} {
		if n > 0 {
			d[name] = strconv.Itoa(n)
		}
	}
	return d
}

// lossAtStart looks once more, just before the start, and adds what is new. It is
// bounded, and whatever becomes of it the start goes on.
func (b *Bot) lossAtStart(ctx context.Context, r Restore, p Portal) Restore {
	w, ok := b.witness(p)
	if !ok {
		return r
	}
	ask, cancel := context.WithTimeout(ctx, againWithin)
	defer cancel()
	switch r.Loss.Source {
	case LossTrail:
		s, acts, err := b.lossSince(ask, r, p, w)
		if err != nil {
			b.Log.WarnContext(ctx, "what changed since the card could not be read", "restore", r.ID, "err", err)
			s.Complete = false
		}
		if len(acts) > 0 {
			s = b.addLoss(ctx, r, s, acts)
		}
		r.Loss = s
	case "":
		s, l := b.readLoss(ask, r, p, w, againPages)
		if err := b.putLoss(ctx, r, l); err != nil {
			b.Log.WarnContext(ctx, "what a restore takes could not be kept", "restore", r.ID, "err", err)
		}
		r.Loss = s
	default: // without a trail there is nothing to compare
	}
	return r
}

// addLoss adds acts to the list that is kept, and counts with it what the list
// alone can tell.
func (b *Bot) addLoss(ctx context.Context, r Restore, s LossSummary, acts []LossAct) LossSummary {
	l, err := b.Store.Loss(ctx, r.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		b.Log.WarnContext(ctx, "what a restore takes could not be read", "restore", r.ID, "err", err)
		return s
	}
	l, files := l.merged(acts)
	s.Lost.Changed += files
	people := map[string]struct{}{}
	for _, a := range l.Acts {
		people[a.UserID] = struct{}{}
	}
	delete(people, docspace.AuditSystem)
	delete(people, docspace.AuditGuest)
	s.People = max(s.People, len(people))
	if err := b.putLoss(ctx, r, l); err != nil {
		b.Log.WarnContext(ctx, "what a restore takes could not be kept", "restore", r.ID, "err", err)
	}
	return s
}

// positive is a number that is worth telling.
func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}
