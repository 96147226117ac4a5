package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"docspace-restorebot/bot/policy"
)

// A card is posted with its buttons and then recorded. A process that dies
// between the two leaves a card that the record does not know: a press on it says
// itself which card it is, and counts. Where another card was posted meanwhile,
// the restore has two: the one beside the record is an orphan card, which loses
// its buttons at its first press.

// CardMark is what a card says about itself with each press, out of people's
// sight. A chat fills it in for messages that the bot itself has posted, and for
// no others.
type CardMark struct {
	Restore string // the restore's id
	State   State  // that the card shows
	Plan    string // that the card shows
}

// matches reports whether the card shows the plan of r.
func (m CardMark) matches(r Restore) bool { return m.Restore == r.ID && m.Plan == r.Plan }

// recordCard records the card of a request that was just posted. A card that is
// not to be recorded any more loses its buttons.
func (b *Bot) recordCard(ctx context.Context, r Restore, ts string) (Restore, error) {
	for {
		saved, err := b.Store.Save(ctx, r, b.withCard(r, ts), checkedEvent(r, ts))
		if !errors.Is(err, ErrStale) {
			return saved, err
		}
		now, broken := b.Store.Get(ctx, r.ID)
		switch {
		case broken != nil:
			return r, broken
		case now.CardTS == ts: // a press has already recorded the card
			return r, err
		case now.State != Requested || now.CardTS != "" || now.Plan != r.Plan:
			b.retireNow(ctx, now, ts)
			return r, err
		}
		r = now // only the freeze has changed meanwhile
	}
}

func checkedEvent(r Restore, ts string) Event {
	detail := map[string]string{"message_ts": ts, "file": r.Backup.FileName, "plan": r.Plan}
	return Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventChecked, Detail: detail}
}

// retireNow takes the buttons off a card that was just posted, if that can be done
// at once: a press does it otherwise.
func (b *Bot) retireNow(ctx context.Context, r Restore, ts string) {
	if err := b.Chat.Retire(ctx, r, ts); err != nil {
		b.Log.WarnContext(ctx, "an orphan card keeps its buttons until it is pressed", "restore", r.ID, "err", err)
	}
}

func samePlace(r Restore, p Press) bool {
	return p.Caller.Channel == r.Channel && p.Caller.Team == r.Team
}

// checkCard checks that a press came from a card of the restore which shows what
// is recorded: a button's value may be copied, the place where it was pressed may
// not.
func checkCard(r Restore, p Press) *policy.Refusal {
	marked := p.Card != CardMark{}
	switch {
	case !samePlace(r, p):
		return otherChannel()
	case r.CardTS == "" && r.State.Ended():
		return tooLate(r)
	case p.MessageTS == "", p.MessageTS != r.CardTS && !marked, p.Card.Restore != r.ID && marked:
		return notTheCard(r)
	case marked && !p.Card.matches(r):
		no := planChanged()
		no.Restore = r.ID
		return no
	case r.CardTS != "" && p.MessageTS != r.CardTS && p.Card.State != r.State:
		return notTheCard(r)
	}
	return nil
}

func notTheCard(r Restore) *policy.Refusal {
	if r.CardTS == "" {
		return &policy.Refusal{
			Rule: policy.RuleStale, What: "The bot has no record of this card yet.",
			Do: "Press again in a moment; if there is another card by then, press that one.", Restore: r.ID,
		}
	}
	return &policy.Refusal{
		Rule: policy.RuleStale, What: "This button is not on the card of its restore.",
		Do: "Press the button on its own card; /restore status names it.", Restore: r.ID,
	}
}

// adoptCard records the message of a press as the card of its restore, whose
// record was lost. The next step makes it show the restore as it stands.
func (b *Bot) adoptCard(ctx context.Context, r Restore, p Press) (Restore, error) {
	next := b.withCard(r, p.MessageTS)
	next.Shown = Shown{State: p.Card.State, At: next.Shown.At}
	event := checkedEvent(r, p.MessageTS)
	event.Detail["found_by"] = "press"
	saved, err := b.Store.Save(ctx, r, next, event)
	if err == nil {
		b.Log.InfoContext(ctx, "a press has named the card of a restore, whose record was lost", "restore", r.ID, "message_ts", p.MessageTS)
	}
	return saved, err
}

// orphaned reports whether a press came from a card that is not, and will not be,
// the restore's.
func orphaned(r Restore, p Press) bool {
	if !samePlace(r, p) || p.MessageTS == "" || p.MessageTS == r.CardTS {
		return false
	}
	return r.CardTS != "" || r.State.Ended() || p.Card.Restore == r.ID && !p.Card.matches(r)
}

// stripOrphan takes the buttons off an orphan card, after the press was answered.
func (b *Bot) stripOrphan(r Restore, p Press) FollowUp {
	if !orphaned(r, p) {
		return nil
	}
	return func(ctx context.Context) Answer {
		if err := b.retire(ctx, r, p.MessageTS); err != nil {
			b.Log.WarnContext(ctx, "an orphan card keeps its buttons", "restore", p.Restore, "err", err)
		}
		return nil
	}
}

// retire waits for its turn, for as long as ctx allows. The card of another
// restore stays as it is, whatever a button says.
func (b *Bot) retire(ctx context.Context, r Restore, ts string) error {
	others, err := b.Store.Recent(ctx, SearchWindow)
	if err != nil || slices.ContainsFunc(others, func(other Restore) bool { return other.Channel == r.Channel && other.CardTS == ts }) {
		return err
	}
	for {
		err := b.Chat.Retire(ctx, r, ts)
		if !isUndelivered(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retryDelay(err)):
		}
	}
}
