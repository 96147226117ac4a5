package bot

import "strconv"

// Count is a number with its noun, and with the verb of that where it has one: "1 file",
// "3 files", "1 channel takes", "0 channels take". Every text for people counts by it.
func Count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
