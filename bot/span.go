package bot

import (
	"fmt"
	"time"
)

// Span tells a time in its two largest units.
func Span(d time.Duration) string {
	d = max(d.Round(time.Second), 0)
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return units(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d < 2*day:
		return units(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	default:
		return units(d/day, "days", d%day/time.Hour, "h")
	}
}

// units leaves out the smaller one where it says nothing.
func units(n time.Duration, large string, rest time.Duration, small string) string {
	if rest == 0 {
		return fmt.Sprintf("%d %s", n, large)
	}
	return fmt.Sprintf("%d %s %d %s", n, large, rest, small)
}
