package blockkit

import (
	"fmt"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// lossLine is what a restore takes away, in a few words that stand large.
func lossLine(c bot.Card) string {
	if c.Restore.Order.Dump {
		return "The whole server will be replaced"
	}
	if lost, told := lostSpan(c.Restore, c); told {
		return "The last " + lost + " will be lost"
	}
	return "Everything since the backup will be lost"
}

// lostSpan is the time whose changes a restore takes away, where it can be told.
func lostSpan(r bot.Restore, c bot.Card) (lost string, told bool) {
	if r.Backup.CreatedOn.IsZero() {
		return "", false
	}
	d := r.Lost(c.Now)
	return bot.Span(d), d >= 0
}

// lossText says what is lost, and what else people should know before they press.
func lossText(c bot.Card) string {
	r := c.Restore
	rehearsal := ""
	if r.Order.DryRun {
		rehearsal = "*Dry run:* the bot checks everything, asks everybody and starts nothing."
	}
	return lines(windowText(c), takesText(c), dumpWarning(c), unlistedText(r), rehearsal, beforeText(c), warningsText(c))
}

// windowText is the time whose changes will be lost, in the reader's own zone.
func windowText(c bot.Card) string {
	r, taken := c.Restore, c.Restore.Backup.CreatedOn
	if taken.IsZero() {
		return ":warning: The bot does not know the backup's age."
	}
	if lost := r.Lost(c.Now); lost < 0 {
		return lines(windowAhead(c.Restore, -lost), clockText(r.Preflight))
	}
	return lines(":warning: Everything changed since *"+date(taken)+"* will be gone.", clockText(r.Preflight))
}

// dumpWarning: a dump replaces the tables of the whole installation in place.
func dumpWarning(c bot.Card) string {
	if !c.Restore.Order.Dump {
		return ""
	}
	return ":rotating_light: `--dump` replaces every portal of the server. *If it fails half-way, the old data is gone.*"
}

// warningsText is what speaks against a press now; "" where nothing does.
func warningsText(c bot.Card) string {
	o := c.Restore.Preflight
	var out []string
	if c.Restore.Order.NoSafety || c.Safety == "" && !c.Restore.Order.DryRun {
		out = append(out, ":warning: *No way back:* no safety backup first.")
	}
	if o.Backing {
		out = append(out, fmt.Sprintf(":warning: A backup runs now (%d%%): better wait.", o.BackingPercent))
	}
	if o.Newer > 0 {
		out = append(out, ":information_source: "+bot.Count(o.Newer, "newer backup exists", "newer backups exist")+".")
	}
	return lines(out...)
}

// unlistedText is what the server will make of an order that the bot cannot see.
func unlistedText(r bot.Restore) string {
	const alarm = ":rotating_light: *`--unlisted`:* "
	storage := r.Order.StorageType
	if r.Backup.ID != "" {
		storage = r.Backup.StorageType
	}
	switch {
	case !r.Order.Unlisted:
		return ""
	case storage == docspace.StorageCustomCloud:
		return alarm + "no server up to 3.7.2 can restore from CustomCloud. It takes the order, fails, and changes nothing."
	case r.Backup.ID != "":
		return alarm + "this backup has expired. If its file is gone, the restore fails and changes nothing."
	case storage == docspace.StorageLocal:
		return alarm + "the portal ignores the path and restores what was uploaded to it last, *whatever that is*."
	}
	return alarm + "the bot cannot see this backup. The portal restores whatever has this id, *also another portal's*."
}

// unreadText says why the bot does not see the backup; "" where it does.
func unreadText(r bot.Restore) string {
	switch {
	case !r.Order.Unlisted || r.Backup.ID != "":
		return ""
	case r.Preflight.Unread != "":
		return "*Not seen:* the history could not be read: " + EscapeText(r.Preflight.Unread, maxSaid) + "."
	}
	return "*Not seen:* the history does not show it. It may be of any time, removed or expired."
}
