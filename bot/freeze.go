package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// ErrFrozen means that restores are frozen: nothing was written.
var ErrFrozen = errors.New("restores are frozen")

// Freeze stops every restore from being requested, confirmed and started. The zero
// value is no freeze.
type Freeze struct {
	By      string // user id
	Reason  string
	Channel string
	At      time.Time
}

// On reports whether restores are frozen.
func (f Freeze) On() bool { return !f.At.IsZero() }

// freezeRefusal refuses while restores are frozen, nil otherwise. A freeze that cannot be
// read counts as one.
func (b *Bot) freezeRefusal(ctx context.Context) *policy.Refusal {
	f, err := b.Store.Frozen(ctx)
	switch {
	case errors.Is(err, ErrAltered):
		b.Log.ErrorContext(ctx, "the database was changed outside the bot", "why", err)
		return &policy.Refusal{
			Rule: policy.RuleFreeze, What: "Somebody changed the bot's database by hand, so the bot cannot tell whether restores are frozen.",
			Do: "Run restorebot audit verify. Then an approver says /restore unfreeze or freeze.",
		}
	case err != nil:
		b.Log.ErrorContext(ctx, "whether restores are frozen cannot be read", "err", err)
		return &policy.Refusal{
			Rule: policy.RuleFreeze, What: "The bot cannot read whether restores are frozen.",
			Do: "Try again in a minute; if it goes on, ask the bot's operator to look at its log.",
		}
	case f.On():
		return f.refusal()
	}
	return nil
}

// freezeShown is the freeze as cards and answers show it.
func (b *Bot) freezeShown(ctx context.Context) FreezeShown {
	f, err := b.Store.Frozen(ctx)
	return FreezeShown{Freeze: f, Unreadable: err != nil}
}

func (f Freeze) refusal() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RuleFreeze, What: "Restores are frozen: " + f.Reason + ".",
		Do:     "Ask the person who froze them, named below. An approver ends it with /restore unfreeze.",
		People: policy.AllowList{IDs: []string{f.By}},
	}
}

// freeze is /restore freeze and /restore unfreeze.
func (b *Bot) freeze(ctx context.Context, c policy.Caller, line command.Line) Answer {
	if no := b.Policy.MayFreeze(ctx, b.Directory, c.User); no != nil {
		return b.refuse(ctx, c, "", no)
	}
	now := time.Now().UTC()
	if line.Verb == command.VerbUnfreeze {
		return b.unfreeze(ctx, c, now)
	}
	f := Freeze{By: c.User, Reason: line.Reason, Channel: c.Channel, At: now}
	err := b.Store.SetFreeze(ctx, f, Event{
		At: now, Kind: EventFrozen, Actor: c.User, Detail: map[string]string{"reason": f.Reason, "channel": c.Channel},
	})
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	return FreezeSet{Freeze: f, Open: b.startedRestores(ctx)}
}

func (b *Bot) unfreeze(ctx context.Context, c policy.Caller, now time.Time) Answer {
	was, err := b.Store.Frozen(ctx)
	switch {
	case errors.Is(err, ErrAltered): // lifting it replaces the altered record
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	case !was.On():
		return &policy.Refusal{Rule: policy.RuleFreeze, What: "Restores are not frozen.", Do: "/restore freeze with a reason freezes them."}
	}
	err = b.Store.SetFreeze(ctx, Freeze{}, Event{
		At: now, Kind: EventUnfrozen, Actor: c.User, Detail: map[string]string{"frozen_by": was.By, "channel": c.Channel},
	})
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	return FreezeSet{Ended: was}
}

// startedRestores lists the restores that have started before the freeze.
func (b *Bot) startedRestores(ctx context.Context) []Restore {
	var under []Restore
	for _, p := range b.Portals {
		r, ok, err := b.Store.OpenOn(ctx, p.PortalName)
		if err == nil && ok && (r.State == Starting || r.State == Running || r.State == Unclear) {
			under = append(under, r)
		}
	}
	return under
}
