package blockkit

import (
	"fmt"
	"strconv"

	"docspace-restorebot/bot"
)

// cameBackLines compare each number with what was expected; one that is too small
// is loud, and stands on the card too.
func cameBackLines(r bot.Restore, all bool) (out []string) {
	for _, c := range r.CameBack() {
		if !all && !c.Short {
			continue
		}
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
			text = ":rotating_light: *Too few: " + text + ".* Do not call it restored; look at it now"
		}
		out = append(out, text+".")
	}
	if all && len(out) > 0 {
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
