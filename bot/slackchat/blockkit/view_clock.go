package blockkit

import (
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// clockText says that the clocks of the portal and the bot disagree, and by how
// much.
func clockText(o bot.Preflight) string {
	switch {
	case o.ClockAhead > 0:
		return "The portal's clock is " + bot.Span(o.ClockAhead) + " ahead of the bot's."
	case o.ClockAhead < 0:
		return "The portal's clock is " + bot.Span(-o.ClockAhead) + " behind the bot's."
	}
	return ""
}

// datedAhead says that a backup is dated ahead of the portal's clock.
func datedAhead(by time.Duration) string {
	return "dated *" + bot.Span(by) + " ahead* of the clock, so the clocks disagree"
}

// windowAhead is the time that is lost where it cannot be told.
func windowAhead(r bot.Restore, by time.Duration) string {
	return ":warning: *Everything changed since the backup was taken will be lost.* The bot cannot tell how much that is: the backup is " + datedAhead(by) + ", " +
		date(r.Backup.CreatedOn) + ". Compare the clocks before you confirm."
}

// lostText is the time whose changes are gone.
func lostText(r bot.Restore) string {
	lost := r.Lost(r.StartedAt)
	if lost < 0 {
		return "; all changes since it was taken are gone (it is " + datedAhead(-lost) + ")"
	}
	return "; the changes of " + bot.Span(lost) + " are gone"
}

// taken is how old a backup is, by the clock that dated it.
func taken(b docspace.Backup, now time.Time) string {
	if ahead := b.CreatedOn.Sub(now); ahead > bot.ClocksAgree {
		return datedAhead(ahead)
	}
	return ago(b.CreatedOn, now)
}
