package bot

import (
	"context"
	"errors"
)

// PressDetails opens what a card has folded, where Slack does not take what folds.
const PressDetails Action = "details"

// Details shows, in a modal, what a card has folded.
type Details struct{ Card Card }

func (Details) part() {}

func detailsPlaceholder() Modal {
	return Modal{Title: "Details", Parts: []Part{Words{"Looking it up ..."}}}
}

// details shows what is folded on a card to whoever sees that card.
func (b *Bot) details(ctx context.Context, p Press) Answer {
	r, err := b.Store.Get(ctx, p.Restore)
	switch {
	case errors.Is(err, ErrNotFound):
		return b.refuse(ctx, p.Caller, "", unknownRestore())
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	case !samePlace(r, p):
		return b.refuse(ctx, p.Caller, r.ID, otherChannel())
	}
	portal, ok := b.Portals.Of(r)
	if !ok {
		portal = formerPortal(r)
	}
	return Modal{Title: "Details", Parts: []Part{Details{b.card(ctx, r, portal)}}}
}
