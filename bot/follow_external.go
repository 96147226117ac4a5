package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
)

// PressFollow asks to follow a restore that was started elsewhere. Its button
// stands in an answer that one person sees, and its value is a portal's name.
const PressFollow Action = "follow"

// pressFollow answers the Follow button.
func (b *Bot) pressFollow(ctx context.Context, p Press) Answer {
	portal, no := b.choose(ctx, p.Caller, p.Restore, mayUse)
	if no == nil {
		no = b.policy(portal).CheckMembership(ctx, b.Directory, p.Caller)
	}
	if no != nil {
		return b.refuse(ctx, p.Caller, "", no)
	}
	return b.adoptExternal(ctx, p.Caller, portal)
}

// adoptExternal records a restore that this bot did not start. It begins in
// the state running, from which no move leads to a start.
func (b *Bot) adoptExternal(ctx context.Context, c policy.Caller, p Portal) Answer {
	ask, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	ts, err := askTasks(ask, p.API)
	task, dump, runs := ts.running()
	switch {
	case err != nil:
		return b.refuse(ctx, c, "", p.refuseUnanswered(err))
	case !runs:
		return &policy.Refusal{Rule: policy.RuleStale, What: "Nothing runs on " + p.Name + " now, so there is nothing to follow.", Do: "/restore status looks again."}
	}
	now := time.Now().UTC()
	r := Restore{
		ID: NewID(), Portal: p.Name, Address: p.Address(), State: Running, Followed: true,
		Delivery: "follow:" + p.Name + ":" + task.TaskID, // one row a task, even if two people press
		Team:     c.Team, Channel: c.Channel, Requester: c.User,
		RequestedAt: now, ExpiresAt: now, StartedAt: now, TaskID: task.TaskID, SeenAt: now, SeenBy: b.Process,
	}
	r.Order.Dump = dump
	r.Progress = r.Progress.next(task, "", now)
	err = b.Store.Create(ctx, r, Event{
		At: now, Restore: r.ID, Kind: EventFollowed, Actor: c.User, Detail: map[string]string{"portal": p.Name, "task": task.TaskID, "channel": c.Channel},
	})
	switch {
	case errors.Is(err, ErrDuplicate):
		return &policy.Refusal{Rule: policy.RuleBusy, What: "The bot follows it already.", Do: "/restore status shows how far it is."}
	case errors.Is(err, ErrPortalBusy):
		return b.refuse(ctx, c, "", b.busyRefusal(ctx, p.PortalName))
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	}
	return TextAnswer{"Following it. Its card comes to this channel; the bot starts and stops nothing."}
}
