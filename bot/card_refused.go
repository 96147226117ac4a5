package bot

import (
	"errors"

	"docspace-restorebot/bot/policy"
)

// refusedCard says why a request cannot be shown to the team, and so cannot be
// confirmed; nil where the chat may take its card yet.
func refusedCard(err error) *policy.Refusal {
	no := &policy.Refusal{Rule: policy.RuleChat, What: "Slack does not take the card of this request", Do: "Try again in a while, or ask in another channel."}
	switch {
	case errors.Is(err, policy.ErrNotInChannel):
		return policy.NotInvited()
	case errors.Is(err, ErrChannelClosed):
		no.Rule, no.What = policy.RuleChannel, "This channel takes no messages from the bot, so it could not show the team what happens"
	case errors.Is(err, ErrCardBare):
		no.What += "'s buttons, so nobody could confirm it"
		no.Do = "Ask in another channel; the bot's operator finds in its log what Slack says of the buttons."
	case errors.Is(err, policy.ErrChatDenied):
		no.What += ", so nobody could confirm it"
	default:
		return nil
	}
	if said, ok := errors.AsType[*policy.ChatError](err); ok {
		no.What += " (" + policy.RefusedCall(said.Method, said.Code, said.Needs) + ")"
		no.Do = said.Fix + " Then ask again."
	}
	no.What += "."
	return no
}

// requestNeverShown is for a request that expired before the chat took its card.
func requestNeverShown() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RuleChat, What: "Slack took no card of this request for as long as it was good, so nobody could confirm it.",
		Do: "Look at status.slack.com, then ask again with /restore.",
	}
}

// statusHint says where somebody finds a restore that has no card.
func (r Restore) statusHint() string {
	if r.State == Requested {
		return "It has no card yet: it is being checked. /restore status shows it, and /restore cancel " + r.ID + " drops it."
	}
	return "Its card is not there; /restore status shows where it stands."
}
