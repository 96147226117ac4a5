package slackchat

import (
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// noteText is the reply in the thread of a card. The end mentions everybody
// who asked or confirmed.
func noteText(c bot.Card, n bot.Note) string {
	r := c.Restore
	switch n.Kind {
	case bot.NotePhase:
		return "Now: *" + phaseName(r.Progress.Phase) + "*, after " + span(r.Elapsed(c.Now)) +
			". The restore goes on by itself; nothing to do."
	case bot.NoteSafety:
		return safetyNote(c)
	case bot.NoteCounted:
		return lines(append(append([]string{"*The portal answers to a key again.* Nothing was changed by counting."}, countedLines(c)...), wayBack(c), "Look whether that is what the backup held.")...)
	case bot.NoteAlarm:
		return alarmText(c, n.Alarm.Kind)
	case bot.NoteAway:
		return lines(append(awayLines(r), "Nothing was started twice and nothing was stopped. The card shows where the restore is now.")...)
	case bot.NoteGlass:
		return glassText(c)
	case bot.NoteReport: // a message of its own form
	case bot.NoteAstray: // only ever direct
	case bot.NoteEnd:
		return cutMarkup(lines(mentions(r.People()), headline(c), outcome(c)), maxText)
	}
	return headline(c)
}

func awayLines(r bot.Restore) []string {
	var out []string
	for _, a := range r.Aways {
		out = append(out, "The bot was away from "+date(a.From)+" to "+date(a.To)+"; the restore went on without it.")
	}
	return out
}

func alarmText(c bot.Card, kind bot.AlarmKind) string {
	p := c.Restore.Progress
	sign := ":rotating_light: "
	switch kind {
	case bot.AlarmQueued:
		return lines(
			sign+"*No worker has picked the restore up* for "+span(c.Now.Sub(p.ChangedAt))+".",
			"The portal is unchanged so far, but the restore begins as soon as a worker is there.",
			"Look whether the server's backup background service runs, and start it. Do not ask for a second restore.")
	case bot.AlarmStalled:
		return lines(
			sign+"*No change* for "+span(c.Now.Sub(p.ChangedAt))+", at "+foreign(string(p.Phase), maxWord)+".",
			tenantLine(p),
			stalledText(p))
	case bot.AlarmSilent:
		return lines(
			sign+"*The portal cannot be asked* for "+span(c.Now.Sub(p.TroubleSince))+": "+foreign(p.Trouble, maxSaid)+".",
			"The restore may well go on: the bot only cannot see it, and starts nothing anew.",
			orElse(foreign(p.TroubleCure, maxSaid), "Look whether the portal answers.")+" The bot keeps asking.")
	case bot.AlarmForgotten:
		return lines(
			sign+"*The portal no longer knows the task* since "+date(c.Restore.SilentSince)+".",
			tenantLine(p),
			"It may have ended, or been lost with the server's queue. The bot starts nothing anew.",
			"Look at the portal: is its status Active, and does it hold what the backup held?")
	}
	return sign + "Something looks wrong: " + foreign(string(kind), maxWord) + ". Nothing was started anew; look at the portal."
}

// stalledText says what to look for. A portal that says that it is closed for
// another reason has no dead worker.
func stalledText(p bot.Progress) string {
	const look = "Look at the log of the server's backup background service."
	switch p.Tenant {
	case docspace.TenantSuspended, docspace.TenantRemovePending, docspace.TenantMigrating, docspace.TenantEncryption, docspace.TenantTransferring:
		return "That is not the restore's doing: whoever runs the server has to say what becomes of both. The bot keeps asking."
	case docspace.TenantActive:
		return "A large backup can take this long. " + look + " The bot keeps asking."
	case docspace.TenantRestoring:
	}
	return "A large backup can take this long; else the worker may be dead, and the portal stays locked then.\n" + look +
		" If it is dead, start it again; if the portal then still says Restoring, " +
		"whoever runs the server has to set its status back to Active in the database. The bot keeps asking."
}

// bar draws a percentage.
func bar(percent int) string {
	const cells = 20
	full := min(max(percent, 0), 100) * cells / 100
	return strings.Repeat("█", full) + strings.Repeat("░", cells-full)
}

// tenantLine is what the portal last said of itself.
func tenantLine(p bot.Progress) string {
	if p.Tenant == "" {
		return ""
	}
	return "The portal says of itself: *" + foreign(string(p.Tenant), maxWord) + "*."
}
