package docspacetest

import "time"

// Script is how long each phase of a restore takes.
type Script struct {
	Queued   time.Duration // Created: no worker has taken it yet
	Download time.Duration // Running at 0 percent; the portal is still open
	Import   time.Duration // 10 to 75 percent; locked from here on
	Copy     time.Duration // stands at 75 percent
	Swap     time.Duration // the tenants are being swapped, still at 75 percent
}

// Total divides a time into phases much as a real restore does.
func Total(d time.Duration) Script {
	return Script{Queued: d / 20, Download: d / 5, Import: d * 3 / 10, Copy: d * 2 / 5, Swap: d / 20}
}

// whole is from the request to the end.
func (s Script) whole() time.Duration { return s.lock() + s.Import + s.Copy + s.Swap }

// lock is when the portal closes.
func (s Script) lock() time.Duration { return s.Queued + s.Download }

// swap is when the swap begins.
func (s Script) swap() time.Duration { return s.lock() + s.Import + s.Copy }

// reach is when a restore has come to that percentage, as if it grew evenly.
func (s Script) reach(percent int) time.Duration {
	switch {
	case percent <= 0:
		return s.lock() - 1 // the end of the download, still open
	case percent <= 10:
		return s.lock()
	case percent < 75:
		return s.lock() + s.Import*time.Duration(percent-10)/65
	case percent == 75:
		return s.lock() + s.Import
	default:
		return s.swap()
	}
}
