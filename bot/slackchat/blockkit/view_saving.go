package blockkit

import (
	"fmt"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
)

// savingText says how far the safety backup has come.
func savingText(c bot.Card) string {
	return lines(frozenMeanwhile(c), stageText(c), doubtText(c))
}

func stageText(c bot.Card) string {
	s := c.Restore.Safety
	place := EscapeText(s.Place, maxShort)
	const later = "The restore starts when it is done; nothing was restored yet. "
	switch s.Stage {
	case bot.SafetyWaiting:
		return lines("*The safety backup waits: the portal makes another backup*"+percentOf(s)+".",
			later+wait(c)+"*Dismiss* drops it all.", nextText(c))
	case bot.SafetySent:
		return lines("*The bot told the portal to back itself up first*, once, to "+place+".",
			later+wait(c)+"*Dismiss* still drops it.", nextText(c))
	case bot.SafetyRunning:
		return lines(fmt.Sprintf("*Safety backup*  %s %d%%", bar(s.Percent), min(max(s.Percent, 0), 100)),
			"To "+place+", for "+bot.Span(c.Now.Sub(s.StartedAt))+". "+later+wait(c)+"*Dismiss* still drops it.", nextText(c))
	case bot.SafetyAsked:
		return lines(":rotating_light: *The safety backup failed:* "+EscapeText(s.Why, maxReason)+".",
			"Nothing was restored and the portal is unchanged. *Without it there is no way back.*",
			"Somebody who may confirm decides by "+date(s.AskUntil)+": *Restore without it*, or *Dismiss*.")
	case bot.SafetyWaived:
		return mention(s.WaivedBy) + " lets the restore go on without its safety backup. Nothing was started yet; it starts in a moment."
	case bot.SafetyDone:
	}
	return lines("*The safety backup is done:* "+savedName(s)+". The restore starts in a moment; nothing to do.", warningText(s))
}

// wait says that there is nothing to do, where that is so.
func wait(c bot.Card) string {
	if c.Restore.CanBeWaived(c.Now) {
		return ""
	}
	return "Nothing to do; "
}

// savedName is the file of a safety backup that is done.
func savedName(s bot.Safety) string {
	if s.Backup.FileName != "" {
		return EscapeText(s.Backup.FileName, maxWord)
	}
	return "a file whose name the bot could not read in the history (" + EscapeText(s.Unseen, maxReason) + ")"
}

func percentOf(s bot.Safety) string {
	if s.Percent <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%d%%)", s.Percent)
}

func warningText(s bot.Safety) string {
	if s.Warning == "" {
		return ""
	}
	return ":warning: *The portal warns of the safety backup:* " + EscapeText(s.Warning, maxSaid)
}

// wayBack says how to come back to what the portal was before the restore.
func wayBack(c bot.Card) string {
	r, s := c.Restore, c.Restore.Safety
	switch {
	case r.StartedAt.IsZero() || r.Followed || r.Order.DryRun:
		return ""
	case s.Stage == bot.SafetyWaived && s.Doubt != "":
		return "• *There may be no way back:* the restore did not wait for its safety backup. Look in `/restore list` for one of " +
			date(s.StartedAt) + " in " + EscapeText(s.Place, maxWord) + ": it may have ended after all."
	case s.Stage != bot.SafetyDone:
		return "• *There is no way back:* no safety backup was taken before this restore."
	case s.Backup.FileName == "" && r.Aftercare.WayBack == "":
		return "• *The way back:* the safety backup of " + date(s.EndedAt) + " in " + EscapeText(s.Place, maxWord) +
			". The bot does not know the name of its file: look for that time in `/restore list`."
	case r.Aftercare.WayBack != "":
		return "• *The way back:* `/restore " + plainCode(command.Order{BackupID: r.Aftercare.WayBack, Dump: r.Order.Dump}.Canonical(r.Portal)) + "` undoes this restore (" + EscapeText(s.Backup.FileName, maxWord) + ")."
	case r.Aftercare.Done && !r.Aftercare.GaveUp && r.Aftercare.Counts.Backups < 0:
		return "• *The way back:* the safety backup " + EscapeText(s.Backup.FileName, maxWord) + " in " + EscapeText(s.Place, maxWord) +
			". The portal did not show its history, so the bot does not know whether the backup is in it: look for the name in `/restore list`."
	case r.Aftercare.Done && !r.Aftercare.GaveUp:
		return "• :warning: *The way back is not in the history:* " + EscapeText(s.Backup.FileName, maxWord) + " should be in " + EscapeText(s.Place, maxWord) +
			". Have the server's operator look whether the file is there before it is needed."
	}
	return "• *The way back:* the safety backup " + EscapeText(s.Backup.FileName, maxWord) + " in " + EscapeText(s.Place, maxWord) +
		". Its id has changed: the bot finds it when a new key is in place, or look for the name in `/restore list`."
}

// savingButtons: it can be dismissed for as long as nothing is restored.
func savingButtons(c bot.Card) []slack.BlockElement {
	dismiss := button(actionDismiss, c.Restore.ID, "Dismiss")
	if !c.Restore.CanBeWaived(c.Now) {
		return []slack.BlockElement{dismiss}
	}
	loss := "There is no way back to what " + portalName(c) + " is now. "
	if !c.Restore.AsksForWaiver() {
		loss = "The safety backup is not done and the restore does not wait for it: there may be no way back. "
	}
	return []slack.BlockElement{
		button(actionUnsafe, c.Restore.ID, "Restore without it").WithStyle(slack.StyleDanger).
			WithConfirm(sure("Restore "+portalName(c)+" without it?", loss+sureText(c), "Restore")),
		dismiss,
	}
}
