package blockkit

import (
	"fmt"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// outcome says where a restore stands: what happened, whether anything was
// changed, and what to do now.
func outcome(c bot.Card) string {
	r := c.Restore
	switch r.State {
	case bot.Requested:
		return askText(c)
	case bot.Confirmed:
		if countsDown(c) {
			return countdownText(c)
		}
		return "Confirmed by " + mentions(r.Confirmers()) + ". Nothing was started yet; it starts in a moment. Nothing to do."
	case bot.Saving:
		return savingText(c)
	case bot.Starting:
		return lines("The portal was told to start, once. It is not sent a second time, and it *cannot be cancelled*. Its answer is awaited; nothing to do.", troubleText(r.Progress))
	case bot.Running:
		return runningText(c)
	case bot.Unclear:
		return lines(reasonText(r.Reason), otherText(c),
			"The bot cannot tell whether the portal was restored, and starts nothing by itself.", lockedText(r),
			"*Look at the portal:* is its status Active, and does it hold what the backup held? Then press the button that is true. Until then no other restore of it can be asked for.")
	case bot.Succeeded:
		return succeededText(c)
	case bot.Failed:
		return failedText(c)
	case bot.Rehearsed:
		return lines("*Dry run: nothing was started.* All checks passed and it was confirmed by "+confirmers(r)+".",
			"The portal is unchanged. Leave out `--dry-run` to restore it.")
	case bot.Refused:
		return lines(reasonText(r.Reason), "Nothing was started and the portal is unchanged.")
	case bot.Dismissed:
		if len(r.Confirmations) > 0 && r.Reason.Rule == policy.RuleBreakGlass {
			return lines("Stopped by "+mention(r.ClosedBy)+" while the countdown ran. Nothing was started and the portal is unchanged.",
				"Ask again with `/restore` if it is needed after all.")
		}
		return lines("Dismissed by "+mention(r.ClosedBy)+". Nothing was started and the portal is unchanged.", dismissedWhy(r), leftBackup(r),
			"Ask again with `/restore` if it is needed after all.")
	case bot.Expired:
		if r.Reason.What != "" {
			return lines(reasonText(r.Reason), "Nothing was started and the portal is unchanged.", leftBackup(r))
		}
		return lines("Nobody confirmed in time: it expired "+date(r.ExpiresAt)+". Nothing was started and the portal is unchanged.",
			"Ask again with `/restore` if it is still needed.")
	}
	return "The state of this restore is not known to this version of the bot. See `/restore status`."
}

// otherText tells of a task on the portal that may be another restore.
func otherText(c bot.Card) string {
	o := c.Restore.Other
	if o.ID == "" {
		return ""
	}
	what := "*A restore of which this bot does not know the backup* "
	switch {
	case o.OK:
		what += "has ended on the portal, and the portal calls it completed"
	case o.Ended:
		what += "has ended on the portal without success"
	default:
		what += fmt.Sprintf("is on the portal, at %d %%", o.Percent)
	}
	return what + ". It was first seen " + date(o.SeenAt) + "; somebody else may have started it."
}

// lockedText is the cure of a portal that stays locked.
func lockedText(r bot.Restore) string {
	if r.Progress.Tenant != docspace.TenantRestoring {
		return ""
	}
	return "The portal says of itself: *Restoring*. " + workerCure
}

// leftBackup says what becomes of the safety backup of a restore that is not made.
func leftBackup(r bot.Restore) string {
	switch r.Safety.Stage {
	case bot.SafetySent, bot.SafetyRunning, bot.SafetyDone:
		return "Its safety backup goes on by itself and stays in the history."
	case bot.SafetyWaiting, bot.SafetyAsked, bot.SafetyWaived:
	}
	return ""
}

func confirmers(r bot.Restore) string {
	if len(r.Confirmations) == 0 {
		return "nobody"
	}
	return mentions(r.Confirmers())
}

func failedText(c bot.Card) string {
	r := c.Restore
	changed := "The old data is intact: a restore that fails leaves the portal as it was."
	switch {
	case r.ClosedBy != "" && !r.Order.Dump: // a person's word, which the bot did not check
		changed = ""
	case r.StartedAt.IsZero():
		changed = "Nothing was started and the portal is unchanged."
	case r.Order.Dump:
		changed = ":rotating_light: *With `--dump` the old data may be gone in part.* Do not use the server before somebody has looked."
	}
	after := ""
	if !r.StartedAt.IsZero() {
		after = "It ended after " + span(r.Elapsed(c.Now)) + "."
	}
	do := EscapeText(r.Reason.Do, maxSaid)
	if do == "" {
		do = "Look whether the portal answers, then try again or take another backup from `/restore list`."
	}
	parts := append([]string{EscapeText(r.Reason.What, 2*maxSaid), after, changed}, awayLines(r)...)
	return lines(append(parts, do)...)
}

// dismissedWhy is what somebody said when they dismissed it.
func dismissedWhy(r bot.Restore) string {
	if r.ClosedWhy == "" {
		return ""
	}
	return "Reason: " + EscapeText(r.ClosedWhy, maxSaid)
}
