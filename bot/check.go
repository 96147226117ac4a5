package bot

import (
	"context"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// check asks the chat and the portal all that has to be known before people
// are shown a button, then posts the card. Nothing is changed by it.
func (b *Bot) check(ctx context.Context, r Restore, p Portal) (Next, error) {
	now := time.Now().UTC()
	switch {
	case now.Before(r.ExpiresAt):
	case r.Cards == 0: // nobody has seen it
		return b.turnedAway(ctx, r, neverShown())
	default:
		return b.move(ctx, r, r.ended(Expired, now, Reason{}), EventExpired)
	}
	if was := r; r.CardTS == "" {
		if r.Cards >= maxCards {
			return b.turnedAway(ctx, r, &policy.Refusal{
				Rule: policy.RuleChannel, What: "The card of this request was removed from the channel again and again. Nothing was started.",
				Do: "Find out who or what removes the bot's messages there, then ask again.",
			})
		}
		no := b.policy(p).Inspect(ctx, b.Directory, policy.Caller{Team: r.Team, Channel: r.Channel, User: r.Requester})
		if no == nil {
			no = b.ready(ctx, &r, p)
		}
		if ctx.Err() != nil {
			return Next{After: soon}, ctx.Err() // the bot stops: nobody is to blame
		}
		if no != nil && no.Busy && now.Sub(r.RequestedAt) < busyFor {
			return Next{After: soon}, nil // a crowd asks; nobody is turned away for that
		}
		if no != nil {
			return b.turnedAway(ctx, r, no)
		}
		// Before anybody can press the card: a press is held to the recorded plan.
		r.Plan = planOf(r, p, b.policyOf(r))
		var err error
		if r, err = b.Store.Save(ctx, was, r); err != nil {
			return Next{After: soon}, err
		}
		ts, err := b.Chat.PostCard(ctx, b.card(ctx, r, p))
		if no := refusedCard(err); no != nil {
			return b.turnedAway(ctx, r, no)
		}
		if err != nil {
			return Next{After: r.before(r.ExpiresAt, pause(err))}, untold{err}
		}
		if r, err = b.recordCard(ctx, r, ts); err != nil {
			return Next{After: soon}, err
		}
		b.linked(ctx, r)
	}
	if err := b.show(ctx, &r, p); err != nil {
		return Next{After: r.before(r.ExpiresAt, pause(err))}, err
	}
	if r.CardTS == "" {
		return Next{After: soon}, nil // it was removed
	}
	return Next{After: r.waits(time.Now().UTC())}, nil
}

// busyFor is how long a request waits for its turn to ask Slack who somebody is.
const busyFor = 2 * time.Minute

func (b *Bot) turnedAway(ctx context.Context, r Restore, no *policy.Refusal) (Next, error) {
	next := r.ended(Refused, time.Now().UTC(), reasonOf(no))
	next.Suggest = no.Suggest
	return b.move(ctx, r, next, EventRefused)
}

// ready checks the portal, the key and the backup, and fills in what it learns.
func (b *Bot) ready(ctx context.Context, r *Restore, p Portal) *policy.Refusal {
	if err := r.Order.Check(); err != nil {
		return syntaxRefusal(err)
	}
	settings, no := free(ctx, r, p)
	if no == nil {
		no = safe(*r, p, settings)
	}
	if no != nil {
		return no
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	key, err := p.API.KeySelf(ask)
	switch {
	case err != nil:
		return p.unanswered(err)
	case !key.CanRestore() || key.Expired(time.Now()):
		return &policy.Refusal{Rule: policy.RuleKey, What: "The bot's API key is switched off, expired, or may not write on this portal. Nothing was started.", Do: "Give it the permission *:write if it lacks that. Else: " + p.KeyFrom.newKey()}
	}
	backups, no := b.find(ctx, r, p)
	if no == nil {
		b.outlook(ctx, r, p, key, backups)
		r.Outlook.Charge = chargeOf(ctx, *r, p, settings)
	}
	return no
}

// free checks that the portal is up and that nothing restores it now.
func free(ctx context.Context, r *Restore, p Portal) (docspace.Settings, *policy.Refusal) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	settings, err := p.API.Settings(ctx)
	if err != nil {
		return settings, p.unanswered(err)
	}
	if another := r.otherPortal(settings); another != "" {
		return settings, another.refusal()
	}
	r.PortalVersion, r.PortalAlias = settings.Version, settings.TenantAlias
	ts, err := askTasks(ctx, p.API)
	if err != nil {
		return settings, p.unanswered(err)
	}
	if task, dump, ok := ts.running(); ok {
		return settings, runsElsewhere(task, dump)
	}
	r.TaskBefore, r.DumpBefore = ts.own.TaskID, ts.dump.TaskID
	if inactive(settings) {
		return settings, standing(settings.TenantStatus).refusal("The portal is not active")
	}
	if r.Order.Dump && !settings.Standalone {
		return settings, &policy.Refusal{Rule: policy.RulePortal, What: "This portal is not self-hosted, and --dump is for whole self-hosted servers. Nothing was started.", Do: "Ask again without --dump."}
	}
	if r.Order.Dump && !knowsDump(settings.Version) {
		return settings, &policy.Refusal{
			Rule: policy.RulePortal,
			What: "The portal's version does not know --dump, or cannot be told: it would restore the portal alone. Nothing was started.",
			Do:   "Ask again without --dump, or bring the server to 3.1 or newer first.",
		}
	}
	return settings, nil
}

// runsElsewhere refuses a request for what runs already.
func runsElsewhere(task docspace.Progress, dump bool) *policy.Refusal {
	what := "A restore runs on the portal"
	if dump {
		what = "A restore of the whole server runs"
	}
	return &policy.Refusal{
		Rule: policy.RuleBusy,
		What: fmt.Sprintf("%s already, at %d %%, and this bot did not start it. Nothing was started.", what, task.Percent),
		Do:   "Wait for its end; /restore status shows how far it is.",
	}
}

// knowsDump reports whether a server of this version heeds dump: before 3.1 it
// ignores it without a word.
func knowsDump(version string) bool {
	var major, minor int
	if n, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil || n != 2 {
		return false
	}
	return major > 3 || major == 3 && minor >= 1
}
