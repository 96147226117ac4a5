package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// patience is how long to wait for what a person has to put right.
const patience = 10 * time.Second

// keepTelling is how long after its end a restore is held on to whose channel
// cannot be reached: the end is told there when it can be again. What the chat
// refuses for good may take whoever runs it a weekend.
const (
	keepTelling      = 24 * time.Hour
	keepTellingNever = 72 * time.Hour
)

// untold is an error of the chat: what was to be told is told by a later step.
type untold struct{ error }

func (u untold) Unwrap() error { return u.error }

var errMoved = errors.New("the channel has another id now")

func isUntold(err error) bool {
	var u untold
	return errors.As(err, &u) || errors.Is(err, policy.ErrChatBusy)
}

// logUntold says what a person may have to look at; that it is not a message's
// turn yet is how it should be.
func (b *Bot) logUntold(ctx context.Context, r Restore, err error) {
	var no *policy.ChatError
	switch {
	case errors.Is(err, policy.ErrChatBusy):
		b.Log.DebugContext(ctx, "the chat is busy", "restore", r.ID, "state", r.State, "after", RetryAfter(err))
	case errors.As(err, &no) && no.Held:
		b.Log.DebugContext(ctx, "the chat is not asked again yet", "restore", r.ID, "state", r.State, "after", no.After)
	case errors.Is(err, policy.ErrChatDenied):
		b.Log.ErrorContext(ctx, "the chat refuses what a restore has to tell; it goes on untold", "restore", r.ID, "state", r.State, "err", err)
	default:
		b.Log.WarnContext(ctx, "the chat did not take what a restore has to tell", "restore", r.ID, "state", r.State, "err", err)
	}
}

// unreachable reports whether a channel takes no messages until a person
// changes that.
func unreachable(err error) bool {
	return errors.Is(err, policy.ErrNotInChannel) || errors.Is(err, ErrChannelClosed)
}

// refusedForGood reports whether a person has to change something before the
// chat takes it.
func refusedForGood(err error) bool { return errors.Is(err, policy.ErrChatDenied) }

// elsewhere reports whether the requester has to be told in another way.
func elsewhere(err error) bool { return unreachable(err) || refusedForGood(err) }

// pause is how long to wait after a failed call to the chat.
func pause(err error) time.Duration {
	switch after := RetryAfter(err); {
	case err == nil:
		return rarely
	case elsewhere(err):
		return max(patience, after)
	case errors.Is(err, policy.ErrChatBusy) && after > 0:
		return after
	default:
		return max(soon, after)
	}
}

// show edits the card if it does not show r as it stands, and records that.
func (b *Bot) show(ctx context.Context, r *Restore, p Portal) error {
	switch {
	case r.Shown.State == r.State && r.Shown.Version == r.Version:
		return nil
	case r.CardTS == "" && !r.CardGone: // there never was one
		return nil
	case r.State.Ended() && r.Shown.State == r.State && !r.Care.Done: // nothing that people see has changed
		return nil
	}
	return b.edit(ctx, r, p)
}

// edit makes the card show r as it stands now, and records that. A card that
// somebody removed is posted anew, if there is news.
func (b *Bot) edit(ctx context.Context, r *Restore, p Portal) error {
	for {
		if r.CardTS == "" {
			// One that is removed again, and again, is not fought for: the next one
			// comes with the next state.
			if r.Shown.State == r.State || !r.State.worthCard() {
				return nil
			}
			if err := b.repost(ctx, r, p); err != nil {
				return err
			}
			return nil // it shows r as it stands
		}
		err := b.Chat.EditCard(ctx, b.card(ctx, *r, p))
		switch {
		case errors.Is(err, ErrCardGone):
			if err := b.loseCard(ctx, r); err != nil || r.State == Requested {
				return err
			}
			continue
		case elsewhere(err):
			return b.goAstray(ctx, r, p, err)
		case err != nil:
			return untold{err}
		}
		return b.keep(ctx, r, b.shown(*r))
	}
}

// shown is r once its card shows it as it stands.
func (b *Bot) shown(r Restore) Restore {
	now := time.Now().UTC()
	r.Astray = Astray{}
	if !r.SeenAt.IsZero() && r.State.Open() {
		r.SeenAt, r.SeenBy = now, b.Process
	}
	// The save itself counts the version up once more.
	r.Shown = Shown{State: r.State, Version: r.Version + 1, Percent: r.Progress.Percent, Phase: r.Progress.Phase, At: now}
	return r
}

// withCard is r once it has a card, just posted, that shows it as it stands.
func (b *Bot) withCard(r Restore, ts string) Restore {
	r.CardTS, r.CardGone, r.Cards = ts, false, r.Cards+1
	return b.shown(r)
}

// maxCards is how often the card of a request is posted whose cards are removed.
const maxCards = 3

// worthCard reports whether a state is worth a new card where the old one was
// removed: something happens, or happened, to the portal.
func (s State) worthCard() bool { return s.Told() || (s.Open() && s != Requested) }

// keep saves next in the place of r.
func (b *Bot) keep(ctx context.Context, r *Restore, next Restore, events ...Event) error {
	saved, err := b.Store.Save(ctx, *r, next, events...)
	if err == nil {
		*r = saved
	}
	return err
}

// loseCard notes that the card is gone. A request that nobody can press any
// more is shown again at once; the rest when its state changes.
func (b *Bot) loseCard(ctx context.Context, r *Restore) error {
	b.Log.WarnContext(ctx, "the card of a restore is gone", "restore", r.ID, "state", r.State)
	next := *r
	next.CardTS, next.CardGone = "", true
	if r.State == Requested {
		next.Shown = Shown{}
	}
	return b.keep(ctx, r, next)
}

// repost posts a card in the place of one that is gone.
func (b *Bot) repost(ctx context.Context, r *Restore, p Portal) error {
	ts, err := b.Chat.PostCard(ctx, b.card(ctx, *r, p))
	switch {
	case errors.Is(err, ErrCardBare): // it says all the same where the restore stands
	case elsewhere(err):
		return b.goAstray(ctx, r, p, err)
	case err != nil:
		return untold{err}
	}
	return b.keep(ctx, r, b.withCard(*r, ts))
}

// goAstray tells the requester alone, once, that the channel cannot be reached
// while a restore is under way. The error is why it cannot.
func (b *Bot) goAstray(ctx context.Context, r *Restore, p Portal, why error) error {
	if errors.Is(why, policy.ErrNotInChannel) {
		switch found, err := b.lookElsewhere(ctx, r); {
		case err != nil:
			return err
		case found:
			return untold{errMoved} // told there by the next step
		}
	}
	if r.Astray.TS != "" || !r.underWay() {
		return untold{why}
	}
	next := *r
	if next.Astray.Since.IsZero() {
		next.Astray.Since = time.Now().UTC()
	}
	ts, err := b.direct(ctx, next, p, Note{Kind: NoteAstray}, why)
	if err != nil {
		return err
	}
	if ts == toNobody && refusedForGood(why) { // both are tried again later
		return untold{why}
	}
	next.Astray.TS = ts
	if err := b.keep(ctx, r, next); err != nil {
		return err
	}
	return untold{why}
}

// underWay reports whether the portal may be restoring.
func (r Restore) underWay() bool {
	return r.State == Saving || r.State == Starting || r.State == Running || r.State == Unclear
}

// toNobody stands for the ts of a message that nobody takes.
const toNobody = "untold"

// direct tells the requester alone. Where they take nothing either that is said
// once, and is all that can be done.
func (b *Bot) direct(ctx context.Context, r Restore, p Portal, n Note, why error) (ts string, err error) {
	n.Why = whyNotHere(why)
	ts, err = b.Chat.Direct(ctx, b.card(ctx, r, p), n)
	about := []any{"restore", r.ID, "state", r.State, "channel", r.Channel, "requester", r.Requester, "note", n.Kind, "why", why}
	var no *policy.ChatError
	switch {
	case errors.As(err, &no) && no.Held:
		return toNobody, nil // it was said when it was tried
	case elsewhere(err):
		level := slog.LevelError
		if r.Astray.TS == toNobody {
			level = slog.LevelDebug
		}
		b.Log.Log(ctx, level, "neither the channel of a restore nor its requester can be told", append(about, "err", err)...)
		return toNobody, nil
	case err != nil:
		return "", untold{err}
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

// say posts a note where it is seen: in the thread, in the channel if there is
// no card, or to the requester alone if the channel cannot be reached.
func (b *Bot) say(ctx context.Context, r *Restore, p Portal, n Note) error {
	ts, err := b.Chat.Reply(ctx, b.card(ctx, *r, p), n)
	switch {
	case elsewhere(err):
		ts, direct := b.direct(ctx, *r, p, n, err)
		if ts == toNobody && refusedForGood(err) {
			return untold{err} // it is tried again
		}
		return direct
	case err != nil:
		return untold{err}
	}
	b.noted(ctx, *r, n, ts)
	return nil
}

// announce tells the end in the channel, once. While that cannot be reached the
// requester is told, once, and the channel is tried again.
func (b *Bot) announce(ctx context.Context, r *Restore, p Portal) error {
	if r.EndTS != "" {
		return nil
	}
	end := Note{Kind: NoteEnd, Broadcast: true, Trail: b.trailEnd(ctx)}
	ts, why := b.Chat.Reply(ctx, b.card(ctx, *r, p), end)
	next := *r
	switch {
	case why == nil:
		next.EndTS = ts
		return b.keep(ctx, r, next, Event{At: time.Now().UTC(), Restore: r.ID, Kind: EventTold, Detail: b.link(ctx, r.Channel, ts)})
	case elsewhere(why) && r.Astray.EndTS == "":
		ts, err := b.direct(ctx, *r, p, end, why)
		if err != nil {
			return err
		}
		if ts == toNobody && refusedForGood(why) {
			return untold{why}
		}
		next.Astray.EndTS = ts
		if err := b.keep(ctx, r, next); err != nil {
			return err
		}
	}
	return untold{why}
}

// givenUp reports whether the end is told no more.
func givenUp(why error, since time.Duration) bool {
	return unreachable(why) && since >= keepTelling || refusedForGood(why) && since >= keepTellingNever
}

// trailEnd is what the channel keeps of the audit trail. It is worth no failure.
func (b *Bot) trailEnd(ctx context.Context) string {
	end, err := b.Store.TrailEnd(ctx)
	if err != nil {
		b.Log.WarnContext(ctx, "the end of the audit trail could not be read", "err", err)
	}
	return end
}

// tell makes the card show the end, replies in the thread where the end is
// worth it, and settles the restore. Neither waits for the other's turn.
func (b *Bot) tell(ctx context.Context, r Restore, p Portal) (Next, error) {
	later := b.show(ctx, &r, p)
	if later != nil && !isUntold(later) {
		return Next{After: soon}, later
	}
	next := Next{After: pause(later)}
	if r.State.Told() || r.lapsed() { // people wait for what they confirmed
		if err := b.announce(ctx, &r, p); err != nil {
			if !isUntold(err) {
				return Next{After: soon}, err
			}
			next.After, later = min(next.After, pause(err)), err
		}
	}
	if since := time.Since(r.EndedAt); later != nil && !givenUp(later, since) {
		if elsewhere(later) && since > 30*patience { // it takes a person, who takes their time
			next.After = max(next.After, 30*patience)
		}
		return next, later
	}
	if later == nil && r.State == Succeeded && !r.Care.Done {
		return b.care(ctx, r, p)
	}
	if later != nil {
		b.Log.ErrorContext(ctx, "the end of a restore was never told in its channel", "restore", r.ID, "state", r.State, "err", later)
	}
	was := r
	r.Settled, r.AnswerURL = true, docspace.Secret{}
	if _, err := b.Store.Save(ctx, was, r); err != nil {
		return Next{After: soon}, err
	}
	return Next{Done: true}, nil
}
