package slackchat

import (
	"fmt"

	"docspace-restorebot/bot"
)

// outcome says where a restore stands: what happened, whether anything was
// changed, and what to do now.
func outcome(c bot.Card) string {
	r := c.Restore
	switch r.State {
	case bot.Requested:
		return askText(c)
	case bot.Confirmed:
		return "Confirmed by " + mentions(r.Confirmers()) + ". Nothing was started yet; it starts in a moment. Nothing to do."
	case bot.Starting:
		return "The portal was told to start, once. It is not sent a second time, and it *cannot be cancelled*. Its answer is awaited; nothing to do."
	case bot.Running:
		return runningText(c)
	case bot.Unclear:
		return lines(reasonText(r.Reason),
			"The bot cannot tell whether the portal was restored, and starts nothing by itself.",
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
		return lines("Dismissed by "+mention(r.ClosedBy)+". Nothing was started and the portal is unchanged.",
			"Ask again with `/restore` if it is needed after all.")
	case bot.Expired:
		return lines("Nobody confirmed in time: it expired "+date(r.ExpiresAt)+". Nothing was started and the portal is unchanged.",
			"Ask again with `/restore` if it is still needed.")
	}
	return "The state of this restore is not known to this version of the bot. See `/restore status`."
}

func confirmers(r bot.Restore) string {
	if len(r.Confirmations) == 0 {
		return "nobody"
	}
	return mentions(r.Confirmers())
}

func runningText(c bot.Card) string {
	r, p := c.Restore, c.Restore.Progress
	trouble := ""
	if p.Trouble != "" {
		trouble = ":warning: The portal could not be asked since " + date(p.TroubleSince) + ": " + foreign(p.Trouble, maxSaid) +
			" The restore may well go on; the bot keeps asking."
	}
	phase := p.Phase
	if phase == "" {
		phase = bot.PhaseQueued
	}
	parts := []string{
		fmt.Sprintf("*%s*  %s %d%%", foreign(string(phase), maxWord), bar(p.Percent), min(max(p.Percent, 0), 100)),
		"Running for " + span(r.Elapsed(c.Now)) + ".", trouble,
	}
	parts = append(parts, awayLines(r)...)
	return lines(append(parts,
		"The portal is locked and being replaced. This *cannot be cancelled*: the server knows no way to stop it. Nothing to do but wait; its end is told here.")...)
}

func succeededText(c bot.Card) string {
	r, v := c.Restore, c.Restore.Verdict
	verdict := "Not verified: it was not checked whether the portal works. Log in and look."
	switch {
	case v.At.IsZero():
	case v.Trouble != "":
		verdict = ":warning: *Not verified:* " + foreign(v.Trouble, maxSaid) + " Log in and look."
	case !v.Login:
		verdict = ":warning: *Not verified:* the login page did not answer. Look at the portal."
	default:
		verdict = "Verified " + date(v.At) + ": the portal answers, its login page too"
		if v.Version != "" {
			verdict += ", version " + code(v.Version)
		}
		verdict += "."
	}
	mail := "only the owner got a mail; everybody else uses _Forgot password_"
	if r.Order.Notify {
		mail = "everyone got a mail"
	}
	licence := ""
	if r.Order.Dump {
		licence = "• The whole server was replaced: put its licence back and look at its other portals."
	}
	parts := []string{"The portal was restored in " + span(r.Elapsed(c.Now)) + ". It is now as it was when the backup was taken.", verdict}
	parts = append(parts, awayLines(r)...)
	return lines(append(parts,
		"*What to do now:*",
		"• All passwords were reset; "+mail+".",
		"• The API key and all tokens are dead: make a new key in the portal and give it to the bot, or it can restore nothing more.",
		"• Two-factor settings were wiped: have people set them up again.",
		"• The ids of the backups changed: use `/restore list` before the next restore.",
		licence)...)
}

func failedText(c bot.Card) string {
	r := c.Restore
	changed := "The old data is intact: a restore that fails leaves the portal as it was."
	switch {
	case r.StartedAt.IsZero():
		changed = "Nothing was started and the portal is unchanged."
	case r.Order.Dump:
		changed = ":rotating_light: *With `--dump` the old data may be gone in part.* Do not use the server before somebody has looked."
	}
	after := ""
	if !r.StartedAt.IsZero() {
		after = "It ended after " + span(r.Elapsed(c.Now)) + "."
	}
	do := foreign(r.Reason.Do, maxSaid)
	if do == "" {
		do = "Look whether the portal answers, then try again or take another backup from `/restore list`."
	}
	parts := append([]string{foreign(r.Reason.What, 2*maxSaid), after, changed}, awayLines(r)...)
	return lines(append(parts, do)...)
}
