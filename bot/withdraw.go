package bot

import (
	"context"
	"slices"
	"time"
)

// withdraw takes back the confirmations of people who may not confirm any more,
// and asks the others again. What was backed up meanwhile does not count: what
// starts is backed up just before.
func (b *Bot) withdraw(ctx context.Context, r Restore, who []string) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.State, next.Safety, next.StartsAt, next.CountdownTS = Requested, Safety{}, time.Time{}, ""
	next.Reminded = true // by the note that tells of this
	next.Confirmations = slices.DeleteFunc(slices.Clone(r.Confirmations), func(c Confirmation) bool { return slices.Contains(who, c.User) })
	for _, user := range who {
		if !slices.Contains(next.Withdrawn, user) {
			next.Withdrawn = append(slices.Clip(next.Withdrawn), user)
		}
	}
	var events []Event
	for _, user := range who {
		events = append(events, Event{At: now, Restore: r.ID, Kind: EventWithdrawn, Detail: map[string]string{"user": user}})
	}
	_, err := b.Store.Save(ctx, r, next, events...)
	if err != nil {
		return Next{After: soon}, err
	}
	return Next{}, nil
}

// tellWithdrawn tells the channel once of each confirmation that was taken back.
func (b *Bot) tellWithdrawn(ctx context.Context, r *Restore, p Portal) error {
	if len(r.Withdrawn) == r.WithdrawnTold {
		return nil
	}
	if err := b.postNote(ctx, r, p, Note{Kind: NoteWithdrawn, Broadcast: true}); err != nil {
		return err
	}
	next := *r
	next.WithdrawnTold = len(r.Withdrawn)
	return b.saveInPlace(ctx, r, next)
}
