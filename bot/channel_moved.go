package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"docspace-restorebot/bot/policy"
)

// A channel may get another id: when it is made private, or comes into an
// Enterprise Grid. Slack does not know the old one then, and the message keeps
// its ts under the new one.

// movedWithin bounds the questions whether a channel has moved.
const movedWithin = time.Second

// hasMovedTo reports whether the card of a restore stands in this channel now and its
// own channel is gone. An unanswered question means no.
func (b *Bot) hasMovedTo(ctx context.Context, r Restore, channel string) bool {
	if r.CardTS == "" || channel == "" || channel == r.Channel {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, movedWithin)
	defer cancel()
	fresh := b.Directory.Fresh()
	if _, err := fresh.Place(ctx, r.Channel); !errors.Is(err, policy.ErrNotInChannel) {
		return false
	}
	if _, err := fresh.Place(ctx, channel); err != nil {
		return false
	}
	_, err := b.Chat.Permalink(ctx, channel, r.CardTS)
	return err == nil
}

// adoptChannel records the new id of the channel of a restore.
func (b *Bot) adoptChannel(ctx context.Context, r Restore, channel, actor string) (Restore, error) {
	next := r
	next.Channel, next.ChannelLost = channel, ChannelLost{}
	return b.Store.Save(ctx, r, next, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventChannel, Actor: actor, Detail: map[string]string{"from": r.Channel, "to": channel},
	})
}

// followChannel moves a restore to the channel in which its card was pressed. The message
// has to be the bot's own, with the ts and the mark of the card.
func (b *Bot) followChannel(ctx context.Context, r Restore, p Press) (Restore, *policy.Refusal, error) {
	to := p.Caller.Channel
	if p.MessageTS != r.CardTS || !p.Card.matches(r) || p.Caller.Team != r.Team || r.Settled || !b.hasMovedTo(ctx, r, to) {
		return r, nil, nil
	}
	if rules := b.policyOf(r).Channels; !rules.Any && !slices.Contains(rules.IDs, to) {
		return r, &policy.Refusal{
			Rule: policy.RuleChannel, What: "This channel has a new id, " + to + ", which is not set up for restores.",
			Do: "The bot's operator has to put " + to + " in the place of " + r.Channel + " in RESTORE_CHANNELS (or in the portal's file).", Restore: r.ID,
		}, nil
	}
	r, err := b.adoptChannel(ctx, r, to, p.Caller.User)
	return r, nil, err
}

// findMovedChannel moves a restore whose channel takes no messages to the channel of its
// rules that has its card.
func (b *Bot) findMovedChannel(ctx context.Context, r *Restore) (bool, error) {
	for _, channel := range b.policyOf(*r).Channels.IDs {
		if b.hasMovedTo(ctx, *r, channel) {
			saved, err := b.adoptChannel(ctx, *r, channel, "")
			if err == nil {
				*r = saved
			}
			return err == nil, err
		}
	}
	return false, nil
}
