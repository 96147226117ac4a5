package bot

import (
	"context"
	"errors"

	"docspace-restorebot/bot/policy"
)

// Press answers a button. The first valid press wins; every other one is told
// what became of the restore. A nil answer means that the card says it all.
func (b *Bot) Press(ctx context.Context, p Press) (Answer, FollowUp) {
	answer, later := b.answerPress(ctx, p)
	return withEffect(policy.PressChangedNothing, answer, later)
}

func (b *Bot) answerPress(ctx context.Context, p Press) (Answer, FollowUp) {
	ctx = AboutPress(ctx, p)
	p.Caller = b.Policy.NormalizeCaller(p.Caller)
	if no := b.Policy.CheckOrigin(p.Caller); no != nil {
		return b.refuse(ctx, p.Caller, "", no), nil
	}
	later := func(answer func(context.Context, Press) Answer) FollowUp {
		return func(ctx context.Context) Answer { return answer(AboutPress(ctx, p), p) }
	}
	switch p.Action {
	case PressType:
		return OpenModal{nameModalPlaceholder()}, later(b.fillModal)
	case PressLoss:
		return OpenModal{lossPlaceholder()}, later(b.fillModal)
	case PressDetails:
		return OpenModal{detailsPlaceholder()}, later(b.details)
	case PressPick:
		return OpenModal{pickerPlaceholder()}, later(b.fillPickerFromList)
	case PressOlder:
		return nil, later(b.older)
	case PressFollow:
		return nil, later(b.pressFollow)
	case PressTick:
		answer, err := retryOnRace(func() (Answer, error) { return nil, b.tick(ctx, p) })
		if err != nil {
			answer = b.refusalOf(ctx, p.Caller, err)
		}
		return answer, nil
	default: // on a card
	}
	var tidy FollowUp
	answer, err := retryOnRace(func() (answer Answer, err error) {
		answer, tidy, err = b.pressOnce(ctx, p)
		return answer, err
	})
	if err != nil {
		answer = b.refusalOf(ctx, p.Caller, err)
	}
	return answer, tidy
}

// pressOnce decides a press. The follow-up is good with an error too.
func (b *Bot) pressOnce(ctx context.Context, p Press) (Answer, FollowUp, error) {
	r, err := b.Store.Get(ctx, p.Restore)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil, refused("", unknownRestore())
	case err != nil:
		return nil, nil, err
	}
	later := b.stripOrphan(r, p)
	if r.wasHandled(p.Caller) {
		return nil, later, nil
	}
	r, no, err := b.followChannel(ctx, r, p)
	if err != nil {
		return nil, later, b.saveOutcome(ctx, p.Caller, r, err)
	}
	if no == nil {
		no = checkCard(r, p)
	}
	if no != nil {
		return nil, later, refused(r.ID, no)
	}
	if r.CardTS == "" {
		adopted, err := b.adoptCard(ctx, r, p)
		if err != nil {
			return nil, nil, b.saveOutcome(ctx, p.Caller, r, err)
		}
		r, later = adopted, func(ctx context.Context) Answer {
			b.recordCardLink(ctx, adopted)
			return nil
		}
	}
	answer, err := b.handlePress(ctx, p, r)
	return answer, later, err
}

// handlePress answers a press on a card of the restore.
func (b *Bot) handlePress(ctx context.Context, p Press, r Restore) (Answer, error) {
	if p.Action == PressStop {
		return nil, b.stopCountdown(ctx, p.Caller, r)
	}
	if no := b.policyOf(r).CheckMembership(ctx, b.Directory.Fresh(), p.Caller); no != nil {
		return nil, refused(r.ID, no)
	}
	switch p.Action {
	case PressConfirm:
		if b.policyOf(r).TypingFor(r.request()) {
			return nil, refused(r.ID, mustType())
		}
		return nil, b.confirm(ctx, p.Caller, r, p.MessageTS, "")
	case PressDismiss:
		return nil, b.dismiss(ctx, p.Caller, r, "")
	case PressRestored, PressNothing:
		return nil, b.settleUnclear(ctx, p, r)
	case PressUnsafe:
		return nil, b.waiveSafetyBackup(ctx, p, r)
	case PressType:
		return b.askForName(ctx, p, r)
	case PressLoss:
		return b.showLoss(ctx, p, r), nil
	case PressStop, PressPick, PressFollow, PressDetails, PressTick, PressOlder: // handled above
	}
	return nil, refused(r.ID, unknownButton("Use the buttons of the newest card."))
}

// tooLate says what became of a restore whose button came too late.
func tooLate(r Restore) *policy.Refusal {
	no := &policy.Refusal{Rule: policy.RuleStale, Restore: r.ID, Do: "See its card, or /restore status."}
	if r.CardTS == "" {
		no.Do = "See /restore status."
	}
	switch r.State {
	case Requested:
		no.What = "Somebody else pressed at the same moment, or the request is still being checked."
	case Saving:
		no.What = "This restore was confirmed already and waits for its safety backup."
	case Confirmed, Starting, Running:
		no.What = "This restore was confirmed already, by the people below, and is on its way: it cannot be stopped."
		if r.State == Confirmed && r.Order.BreakGlass {
			no.What, no.Do = "This restore was confirmed already.", "Until its countdown ends, Stop on its card stops it."
		}
		no.People.IDs = r.Confirmers()
	case Unclear:
		no.What = "Whether this restore started or ended is unclear."
	case Dismissed:
		no.What = "This restore was dismissed by the person below before it started."
		no.People.IDs = []string{r.ClosedBy}
	case Expired:
		return requestExpired(r)
	case Succeeded, Failed, Rehearsed, Refused:
		no.What = "This restore has ended: " + r.Outcome() + "."
	}
	return no
}

func unknownRestore() *policy.Refusal {
	return &policy.Refusal{Rule: policy.RuleUnknown, What: "The bot does not know this restore.", Do: "Ask for it again with /restore."}
}

func unknownButton(do string) *policy.Refusal {
	return &policy.Refusal{Rule: policy.RuleStale, What: "The bot does not know this button.", Do: do}
}

func otherChannel() *policy.Refusal {
	return &policy.Refusal{Rule: policy.RuleChannel, What: "This restore belongs to another channel.", Do: "Press the button on its own card."}
}

func requestExpired(r Restore) *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RuleStale, What: "This request has expired and its restore did not start.", Do: "Ask again with /restore.", Restore: r.ID,
	}
}
