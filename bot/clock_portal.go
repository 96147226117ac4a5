package bot

import "time"

// ClocksAgree is how far the clocks of a portal and of the bot may be apart
// before anybody is told: a Date is of the full second and takes its way.
const ClocksAgree = 30 * time.Second

// timekeeper is an [API] that knows the time on the portal.
type timekeeper interface {
	ClockSkew() (ahead time.Duration, known bool)
}

// clockAhead is how far a portal's clock is ahead of the bot's; 0 where they
// agree, or where it is not known.
func (p Portal) clockAhead() time.Duration {
	k, ok := p.API.(timekeeper)
	if !ok {
		return 0
	}
	ahead, known := k.ClockSkew()
	if !known || ahead.Abs() <= ClocksAgree {
		return 0
	}
	return ahead.Round(time.Second)
}

// portalTime is the time by a portal's clock, which dates its backups.
func (p Portal) portalTime() time.Time { return time.Now().UTC().Add(p.clockAhead()) }

// Lost is how long before a time the backup was taken, by the portal's clock,
// which dates it. Below 0 the backup is dated ahead of that.
func (r Restore) Lost(before time.Time) time.Duration {
	lost := before.Add(r.Preflight.ClockAhead).Sub(r.Backup.CreatedOn)
	if lost < 0 && lost >= -ClocksAgree {
		return 0
	}
	return lost
}

// clocks compares the clocks of a portal and the bot for the doctor, where they
// disagree.
func (p Portal) clocks() []Finding {
	ahead := p.clockAhead()
	if ahead == 0 {
		return nil
	}
	way := " ahead of"
	if ahead < 0 {
		way = " behind"
	}
	return []Finding{warned("clock of "+p.Name, "it is "+ahead.Abs().String()+way+" the bot's", "Let NTP set both (timedatectl set-ntp true): the portal's clock dates its backups, and the bot counts the loss by it.")}
}
