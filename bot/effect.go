package bot

import (
	"context"
	"strings"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// withEffect returns an answer and its follow-up. Their refusals say e, unless they say
// another effect already.
func withEffect(e policy.Effect, answer Answer, later FollowUp) (Answer, FollowUp) {
	if later == nil {
		return answerWithEffect(e, answer), nil
	}
	return answerWithEffect(e, answer), func(ctx context.Context) Answer { return answerWithEffect(e, later(ctx)) }
}

func answerWithEffect(e policy.Effect, answer Answer) Answer {
	switch a := answer.(type) {
	case *policy.Refusal:
		return a.WithEffect(e)
	case Faults:
		for field, no := range a {
			a[field] = no.WithEffect(e)
		}
	}
	return answer
}

// effectOfCommand is the effect of a refused command. One that asks starts nothing; one
// that changes something may be about a restore that runs.
func effectOfCommand(verb command.Verb) policy.Effect {
	switch verb {
	case command.VerbCancel, command.VerbFreeze, command.VerbUnfreeze, command.VerbReport:
		return policy.CommandChangedNothing
	case command.VerbRestore, command.VerbPick, command.VerbHelp, command.VerbStatus, command.VerbList, command.VerbHistory, command.VerbDoctor:
	}
	return ""
}

// effect is the effect of a refused act in a modal. The picker asks for a restore; any
// other modal is about one.
func (f Form) effect() policy.Effect {
	if f.Kind == FormPick {
		return ""
	}
	return policy.PressChangedNothing
}

// The effects of a restore that went no further, or of which no more is known.
const (
	Untouched   = "Nothing was restored and the portal is unchanged." // also with a safety backup
	DataIntact  = "The old data is intact."
	DataInDoubt = "Some of the old data may be gone."
	NotChecked  = "The bot did not check that." // of a person's word
	NotKnown    = "The bot cannot tell whether anything was changed."
)

// Effect says whether a restore has changed its portal, "" where it goes on or was
// verified.
func (r Restore) Effect() string {
	switch r.State {
	case Refused, Dismissed, Expired, Rehearsed:
		return Untouched
	case Failed:
		return r.effectOfFailure()
	case Unclear:
		return NotKnown
	case Succeeded:
		if r.ClosedBy != "" {
			return NotChecked
		}
	case Requested, Confirmed, Saving, Starting, Running:
	}
	return ""
}

func (r Restore) effectOfFailure() string {
	switch {
	case r.StartedAt.IsZero():
		return Untouched
	case r.Order.Dump:
		return DataInDoubt
	case r.ClosedBy != "":
		return NotChecked
	}
	return DataIntact
}

// oldEffects are the ends of What in records of older versions.
var oldEffects = []string{
	" Nothing was started.", " Nothing was changed.", " and nothing was started.", " It cannot tell whether anything was changed.",
	"; how it ended cannot be told from here.", "; how ours ended cannot be told from here.",
	" Whether the restore has ended, and how, cannot be told from here.",
}

// WithoutOldEffect is the reason of a record as this version writes it: What says nothing
// of what was changed.
func (r Reason) WithoutOldEffect() Reason {
	for _, old := range oldEffects {
		if what, ok := strings.CutSuffix(r.What, old); ok {
			r.What = strings.TrimSuffix(what, ".") + "."
		}
	}
	return r
}
