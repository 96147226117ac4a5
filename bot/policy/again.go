package policy

import (
	"context"
	"slices"
)

// StillAdmitted checks a request's channel and its requester again. Settings and
// people change while a request waits.
func (p Policy) StillAdmitted(ctx context.Context, d Directory, r Request) *Refusal {
	if !p.Channels.Any && !slices.Contains(p.Channels.IDs, r.Channel) {
		return &Refusal{
			Rule: RuleChannel, What: "This channel no longer takes requests for restores.",
			Do: "Ask again in one of the channels below.", People: p.Channels,
		}
	}
	may := p.MayRequest
	if r.Order.BreakGlass {
		may = p.MayBreakGlass
	}
	no := may(ctx, d, r.Requester)
	if no == nil {
		no = p.CheckMembership(ctx, d, Caller{Team: r.Team, Channel: r.Channel, User: r.Requester})
	}
	if no == nil || no.Rule == RuleDirectory || no.Rule == RuleChannel {
		return no
	}
	return &Refusal{
		Rule: no.Rule, What: "The person below asked for this restore and may not do so any more.",
		Do: "Somebody who may has to ask again with /restore.", People: AllowList{IDs: []string{r.Requester}},
	}
}

// MayStillConfirm checks again that a person may confirm a restore. d has to ask the
// chat and not a cache.
func (p Policy) MayStillConfirm(ctx context.Context, d Directory, r Request, user string) *Refusal {
	if no := p.MayConfirm(ctx, d, r, user); no != nil {
		return no
	}
	return p.CheckMembership(ctx, d, Caller{Team: r.Team, Channel: r.Channel, User: user})
}

// BeforeStart is the refusal in the words of a restore that is about to start.
func (no *Refusal) BeforeStart() *Refusal {
	if no.Rule != RuleDirectory {
		return no
	}
	out := *no
	out.What = "Slack could not say whether those who asked and confirmed still may."
	out.Do = "Ask again with /restore when Slack answers again."
	return &out
}
