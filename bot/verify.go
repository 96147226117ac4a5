package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// verify checks a portal whose task is completed. Only an active portal with a login
// page counts as restored.
func (b *Bot) verify(ctx context.Context, r Restore, p Portal, task docspace.Progress) (Next, error) {
	now := time.Now().UTC()
	next := r
	next.Progress, next.SilentSince = r.Progress.next(task, "", now), time.Time{}
	v, err := r.verdict(ctx, p, now)
	next.Verdict = v
	switch {
	case v.Trouble == "":
		return b.move(ctx, r, next.withEnd(Succeeded, now, Reason{}), EventEnded)
	case now.Sub(v.At) >= verifyLimit:
		return b.move(ctx, r, next.withEnd(Unclear, now, Reason{
			Rule: policy.RuleVerify, What: "The portal's task says that it is done, but " + v.Trouble + ".",
			Do: movedAway(err) + "Look at the portal and say with the buttons what became of it.",
		}), EventEnded)
	case r.Verdict.Trouble == v.Trouble:
		return Next{After: b.Poll}, nil
	}
	return b.saveAndWait(ctx, r, next, b.Poll)
}

// verdict checks the portal. A trouble keeps the time at which it was first seen.
// The error says why the portal could not be asked.
func (r Restore) verdict(ctx context.Context, p Portal, now time.Time) (Verdict, error) {
	v := Verdict{At: now}
	if r.Verdict.Trouble != "" {
		v.At = r.Verdict.At
	}
	settings, err := p.API.Settings(ctx)
	switch another := r.otherPortal(settings); {
	case err != nil:
		v.Trouble = p.explain(err).why
	case another != "":
		v.Trouble = another.Error()
	case inactive(settings):
		v.Trouble = explainStatus(settings.TenantStatus).why
	default:
		v.Version, v.StatusUnknown = settings.Version, settings.TenantStatus == ""
		if err := p.API.LoginPage(ctx); err != nil {
			v.Trouble = "its login page does not answer"
		} else {
			v.Login = true
		}
	}
	return v, err
}

// movedAway is a hint for a portal that no longer answers at its address: the domain in
// the backup has replaced its own.
func movedAway(err error) string {
	if errors.Is(err, docspace.ErrNoPortal) {
		return "If the backup holds another domain of its own, the portal answers there now: put that address into the bot's settings. "
	}
	return ""
}
