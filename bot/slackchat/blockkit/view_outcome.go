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
		return lines("Confirmed by "+mentions(r.Confirmers())+". It starts in a moment. Nothing was started yet.", frozenMeanwhile(c))
	case bot.Saving:
		return savingText(c)
	case bot.Starting:
		return lines("The bot told the portal to restore, once, and waits for its answer. It cannot be cancelled; nothing to do.", troubleText(r.Progress))
	case bot.Running:
		return runningText(c)
	case bot.Unclear:
		return unclearText(c)
	case bot.Succeeded:
		return succeededText(c)
	case bot.Failed:
		return failedText(c)
	case bot.Rehearsed:
		return lines("*The dry run is over.* All checks passed, and "+confirmers(r)+" confirmed it.",
			r.Effect(), "Leave out `--dry-run` to restore it.")
	case bot.Refused:
		return lines(reasonWhat(r.Reason), r.Effect(), reasonDo(r.Reason))
	case bot.Dismissed:
		if len(r.Confirmations) > 0 && r.Reason.Rule == policy.RuleBreakGlass {
			return lines(mention(r.ClosedBy)+" stopped it while it counted down. "+r.Effect(),
				"Ask again with `/restore` if it is needed after all.")
		}
		return lines("Dismissed by "+mention(r.ClosedBy)+dismissedWhy(r)+". "+r.Effect(), leftBackup(r),
			"Ask again with `/restore` if it is needed after all.")
	case bot.Expired:
		if r.Reason.What != "" {
			return lines(reasonWhat(r.Reason), r.Effect(), leftBackup(r), reasonDo(r.Reason))
		}
		return lines("Nobody confirmed it by "+date(r.ExpiresAt)+", so it expired. "+r.Effect(),
			"Ask again with `/restore` if it is still needed.")
	}
	return "This version of the bot does not know where this restore stands. See `/restore status`."
}

// unclearText asks a person to look. The cure of a dead worker is among the details.
func unclearText(c bot.Card) string {
	r := c.Restore
	locked := ""
	if r.Progress.Tenant == docspace.TenantRestoring {
		locked = "The portal says that it is *Restoring*. If its worker died, the cure is under Details."
	}
	return lines(reasonWhat(r.Reason)+" "+r.Effect(), reasonDo(r.Reason), otherText(c), locked,
		"*Look at the portal:* is it Active, and does it hold what the backup held? Then press the button that fits. The bot starts nothing.")
}

// otherText tells of a task on the portal that may be another restore.
func otherText(c bot.Card) string {
	o := c.Restore.Other
	if o.ID == "" {
		return ""
	}
	what := "Another restore, which this bot did not start, "
	switch {
	case o.OK:
		what += "has ended well there"
	case o.Ended:
		what += "has ended there without success"
	default:
		what += fmt.Sprintf("is there, at %d%%", o.Percent)
	}
	return what + "; first seen " + date(o.SeenAt) + "."
}

// lockedText is the cure of a portal that stays locked.
func lockedText(r bot.Restore) string {
	if r.Progress.Tenant != docspace.TenantRestoring {
		return ""
	}
	return "*The portal says that it is Restoring.* " + workerCure
}

// leftBackup says what becomes of the safety backup of a restore that is not made.
func leftBackup(r bot.Restore) string {
	s := r.Safety
	switch {
	case r.Effect() != bot.Untouched:
	case s.Stage == bot.SafetyDone:
		return "Its safety backup is done and stays in the history."
	case s.Stage == bot.SafetySent, s.Stage == bot.SafetyRunning, s.Stage == bot.SafetyWaived && s.Doubt != "" && s.TaskID != "":
		return "Its safety backup goes on by itself and stays in the history."
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
	after := ""
	if !r.StartedAt.IsZero() {
		after = "It ended after " + bot.Span(r.Elapsed(c.Now)) + ". "
	}
	do := CutMarkup(EscapeText(r.Reason.Do, maxSaid), maxReason)
	if do == "" {
		do = "Look whether the portal answers. Then try again, or take another backup from `/restore list`."
	}
	return lines(reasonWhat(r.Reason), after+effectText(r), leftBackup(r), do)
}

// effectText says whether a restore that failed has changed anything.
func effectText(r bot.Restore) string {
	if r.Effect() == bot.DataInDoubt {
		return ":rotating_light: *" + bot.DataInDoubt + "* Do not use the server before somebody has looked."
	}
	return r.Effect()
}

func reasonWhat(r bot.Reason) string { return CutMarkup(EscapeText(r.What, 2*maxSaid), maxReason) }

func reasonDo(r bot.Reason) string { return CutMarkup(EscapeText(r.Do, maxSaid), maxReason) }

// dismissedWhy is what somebody said when they dismissed it.
func dismissedWhy(r bot.Restore) string {
	if r.ClosedWhy == "" {
		return ""
	}
	return ": " + EscapeText(r.ClosedWhy, maxShort)
}
