package bot

import "time"

// Backlog is what a store says of its restores and of the steps that wait, for
// metrics and readiness.
type Backlog struct {
	States    map[State]int // restores by state, the ended ones included
	Unsettled int           // restores with something left to do or to tell
	Overdue   int           // those whose step is some seconds late
	Lag       time.Duration // how late the latest of them is
	LastStep  time.Time     // when any step last began or ended; zero before the first
	Stuck     bool          // steps are late and none is made
}
