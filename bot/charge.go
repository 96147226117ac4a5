package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// Charge is what is known of the cost of a safety backup on a portal that is not
// self-hosted: there a backup beyond the month's free ones is charged, and
// switches the paid service on by itself. The zero value means that none is
// taken, or that it costs nothing.
type Charge struct {
	At time.Time `json:",omitzero"`
	// Service is whether the paid service is on: "on", "off", or "" where that
	// could not be asked.
	Service string `json:",omitzero"`
	// Free and Paid are how many were made this month; below 0 could not be counted.
	Free int `json:",omitzero"`
	Paid int `json:",omitzero"`
}

// chargeOf asks what a safety backup may cost. An unanswered question leaves the
// cost unknown and refuses nothing.
func chargeOf(ctx context.Context, r Restore, p Portal, s docspace.Settings) Charge {
	if s.Standalone || !r.needsSafetyBackup(p.Safety) {
		return Charge{}
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	c := Charge{At: time.Now().UTC(), Free: -1, Paid: -1}
	if on, err := p.API.BackupServiceEnabled(ask); err == nil {
		c.Service = "off"
		if on {
			c.Service = "on"
		}
	}
	for paid, n := range map[bool]*int{false: &c.Free, true: &c.Paid} {
		if made, err := p.API.BackupsCount(ask, time.Time{}, time.Time{}, paid); err == nil {
			*n = made
		}
	}
	return c
}
