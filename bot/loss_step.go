package bot

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/docspace"
)

// lossDue is when the portal is asked next for what the restore takes: at first and
// for the rest of a long trail at once, and later where nothing was told or the
// numbers have become old.
func (b *Bot) lossDue(r Restore, p Portal) (at time.Time, ok bool) {
	if _, ok := b.witness(p); !ok || r.Followed || r.CardTS == "" {
		return time.Time{}, false
	}
	if r.Loss.Source == "" || readsOn(r.Loss) {
		return time.Time{}, true
	}
	return r.Loss.Due, !r.Loss.Due.IsZero()
}

// readsOn reports whether the rest of a long trail is still to be read.
func readsOn(s loss.Summary) bool {
	return s.Source == loss.FromTrail && !s.Complete && s.Tries < lossOnTries
}

// counting reports whether the card says that numbers are still to come.
func (b *Bot) counting(r Restore, p Portal) bool {
	_, ok := b.witness(p)
	return ok && !r.Followed && (r.Loss.Source == "" || readsOn(r.Loss) || r.Loss.Source == loss.FromNone && !r.Loss.Due.IsZero())
}

// untilNext is how long the step of a request on a card may wait.
func (b *Bot) untilNext(r Restore, p Portal) time.Duration {
	wait := r.waits(time.Now().UTC())
	if at, ok := b.lossDue(r, p); ok {
		wait = min(wait, max(0, time.Until(at)))
	}
	return wait
}

// fillLoss asks the portal what the restore takes and what it touches, once the
// card is there, and then reads on. The card never waits for it: a press that
// comes meanwhile is worked beside it.
func (b *Bot) fillLoss(ctx context.Context, r Restore, p Portal) (Next, error) {
	w, _ := b.witness(p)
	next, list := r, loss.List{}
	switch {
	case readsOn(r.Loss):
		ask, cancel := context.WithTimeout(ctx, max(time.Second, min(lossOnWithin, r.waits(time.Now().UTC())-soon)))
		defer cancel()
		next.Loss, list = b.readLoss(ask, r, p, w, lossOnPages)
		if next.Loss.Source != loss.FromTrail || next.Loss.Lost.Total() < r.Loss.Lost.Total() {
			next.Loss, list = r.Loss, loss.List{} // the earlier reading found more
		}
		next.Loss.Tries = r.Loss.Tries + 1
	case r.Loss.Known():
		return b.refreshLoss(ctx, r, p, w)
	default:
		ask, cancel := context.WithTimeout(ctx, lossWithin)
		defer cancel()
		var wait sync.WaitGroup
		if r.Setup.At.IsZero() || len(r.Setup.Unread) > 0 {
			wait.Go(func() { next.Setup = readSetup(ask, p, w) })
		}
		wait.Go(func() { next.Loss, list = b.readLoss(ask, r, p, w, lossPages) })
		wait.Wait()
	}
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err()
	}
	next.Setup.AddressesNew = r.Setup.AddressesNew || changedAddresses(list.Acts)
	if next.Loss.Source == loss.FromNone && next.Loss.Why == r.Loss.Why && !next.Loss.Due.IsZero() && r.Shown.Version == r.Version {
		next.Shown.Version = r.Version + 1 // the card says the same
	}
	return b.keepLoss(ctx, r, next, list)
}

// refreshLoss brings the numbers on the card of a waiting request up to date: with
// what is new in the trail, or with the rooms as they are now.
func (b *Bot) refreshLoss(ctx context.Context, r Restore, p Portal, w Witness) (Next, error) {
	ask, cancel := context.WithTimeout(ctx, lossWithin)
	defer cancel()
	next, list := r, loss.List{}
	if r.Loss.Source == loss.FromTrail {
		s, acts, err := b.lossSince(ask, r, p, w)
		if ctx.Err() != nil {
			return Next{After: soon}, ctx.Err()
		}
		if err == nil {
			next.Loss = b.addLoss(ctx, r, s, acts)
			next.Setup.AddressesNew = r.Setup.AddressesNew || changedAddresses(acts)
		}
	} else if s, l := b.readLoss(ask, r, p, w, lossPages); s.Known() {
		next.Loss, list = s, l
	}
	if ctx.Err() != nil {
		return Next{After: soon}, ctx.Err()
	}
	next.Loss.Due = time.Time{}
	return b.keepLoss(ctx, r, next, list)
}

// changedAddresses reports whether the addresses that people may come from were
// changed since the backup.
func changedAddresses(acts []loss.Act) bool {
	for _, a := range acts {
		if a.Action == docspace.ActionIPRestrictions {
			return true
		}
	}
	return false
}

// keepLoss records what was read. Where somebody has pressed meanwhile, the list
// is kept all the same, and the start has looked for itself.
func (b *Bot) keepLoss(ctx context.Context, r, next Restore, l loss.List) (Next, error) {
	if err := b.putLoss(ctx, r, l); err != nil {
		return Next{After: soon}, err
	}
	_, err := b.Store.Save(ctx, r, next, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventLoss, Detail: lossDetail(next.Loss),
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

func (b *Bot) putLoss(ctx context.Context, r Restore, l loss.List) error {
	if len(l.Acts)+len(l.Personal)+l.Left == 0 {
		return nil
	}
	l.Restore, l.Until = r.ID, time.Now().UTC().Add(b.Loss.Kept)
	return b.Store.PutLoss(ctx, l)
}

// detail is what the audit trail keeps: numbers, no names.
func lossDetail(s loss.Summary) map[string]string {
	d := map[string]string{"source": string(s.Source), "complete": strconv.FormatBool(s.Complete)}
	for name, n := range map[string]int{"lost": s.Lost.Total(), "back": s.Back.Total(), "people": s.People, "since": s.Since} {
		if n > 0 {
			d[name] = strconv.Itoa(n)
		}
	}
	return d
}

// lossAtStart looks once more, just before the start, and adds what is new. It is
// bounded, and its failure does not hold up the start.
func (b *Bot) lossAtStart(ctx context.Context, r Restore, p Portal) Restore {
	w, ok := b.witness(p)
	if !ok {
		return r
	}
	ask, cancel := context.WithTimeout(ctx, againWithin)
	defer cancel()
	switch r.Loss.Source {
	case loss.FromTrail:
		s, acts, err := b.lossSince(ask, r, p, w)
		if err != nil {
			b.Log.WarnContext(ctx, "what changed since the card could not be read", "restore", r.ID, "err", err)
			s.Complete = false
		}
		r.Loss = b.addLoss(ctx, r, s, acts)
	case "", loss.FromNone:
		if r.Backup.CreatedOn.IsZero() {
			return r
		}
		s, l := b.readLoss(ask, r, p, w, againPages)
		if err := b.putLoss(ctx, r, l); err != nil {
			b.Log.WarnContext(ctx, "what a restore takes could not be kept", "restore", r.ID, "err", err)
		}
		if s.Known() || r.Loss.Source == "" {
			r.Loss = s
		}
	case loss.FromRooms: // there is nothing to compare
	}
	return r
}

// addLoss adds acts to the list that is kept, and counts with it what the list
// alone can tell.
func (b *Bot) addLoss(ctx context.Context, r Restore, s loss.Summary, acts []loss.Act) loss.Summary {
	if len(acts) == 0 {
		return s
	}
	l, err := b.Store.Loss(ctx, r.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		b.Log.WarnContext(ctx, "what a restore takes could not be read", "restore", r.ID, "err", err)
		return s
	}
	l, files := l.Merged(acts)
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
