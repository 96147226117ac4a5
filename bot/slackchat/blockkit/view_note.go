package blockkit

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// noteText is the reply in the thread of a card. The end mentions everybody
// who asked or confirmed.
func noteText(c bot.Card, n bot.Note) string {
	r := c.Restore
	switch n.Kind {
	case bot.NoteStart:
		return startText(c)
	case bot.NoteSafety:
		return lines(mentions(r.People()), savingText(c), "The buttons are on the card.")
	case bot.NoteCounted:
		return lines(append(append([]string{"*The bot has a key again and counted what came back.* Nothing was changed by that."}, countedLines(c, true)...), wayBack(c), "Is that what the backup held?")...)
	case bot.NoteAlarm:
		return lines(mentions(r.People()), alarmText(c, n.Alarm.Kind))
	case bot.NoteReminder:
		return reminderText(c)
	case bot.NoteDowntime:
		return lines(append(awayLines(r), "Nothing was started twice and nothing was stopped. The card shows where the restore is now.")...)
	case bot.NoteBreakGlass:
		return aloneText(c)
	case bot.NoteWithdrawn:
		return lines(mention(r.Requester)+": the confirmation of "+withdrawn(r)+" does not count any more: they may no longer confirm.",
			"Nothing was started.", "Have somebody else confirm it on the card: "+cmp.Or(stillMay(c), "nobody is left")+".")
	case bot.NoteListOpen:
		return listOpenText(c)
	case bot.NoteReport, bot.NoteLoss, bot.NoteList: // messages of their own form
	case bot.NoteChannelLost: // only ever direct
	case bot.NoteEnd:
		return endText(c, n)
	}
	return headline(c)
}

// startText says that the portal began, and what it comes back to if need be.
func startText(c bot.Card) string {
	s := c.Restore.Safety
	saved := ""
	if s.Stage == bot.SafetyDone {
		saved = "The safety backup is done: " + savedName(s) + ". It is the way back."
	}
	return lines("*The restore has started.* It cannot be cancelled. Confirmed by "+confirmers(c.Restore)+".", saved, warningText(s), "The card shows how far it is; nothing to do.")
}

// endText is the word in the channel: what happened, and where the rest stands.
func endText(c bot.Card, n bot.Note) string {
	r := c.Restore
	var what string
	switch r.State {
	case bot.Succeeded:
		what = endedWell(c)
	case bot.Failed:
		what = lines(CutMarkup(EscapeText(r.Reason.What, 2*maxSaid), maxBrief), effectText(r))
	case bot.Unclear:
		what = CutMarkup(EscapeText(r.Reason.What, 2*maxSaid), maxBrief) + " " + r.Effect() + " Look at the portal, then press the button on its card that fits."
	default:
		what = outcome(c)
	}
	rest := "The card says what to do."
	if link, ok := linkable(n.Link); ok {
		rest = "<" + link + "|The card> says what to do."
	}
	if r.State == bot.Succeeded {
		rest = strings.Replace(rest, "says what to do.", "and its thread have the rest.", 1)
	}
	return lines(mentions(r.People()), "*"+headline(c)+"*", what, rest)
}

// sealLine is where the audit trail ends, kept outside of the database: small, and below
// what people need now. `restorebot audit verify --head` takes it.
func sealLine(n bot.Note) []slack.Block {
	if n.Trail == "" {
		return nil
	}
	return []slack.Block{footnote("Seal of the bot's records so far, for an audit: " + code(n.Trail))}
}

// endedWell is a success in a line or two.
func endedWell(c bot.Card) string {
	r := c.Restore
	if r.Verdict.Trouble != "" || !r.Verdict.Login {
		return verdictText(r.Verdict)
	}
	return "It took " + bot.Span(r.Elapsed(c.Now)) + ". " + verdictText(r.Verdict)
}

func awayLines(r bot.Restore) []string {
	var out []string
	if !r.AlteredAt.IsZero() && r.Reason.Rule != policy.RuleAltered {
		out = append(out, ":rotating_light: *The record of this restore was changed in the database, outside the bot*, before "+date(r.AlteredAt)+". Who asked and who confirmed may not be true: look at the audit trail.")
	}
	for _, a := range r.Downtimes {
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
			sign+"*No worker has begun the restore of "+portalName(c)+"* for "+bot.Span(c.Now.Sub(p.ChangedAt))+".",
			"The portal is unchanged so far. The server's backup worker is down or busy, or the server lost the order. Its answers do not tell which.",
			"Look at the server's backup services, and start the worker if it is down. Do not ask for a second restore.")
	case bot.AlarmStalled:
		return lines(
			sign+"*The restore of "+portalName(c)+" shows no change* for "+bot.Span(c.Now.Sub(p.ChangedAt))+": "+lowerFirst(phaseWords(p.Phase))+".",
			tenantLine(p),
			stalledText(p),
			"The bot keeps asking. If the end never comes, say on the card what became of it.")
	case bot.AlarmSilent:
		return lines(
			sign+"*The portal "+portalName(c)+" does not answer* for "+bot.Span(c.Now.Sub(p.TroubleSince))+": "+EscapeText(p.Trouble, maxReason)+".",
			"The restore may well go on. The bot does not start it again.",
			cmp.Or(CutMarkup(EscapeText(p.TroubleCure, maxSaid), maxReason), "Look whether the portal answers.")+" The bot keeps asking.")
	case bot.AlarmSafetyWaits, bot.AlarmSafetySlow, bot.AlarmSafetySilent:
		return doubtNote(c)
	}
	return sign + "Something looks wrong: " + EscapeText(string(kind), maxWord) + ". The bot did not start it again. Look at the portal."
}

// reminderText calls those who may confirm.
func reminderText(c bot.Card) string {
	r := c.Restore
	return lines(
		cmp.Or(stillMay(c), "Nobody")+": the restore of "+portalName(c)+" that "+mention(r.Requester)+" asked for still waits for somebody to confirm it, until "+date(r.ExpiresAt)+".",
		"Nothing was started yet.", "Press *Restore* or *Dismiss* on its card.")
}

// workerCure is the whole cure of a portal whose worker died in a restore. Its
// status alone leaves the dead task in the queue, which each new start joins.
const workerCure = "If the worker died, the server's operator starts it again, sets the portal's status back to Active in the database " +
	"(`tenants_tenants.status` = 0) *and* removes the dead task from the queue's cache (the key that begins with `asc_distributed_task_queue_v2_`): " +
	"while that is there, a new restore silently joins the dead one, for up to a day."

// stalledText says what a restore that does not move may be. A portal that says
// that it is closed for another reason has no dead worker.
func stalledText(p bot.Progress) string {
	const large = "A large backup can take this long. Look at the log of the server's backup background service."
	switch p.Tenant {
	case docspace.TenantSuspended, docspace.TenantRemovePending, docspace.TenantMigrating, docspace.TenantEncryption, docspace.TenantTransferring:
		return "The restore did not cause that. Ask the server's operator what becomes of both."
	case docspace.TenantActive:
		if p.Phase == bot.PhaseQueued || p.Phase == bot.PhaseDownloading || p.Phase == "" {
			return large
		}
		return "It is Active although its restore has not ended: somebody set its status by hand, or the worker died. " +
			"The bot cannot see whether its data is old or new. " + workerCure
	case docspace.TenantRestoring:
	}
	return large + " " + workerCure
}

// bar draws a percentage.
func bar(percent int) string {
	const cells = 12
	full := min(max(percent, 0), 100) * cells / 100
	return strings.Repeat("█", full) + strings.Repeat("░", cells-full)
}

// tenantLine is what the portal last said of itself.
func tenantLine(p bot.Progress) string {
	if p.Tenant == "" {
		return ""
	}
	return "The portal says that it is *" + EscapeText(string(p.Tenant), maxWord) + "*."
}
