package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/bot/policy"
)

// stepConfirmed checks everything again, then begins the safety backup or starts the
// restore.
func (b *Bot) stepConfirmed(ctx context.Context, r Restore, p Portal) (Next, error) {
	if err := b.show(ctx, &r, p); err != nil && errors.Is(err, ErrStale) {
		return Next{}, err
	}
	if r.Followed {
		return Next{After: unclearPoll}, fmt.Errorf("restore %s is only followed and must not be started", r.ID)
	}
	freeze, err := b.Store.Frozen(ctx)
	if err != nil {
		return Next{After: soon}, err // a freeze that cannot be read may be set
	}
	if freeze.On() {
		no := freeze.refusal()
		return b.move(ctx, r, r.withEnd(Failed, time.Now().UTC(), reasonFrom(no)), EventEnded)
	}
	if r.State == Confirmed && r.countsDown() {
		if next, over, err := b.runCountdown(ctx, &r, p); !over || err != nil {
			return next, err
		}
	}
	was, now := r, time.Now().UTC()
	no, withdrawn := b.recheck(ctx, r, p)
	if len(withdrawn) > 0 {
		return b.withdraw(ctx, r, withdrawn)
	}
	if no != nil && no.Rule == policy.RuleDirectory && now.Sub(r.readySince()) < recheckFor {
		return Next{After: soon}, nil // Slack may answer again
	}
	if no == nil && !r.needsSafetyBackup(p.Safety) {
		r = b.lossAtStart(ctx, r, p)
	}
	looked := time.Now()
	if no == nil {
		_, no = checkPortalFree(ctx, &r, p)
	}
	if ctx.Err() != nil || no != nil && no.Busy {
		return Next{After: soon}, ctx.Err() // not asked, or the bot is stopping
	}
	now = time.Now().UTC() // reading the history may have taken a minute
	if no != nil {
		return b.move(ctx, was, was.withEnd(Failed, now, reasonFrom(no)), EventEnded)
	}
	if r.Order.DryRun {
		return b.move(ctx, was, r.withEnd(Rehearsed, now, Reason{What: "This was a dry run: everything was checked."}), EventEnded)
	}
	if r.needsSafetyBackup(p.Safety) {
		return b.beginSafetyBackup(ctx, was, p)
	}
	return b.start(ctx, was, r, p, looked)
}
