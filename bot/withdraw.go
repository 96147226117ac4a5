package bot

import (
	"context"
	"slices"
	"time"
)

// withdraw removes the confirmations of people who may not confirm any more, and
// asks the others again. A safety backup that was taken meanwhile does not count: it
// has to be taken just before the start.
func (b *Bot) withdraw(ctx context.Context, r Restore, who []string) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.State, next.Safety, next.StartsAt, next.CountdownTS = Requested, Safety{}, time.Time{}, ""
	next.Reminded = true // the note about the withdrawal reminds too
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

// tellWithdrawn tells the channel once of each withdrawn confirmation.
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
