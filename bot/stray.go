package bot

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A card is posted with its buttons and then written down. Between the two it
// can be pressed, and a bot that dies there posts another one: the first is
// astray then, and no press on it counts.

const (
	// cardingFor is how long a press waits for its card to be written down, which
	// takes milliseconds: a press must be acked within three seconds.
	cardingFor = 1500 * time.Millisecond
	// cardingEvery is how often it looks.
	cardingEvery = 20 * time.Millisecond
)

// writeDown records the card of a request, as it was checked, under what was. A
// card that is not to be recorded any more is taken back.
func (b *Bot) writeDown(ctx context.Context, was, r Restore, p Portal, ts string) (Restore, error) {
	r.Plan = planOf(r, p, b.policyOf(r))
	detail := map[string]string{"message_ts": ts, "file": r.Backup.FileName, "plan": r.Plan}
	event := Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventChecked, Detail: detail}
	for {
		saved, err := b.Store.Save(ctx, was, b.carded(r, ts), event)
		if !errors.Is(err, ErrStale) {
			return saved, err
		}
		now, broken := b.Store.Get(ctx, r.ID)
		if broken != nil {
			return r, broken
		}
		if now.State != Requested || now.CardTS != "" {
			if now.CardTS != ts {
				b.takeBack(ctx, now, ts)
			}
			return r, err
		}
		// A freeze was set or lifted meanwhile: that changes nothing of it.
		was = now
		r.Version, r.Generation = now.Version, now.Generation
	}
}

// takeBack retires a card that was just posted, if it can be done at once: a
// press does it otherwise.
func (b *Bot) takeBack(ctx context.Context, r Restore, ts string) {
	if err := b.Chat.Retire(ctx, r, ts); err != nil {
		b.Log.WarnContext(ctx, "a card astray keeps its buttons for now, which do nothing", "restore", r.ID, "err", err)
	}
}

// carding returns r once its card is written down, or as it stands when that
// takes too long.
func (b *Bot) carding(ctx context.Context, r Restore, p Press) (Restore, error) {
	enough := time.Now().Add(cardingFor)
	for r.CardTS == "" && p.MessageTS != "" && !r.State.Ended() && here(r, p) && time.Now().Before(enough) {
		select {
		case <-ctx.Done():
			return r, context.Cause(ctx)
		case <-time.After(cardingEvery):
		}
		now, err := b.Store.Get(ctx, r.ID)
		if err != nil {
			return r, err
		}
		r = now
	}
	return r, nil
}

func here(r Restore, p Press) bool { return p.Caller.Channel == r.Channel && p.Caller.Team == r.Team }

// onItsCard checks that a press came from the very message of the restore: a
// button's value may be copied, the place where it was pressed may not.
func onItsCard(r Restore, p Press) *Refusal {
	switch {
	case !here(r, p):
		return &Refusal{
			Rule: RuleChannel, What: "This restore belongs to another channel. Nothing was changed.", Do: "Press the button on its own card.",
		}
	case r.CardTS == "" && r.State.Ended():
		return became(r)
	case r.CardTS == "":
		return &Refusal{
			Rule: RuleStale, What: "The card of this restore is not written down yet. Nothing was changed.",
			Do: "Press again in a moment; if there is another card by then, press that one.", Restore: r.ID,
		}
	case p.MessageTS != r.CardTS:
		return &Refusal{
			Rule: RuleStale, What: "This button is not on the card of its restore. Nothing was changed.", Do: "Press the button on its own card; /restore status names it.",
			Restore: r.ID,
		}
	}
	return nil
}

// strayed refuses a press on a card that is not the restore's.
type strayed struct {
	*Refusal

	restore Restore
}

// onCard takes the buttons off a card that is not its restore's, once somebody
// has pressed it and was told so.
func (b *Bot) onCard(answer Answer, p Press) (Answer, Later) {
	stray, ok := answer.(strayed)
	if !ok {
		return answer, nil
	}
	return stray.Refusal, func(ctx context.Context) Answer {
		if err := b.retire(ctx, stray.restore, p.MessageTS); err != nil {
			b.Log.WarnContext(ctx, "a card astray keeps its buttons, which do nothing", "restore", p.Restore, "err", err)
		}
		return nil
	}
}

// retire waits for its turn, for as long as ctx allows. The card of another
// restore stays as it is, whatever a button says.
func (b *Bot) retire(ctx context.Context, r Restore, ts string) error {
	others, err := b.Store.Recent(ctx, Searched)
	if err != nil || slices.ContainsFunc(others, func(other Restore) bool { return other.Channel == r.Channel && other.CardTS == ts }) {
		return err
	}
	for {
		err := b.Chat.Retire(ctx, r, ts)
		if !isUntold(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause(err)):
		}
	}
}
