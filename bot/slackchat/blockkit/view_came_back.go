package blockkit

import (
	"fmt"
	"strconv"

	"docspace-restorebot/bot"
)

// where is a line that applies here, "" for one that does not.
func where(applies bool, line string) string {
	if applies {
		return line
	}
	return ""
}

// furtherLines are what the portal's own set-up leaves to do.
func furtherLines(r bot.Restore) (out []string) {
	for _, care := range r.FurtherCare() {
		out = append(out, "• *"+EscapeText(care.Text, maxWord)+".* "+EscapeText(care.About, maxSaid))
	}
	return out
}

// cameBackLines compare each number with what was expected; one that is too small
// is loud.
func cameBackLines(r bot.Restore) (out []string) {
	for _, c := range r.CameBack() {
		number := func(n int64) string { return strconv.FormatInt(n, 10) + " " + c.What }
		if c.Expected < 0 && (c.What == bot.ComparedPeople || c.What == bot.ComparedRooms) {
			continue // said above, loudly where most are gone, and nothing more is known
		}
		if c.What == bot.ComparedBytes {
			number = func(n int64) string { return size(n) + " of files" }
		}
		text := "Counted: " + number(c.Now) + ", before the restore " + number(c.Before)
		if c.Expected >= 0 {
			text += ", expected by what changed since the backup " + number(c.Expected)
		}
		if c.Short {
			text = ":rotating_light: *Too few: " + text + ".* Do not call the portal restored before somebody has looked"
		}
		out = append(out, text+".")
	}
	if len(out) > 0 {
		out = append(out, "_Counts prove the database, not the files: open some._")
	}
	return out
}

// size is a number of bytes in words.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, names := float64(n)/unit, []string{"KiB", "MiB", "GiB", "TiB"}
	i := 0
	for ; value >= unit && i < len(names)-1; i++ {
		value /= unit
	}
	return fmt.Sprintf("%.1f %s", value, names[i])
}
