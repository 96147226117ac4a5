package bot

import "time"

// Clock is one reading of every clock that measures time. None is enough alone: a
// machine's wall clock may be set, and its other clocks stop while it sleeps or begin anew
// when it boots.
type Clock struct {
	At time.Time // of the database
	// Shared is set where At is of a server that all processes ask.
	Shared  bool          `json:",omitzero"`
	Process string        `json:",omitzero"` // which process has read it
	Ran     time.Duration `json:",omitzero"` // how long that process has run; nobody sets this one
	Boot    string        `json:",omitzero"` // which run of the machine, "" where it cannot be told
	Up      time.Duration `json:",omitzero"` // how long the machine has run, awake or asleep; nobody sets this one either
}

// setBack is how much earlier a shared clock may be for no reason: a stand-by in
// its server's place is not of the same microsecond.
const setBack = time.Second

// since is the time since an earlier reading, at least and at most. The two differ where
// clocks disagree. ok is false where no clock can tell.
func (c Clock) since(then Clock) (least, most time.Duration, ok bool) {
	tell := func(d time.Duration) {
		if d = max(d, 0); !ok || d < least {
			least = d
		}
		most, ok = max(most, d), true
	}
	if c.Process != "" && c.Process == then.Process {
		tell(c.Ran - then.Ran)
	}
	if c.Boot != "" && c.Boot == then.Boot {
		tell(c.Up - then.Up)
	}
	wall := c.At.Sub(then.At)
	if c.Shared && wall >= -setBack {
		tell(wall)
	}
	// A machine's own clock may have been set: it can only add to what is known.
	return least, max(most, wall), ok
}
