package bot

import (
	"context"
	"errors"
)

// PressDetails opens the details of a card in a modal, where Slack does not take blocks
// that fold.
const PressDetails Action = "details"

// Details shows the details of a card in a modal.
type Details struct{ Card Card }

func (Details) part() {}

func detailsPlaceholder() Modal {
	return Modal{Title: "Details", Parts: []Part{Words{"Looking it up ..."}}}
}

// details shows the details of a card to anybody who sees the card.
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
