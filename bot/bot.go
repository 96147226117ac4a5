package bot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// Bot decides commands and presses, and takes restores further step by step. Store holds
// all of its state.
type Bot struct {
	Store     Store
	Chat      Chat
	Directory policy.Directory
	Portals   Portals
	Policy    policy.Policy
	// Process names this run of the program, to tell a restart from a slow step.
	Process string
	// Poll is how often a running restore is asked for its progress.
	Poll time.Duration
	// Doctor are asked by /restore doctor.
	Doctor []Examiner
	Log    *slog.Logger
	// Loss says whether portals are asked what a restore takes; OnLossRead, if set, is
	// told of each reading.
	Loss       LossRules
	OnLossRead func(LossRead)
	// OnCommand is called with each command's verb and whether the command could be
	// read. It may be nil.
	OnCommand func(v command.Verb, readable bool)

	lists            backupLists  // what portals answered; a loss does no harm
	historiesWaiting atomic.Int32 // histories that steps wait for
}

// Command is a slash command with its raw text.
type Command struct {
	Caller    policy.Caller
	Delivery  string // trigger_id: the same when Slack delivers it again
	Text      string
	AnswerURL docspace.Secret
}

// Action is the meaning of a button.
type Action string

// The buttons of a card.
const (
	PressConfirm  Action = "confirm"
	PressDismiss  Action = "dismiss"
	PressRestored Action = "settle_restored"
	PressNothing  Action = "settle_nothing"
	// PressUnsafe lets a restore go on without its safety backup.
	PressUnsafe Action = "unsafe"
	PressType   Action = "type" // opens the modal that asks for the portal's name
	PressLoss   Action = "loss" // opens what the restore takes, by name
	PressStop   Action = "stop" // while the countdown of a break-glass restore runs
)

// Press is a button pressed on a card.
type Press struct {
	Caller    policy.Caller
	Action    Action
	Restore   string // the button's value
	MessageTS string
	Choice    Choice   // of PressTick
	Card      CardMark // of the message, zero where it is not the bot's own or carries none
	AnswerURL docspace.Secret
}

// Command admits, parses and answers a slash command. A request is recorded before
// Command returns; slow work is left to the FollowUp or to a step.
func (b *Bot) Command(ctx context.Context, c Command) (Answer, FollowUp) {
	c.Caller = b.Policy.NormalizeCaller(c.Caller)
	line, unread := command.Parse(c.Text)
	if b.OnCommand != nil {
		b.OnCommand(line.Verb, unread == nil)
	}
	answer, later := b.answerCommand(ctx, c, line, unread)
	return withEffect(effectOfCommand(line.Verb), answer, later)
}

func (b *Bot) answerCommand(ctx context.Context, c Command, line command.Line, unread error) (Answer, FollowUp) {
	if no := b.admit(ctx, c.Caller, line); no != nil {
		return b.refuse(ctx, c.Caller, "", no), nil
	}
	if unread != nil {
		return b.refuse(ctx, c.Caller, "", syntaxRefusal(unread)), nil
	}
	switch line.Verb {
	case command.VerbRestore:
		return b.request(ctx, c, line), nil
	case command.VerbPick:
		return b.openPicker(c.Caller, line.Portal)
	case command.VerbCancel:
		return b.answerMember(ctx, c.Caller, func() Answer { return b.cancelByID(ctx, c.Caller, line.ID, line.Reason) }), nil
	case command.VerbFreeze, command.VerbUnfreeze:
		return b.answerMember(ctx, c.Caller, func() Answer { return b.freeze(ctx, c.Caller, line) }), nil
	case command.VerbStatus:
		return TextAnswer{"Looking ..."}, func(ctx context.Context) Answer {
			return b.answerMember(ctx, c.Caller, func() Answer { return b.answerStatus(ctx, c.Caller) })
		}
	case command.VerbHistory:
		return b.answerMember(ctx, c.Caller, func() Answer { return b.listHistory(ctx, c.Caller) }), nil
	case command.VerbReport:
		return TextAnswer{"Writing the report ..."}, func(ctx context.Context) Answer {
			return b.answerMember(ctx, c.Caller, func() Answer { return b.postReport(ctx, c.Caller, line.ID) })
		}
	case command.VerbList:
		portal, no := b.choose(ctx, c.Caller, line.Portal, mayUse)
		if no != nil {
			return b.refuse(ctx, c.Caller, "", no), nil
		}
		return TextAnswer{"Asking " + portal.Name + " for its backups ... With many of them on a cloud this takes up to a minute and a half."}, func(ctx context.Context) Answer {
			return b.answerMember(ctx, c.Caller, func() Answer { return b.listBackups(ctx, portal, line.Dump) })
		}
	case command.VerbDoctor:
		return TextAnswer{"Checking everything that a restore needs ..."}, func(ctx context.Context) Answer {
			return b.answerDoctor(ctx, c.Caller)
		}
	case command.VerbHelp:
	}
	return Help{Topic: line.Topic}, nil
}

// answerMember answers unless the chat calls the person a guest, a bot or a
// stranger, or the channel is shared.
func (b *Bot) answerMember(ctx context.Context, c policy.Caller, answer func() Answer) Answer {
	if no := b.Policy.CheckMembership(ctx, b.Directory, c); no != nil {
		return b.refuse(ctx, c, "", no)
	}
	return answer()
}

func (b *Bot) request(ctx context.Context, c Command, line command.Line) Answer {
	if b.Policy.Reason && !visible(line.Order.Reason) {
		bare := line.Order
		bare.Reason = ""
		return b.refuse(ctx, c.Caller, "", &policy.Refusal{
			Rule: policy.RuleReason, What: "A restore needs a reason, and so does a dry run.",
			Do: "Ask again with --reason and a few words in double quotes.", Suggest: bare.Canonical(line.Portal) + ` --reason "..."`,
		})
	}
	portal, no := b.choose(ctx, c.Caller, line.Portal, mayRequest(line.Order))
	if no != nil {
		return b.refuse(ctx, c.Caller, "", no)
	}
	now := time.Now().UTC()
	r := Restore{
		ID: NewID(), Portal: portal.Name, Address: portal.Address(), State: Requested, Delivery: c.Delivery,
		Team: c.Caller.Team, Channel: c.Caller.Channel, Requester: c.Caller.User,
		Order: line.Order, AnswerURL: c.AnswerURL,
		RequestedAt: now, ExpiresAt: now.Add(b.Policy.TTL),
	}
	events := []Event{{
		At: now, Restore: r.ID, Kind: EventRequested, Actor: r.Requester,
		Detail: map[string]string{"channel": r.Channel, "portal": r.Portal, "command": line.Order.Canonical(r.Portal)},
	}}
	if r.Order.BreakGlass {
		events = append(events, Event{
			At: now, Restore: r.ID, Kind: EventBreakGlass, Actor: r.Requester, Detail: map[string]string{"reason": r.Order.Reason},
		})
	}
	ctx = about(ctx, r.ID)
	err := b.Store.Create(ctx, r, events...)
	switch {
	case errors.Is(err, ErrDuplicate):
		if r, err = b.Store.ByDelivery(ctx, c.Delivery); err == nil {
			return Accepted{Restore: r, Portal: portal.PortalName}
		}
		return b.answerUnrecorded(ctx, err)
	case errors.Is(err, ErrPortalBusy):
		return b.refuse(ctx, c.Caller, "", b.busyRefusal(ctx, portal.PortalName))
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	}
	return Accepted{Restore: r, Portal: portal.PortalName}
}

func (b *Bot) busyRefusal(ctx context.Context, portal PortalName) *policy.Refusal {
	no := &policy.Refusal{
		Rule: policy.RuleBusy,
		What: "Another restore of " + portal.Name + " is open already.",
		Do:   "Look at its card, or at /restore status.",
	}
	open, ok, err := b.Store.OpenOn(ctx, portal)
	if err != nil || !ok {
		return no
	}
	no.Restore = open.ID
	if open.CardTS == "" { // nobody is sent to a card that is not there
		no.Do = open.statusHint()
		return no
	}
	switch open.State {
	case Requested, Saving:
		no.Do = "Look at its card, or at /restore status; dismiss it there if it is not wanted."
	case Unclear:
		no.What = "The bot cannot tell whether another restore of " + portal.Name + " is over."
		no.Do = "Look at the portal, then say with the buttons on its card what became of it."
	default: // no person is needed
		no.Do = "Wait for its end; its card and /restore status show how far it is."
	}
	return no
}

// refuse writes a refusal to the audit trail and returns it with the people who can
// help.
func (b *Bot) refuse(ctx context.Context, c policy.Caller, restore string, no *policy.Refusal) *policy.Refusal {
	err := b.Store.Note(ctx, Event{
		At: time.Now().UTC(), Restore: restore, Kind: EventRefused, Actor: c.User,
		Detail: map[string]string{"rule": string(no.Rule), "channel": c.Channel},
	})
	if err != nil {
		b.Log.ErrorContext(about(ctx, restore), "a refusal could not be recorded", "rule", no.Rule, "err", err)
	}
	return no.WithPeople(ctx, b.Directory, c.User)
}

// answerUnrecorded refuses an act that the store does not take, or of which the store
// cannot say whether it did.
func (b *Bot) answerUnrecorded(ctx context.Context, err error) *policy.Refusal {
	b.Log.ErrorContext(ctx, "a request could not be recorded", "err", err)
	if errors.Is(err, ErrUncertain) {
		return &policy.Refusal{
			Rule: policy.RuleRecord, What: "The database broke off while the bot wrote this down.", Effect: policy.MayBeRecorded,
			Do: "Look at /restore status before you try again.",
		}
	}
	return &policy.Refusal{
		Rule: policy.RuleRecord, What: "The bot could not read or write its records.",
		Do: "Try again in a minute; if it goes on, ask the bot's operator to look at its log.",
	}
}

// syntaxRefusal is an error of [command.Parse] or [command.Order.Check] as a refusal.
func syntaxRefusal(err error) *policy.Refusal {
	no := &policy.Refusal{Rule: policy.RuleSyntax, What: err.Error()}
	if wrong, ok := errors.AsType[*command.SyntaxError](err); ok {
		no.What, no.Do, no.Suggest = wrong.What, wrong.Do, wrong.Suggest
	}
	return no
}

// blanks are letters and symbols that show nothing.
const blanks = "\u115f\u1160\u2800\u3164\uffa0"

// visible reports whether a text shows anything.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && !strings.ContainsRune(blanks, r)
	})
}
