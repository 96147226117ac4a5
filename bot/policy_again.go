package bot

import (
	"context"
	"slices"
	"time"
)

// stillAdmitted checks anew what admitted a request: its channel, and the person
// who asked. Settings and people change while it waits.
func (p Policy) stillAdmitted(ctx context.Context, d Directory, r Restore) *Refusal {
	if !p.Channels.Any && !slices.Contains(p.Channels.IDs, r.Channel) {
		return &Refusal{
			Rule: RuleChannel, What: "Restores may not be asked for in this channel any more. Nothing was started.",
			Do: "Ask again in one of the channels below.", People: p.Channels,
		}
	}
	may := p.MayRequest
	if r.Order.BreakGlass {
		may = p.MayBreakGlass
	}
	no := may(ctx, d, r.Requester)
	if no == nil {
		no = p.Inspect(ctx, d, Caller{Team: r.Team, Channel: r.Channel, User: r.Requester})
	}
	if no == nil || no.Rule == RuleDirectory || no.Rule == RuleChannel {
		return no
	}
	return &Refusal{
		Rule: no.Rule, What: "The person below asked for this restore and may not do so any more. Nothing was started.",
		Do: "Somebody who may has to ask again with /restore.", People: AllowList{IDs: []string{r.Requester}},
	}
}

// mayStillConfirm checks anew, with a directory that asks anew, that a person may
// confirm a restore.
func (p Policy) mayStillConfirm(ctx context.Context, d Directory, r Restore, user string) *Refusal {
	if no := p.MayConfirm(ctx, d, r, user); no != nil {
		return no
	}
	return p.Inspect(ctx, d, Caller{Team: r.Team, Channel: r.Channel, User: user})
}

// withdraw takes back the confirmations of people who may not confirm any more,
// and asks the others again. What was backed up meanwhile does not count: what
// starts is backed up just before.
func (b *Bot) withdraw(ctx context.Context, r Restore, who []string) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.State, next.Safety, next.StartsAt, next.GlassTS = Requested, Safety{}, time.Time{}, ""
	next.Reminded = true // by the note that tells of this
	next.Confirmations = slices.DeleteFunc(slices.Clone(r.Confirmations), func(c Confirmation) bool { return slices.Contains(who, c.User) })
	for _, user := range who {
		if !slices.Contains(next.Withdrawn, user) {
			next.Withdrawn = append(slices.Clip(next.Withdrawn), user)
		}
	}
	var events []Event
	for _, user := range who {
		events = append(events, Event{At: now, Restore: r.ID, Kind: EventWithdrawn, Detail: map[string]string{"user": user}})
	}
	_, err := b.Store.Save(ctx, r, next, events...)
	if err != nil {
		return Next{After: soon}, err
	}
	return Next{}, nil
}

// tellWithdrawn tells the channel once of each confirmation that was taken back.
func (b *Bot) tellWithdrawn(ctx context.Context, r *Restore, p Portal) error {
	if len(r.Withdrawn) == r.WithdrawnTold {
		return nil
	}
	if err := b.say(ctx, r, p, Note{Kind: NoteWithdrawn, Broadcast: true}); err != nil {
		return err
	}
	next := *r
	next.WithdrawnTold = len(r.Withdrawn)
	return b.keep(ctx, r, next)
}
