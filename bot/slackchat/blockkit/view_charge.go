package blockkit

import (
	"strconv"

	"docspace-restorebot/bot"
)

// chargeText says what a safety backup may cost; "" where it costs nothing.
func chargeText(c bot.Charge) string {
	if c.At.IsZero() {
		return ""
	}
	number := func(n int) string {
		if n < 0 {
			return "unknown"
		}
		return strconv.Itoa(n)
	}
	service := "The portal did not say whether the paid backup service is on; a charge switches it on."
	switch c.Service {
	case "on":
		service = "The paid backup service is on."
	case "off":
		service = "The paid backup service is off; a charge switches it on."
	}
	return ":warning: *The safety backup can be charged:* the portal charges for backups beyond the month's free ones. Made this month: free " + number(c.Free) + ", paid " + number(c.Paid) + ". " + service
}
