package blockkit

import (
	"fmt"

	"docspace-restorebot/bot"
)

// doubtText says why nobody can tell when the safety backup ends, or whether,
// and what people may do; "" where there is no doubt.
func doubtText(c bot.Card) string {
	r, s := c.Restore, c.Restore.Safety
	if s.Doubt == "" || r.AsksForWaiver() {
		return ""
	}
	var what string
	switch s.Doubt {
	case bot.AlarmSafetyWaits:
		what = ":rotating_light: *The safety backup has waited for another backup for " + bot.Span(c.Now.Sub(s.StartedAt)) + ".*"
	case bot.AlarmSafetySlow:
		what = fmt.Sprintf(":rotating_light: *The safety backup shows no change for %s, at %d%%.* It is slow, or its worker died.",
			bot.Span(c.Now.Sub(s.ChangedAt)), min(max(s.Percent, 0), 100))
	default:
		what = ":rotating_light: *The portal does not say how far the safety backup is:* " + EscapeText(s.Why, maxShort) + ". " + CutMarkup(EscapeText(s.Cure, maxSaid), maxReason)
	}
	if !r.CanBeWaived(c.Now) {
		return lines(what, "Nothing has failed and nothing was restored. The bot keeps asking; *Dismiss* drops the restore.")
	}
	return lines(what, "Nothing has failed and nothing was restored. The bot keeps asking.",
		"Wait, or decide by "+date(s.AskUntil)+": *Restore without it*, perhaps with no way back, or *Dismiss*.")
}

// doubtNote tells people that they may decide.
func doubtNote(c bot.Card) string {
	return lines(mentions(c.Restore.People()), doubtText(c), "The buttons are on the card.")
}
