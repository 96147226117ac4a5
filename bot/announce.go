package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"docspace-restorebot/bot/policy"
)

// undelivered marks an error of the chat. A later step retries the message.
type undelivered struct{ error }

func (u undelivered) Unwrap() error { return u.error }

var errMoved = errors.New("the channel has another id now")

func isUndelivered(err error) bool {
	var u undelivered
	return errors.As(err, &u) || errors.Is(err, policy.ErrChatBusy)
}

// logUndelivered logs an undelivered message at the level of its cause: a busy chat
// is normal, a refusal needs a person.
func (b *Bot) logUndelivered(ctx context.Context, r Restore, err error) {
	var no *policy.ChatError
	switch {
	case errors.Is(err, policy.ErrChatBusy):
		b.Log.DebugContext(ctx, "the chat is busy", "restore", r.ID, "state", r.State, "after", RetryAfter(err))
	case errors.As(err, &no) && no.Held:
		b.Log.DebugContext(ctx, "the chat is not asked again yet", "restore", r.ID, "state", r.State, "after", no.After)
	case errors.Is(err, policy.ErrChatDenied):
		b.Log.ErrorContext(ctx, "the chat refused a message of a restore, which goes on without it", "restore", r.ID, "state", r.State, "err", err)
	default:
		b.Log.WarnContext(ctx, "the chat did not take what a restore has to tell", "restore", r.ID, "state", r.State, "err", err)
	}
}

// channelClosed reports whether the channel takes no messages until a person changes
// that.
func channelClosed(err error) bool {
	return errors.Is(err, policy.ErrNotInChannel) || errors.Is(err, ErrChannelClosed)
}

// deniedByChat reports whether a person has to change something before the chat
// accepts the message.
func deniedByChat(err error) bool { return errors.Is(err, policy.ErrChatDenied) }

// needsDirect reports whether the requester has to be told in a direct message.
func needsDirect(err error) bool { return channelClosed(err) || deniedByChat(err) }

// personDelay is the pause while only a person can put a fault right.
const personDelay = 10 * time.Second

// retryDelay is the time before a failed call to the chat is tried again.
func retryDelay(err error) time.Duration {
	switch after := RetryAfter(err); {
	case err == nil:
		return unclearPoll
	case needsDirect(err):
		return max(personDelay, after)
	case errors.Is(err, policy.ErrChatBusy) && after > 0:
		return after
	default:
		return max(soon, after)
	}
}

// noteChannelLost tells the requester alone, once, that the channel of a running
// restore cannot be reached. The error says why.
func (b *Bot) noteChannelLost(ctx context.Context, r *Restore, p Portal, why error) error {
	if errors.Is(why, policy.ErrNotInChannel) {
		switch found, err := b.findMovedChannel(ctx, r); {
		case err != nil:
			return err
		case found:
			return undelivered{errMoved} // the next step tells the new channel
		}
	}
	if r.ChannelLost.TS != "" || !r.underWay() {
		return undelivered{why}
	}
	next := *r
	if next.ChannelLost.Since.IsZero() {
		next.ChannelLost.Since = time.Now().UTC()
	}
	ts, err := b.postDirect(ctx, next, p, Note{Kind: NoteChannelLost}, why)
	if err != nil {
		return err
	}
	if ts == undeliverable && deniedByChat(why) { // a later step tries both again
		return undelivered{why}
	}
	next.ChannelLost.TS = ts
	if err := b.saveInPlace(ctx, r, next); err != nil {
		return err
	}
	return undelivered{why}
}

// underWay reports whether the portal may be restoring.
func (r Restore) underWay() bool {
	return r.State == Saving || r.State == Starting || r.State == Running || r.State == Unclear
}

// undeliverable stands for the ts of a message that neither the channel nor the
// requester takes.
const undeliverable = "untold"

// postDirect tells the requester alone. If that fails for good it is logged once and
// given up.
func (b *Bot) postDirect(ctx context.Context, r Restore, p Portal, n Note, why error) (ts string, err error) {
	n.Why = whyNotHere(why)
	ts, err = b.Chat.Direct(ctx, b.card(ctx, r, p), n)
	about := []any{"restore", r.ID, "state", r.State, "channel", r.Channel, "requester", r.Requester, "note", n.Kind, "why", why}
	var no *policy.ChatError
	switch {
	case errors.As(err, &no) && no.Held:
		return undeliverable, nil // logged when it was first refused
	case needsDirect(err):
		level := slog.LevelError
		if r.ChannelLost.TS == undeliverable {
			level = slog.LevelDebug
		}
		b.Log.Log(ctx, level, "neither the channel of a restore nor its requester can be told", append(about, "err", err)...)
		return undeliverable, nil
	case err != nil:
		return "", undelivered{err}
	}
	b.Log.ErrorContext(ctx, "the channel of a restore cannot be told; its requester was", about...)
	return ts, nil
}

// whyNotHere says in plain words why the channel cannot be told, and what to do.
func whyNotHere(why error) string {
	text := "Slack does not let the bot post in the channel of the restore"
	var no *policy.ChatError
	if errors.As(why, &no) && no.Code != "" {
		text += " (" + policy.RefusedCall(no.Method, no.Code, no.Needs) + "). " + no.Fix
	} else {
		text += ". Invite it there again, or unarchive the channel."
	}
	return text + " It goes on there when it can."
}

// postNote posts a note in the thread, in the channel if there is no card, or to the
// requester alone if the channel cannot be reached.
func (b *Bot) postNote(ctx context.Context, r *Restore, p Portal, n Note) error {
	ts, err := b.Chat.Reply(ctx, b.card(ctx, *r, p), n)
	switch {
	case needsDirect(err):
		ts, direct := b.postDirect(ctx, *r, p, n, err)
		if ts == undeliverable && deniedByChat(err) {
			return undelivered{err} // a later step tries again
		}
		return direct
	case err != nil:
		return undelivered{err}
	}
	b.recordNote(ctx, *r, n, ts)
	return nil
}

// recordNote records the message of a note, so that a report can name it.
func (b *Bot) recordNote(ctx context.Context, r Restore, n Note, ts string) {
	if ts == "" {
		return
	}
	err := b.Store.Note(ctx, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventTold, Detail: map[string]string{"note": string(n.Kind), "message_ts": ts},
	})
	if err != nil {
		b.Log.WarnContext(ctx, "a note's message could not be recorded", "restore", r.ID, "err", err)
	}
}

// announce posts the end in the channel, once. While the channel cannot be reached
// the requester is told, once, and the channel is tried again.
func (b *Bot) announce(ctx context.Context, r *Restore, p Portal) error {
	if r.EndTS != "" {
		return nil
	}
	end := Note{Kind: NoteEnd, Broadcast: true, Trail: b.trailEnd(ctx)}
	if r.CardTS != "" {
		end.Link = b.permalinkDetail(ctx, r.Channel, r.CardTS)["permalink"]
	}
	ts, why := b.Chat.Reply(ctx, b.card(ctx, *r, p), end)
	next := *r
	switch {
	case why == nil:
		next.EndTS = ts
		return b.saveInPlace(ctx, r, next, Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventTold, Detail: b.permalinkDetail(ctx, r.Channel, ts)})
	case needsDirect(why) && r.ChannelLost.EndTS == "":
		ts, err := b.postDirect(ctx, *r, p, end, why)
		if err != nil {
			return err
		}
		if ts == undeliverable && deniedByChat(why) {
			return undelivered{why}
		}
		next.ChannelLost.EndTS = ts
		if err := b.saveInPlace(ctx, r, next); err != nil {
			return err
		}
	}
	return undelivered{why}
}

// trailEnd is the head of the audit trail, for the channel to keep. An error is
// logged and never fails a step.
func (b *Bot) trailEnd(ctx context.Context) string {
	end, err := b.Store.TrailEnd(ctx)
	if err != nil {
		b.Log.WarnContext(ctx, "the end of the audit trail could not be read", "err", err)
	}
	return end
}
