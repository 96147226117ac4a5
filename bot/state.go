package bot

import "slices"

// State is where a restore stands. The zero value is no state.
type State string

// The states of a restore; the package comment draws the moves between them.
const (
	Requested State = "requested"
	Confirmed State = "confirmed"
	Saving    State = "saving"
	Starting  State = "starting"
	Running   State = "running"
	Unclear   State = "unclear"

	Succeeded State = "succeeded"
	Failed    State = "failed"
	Rehearsed State = "rehearsed"
	Refused   State = "refused"
	Dismissed State = "dismissed"
	Expired   State = "expired"
)

// moves lists every legal move; anything else is a bug or a lost race.
var moves = map[State][]State{
	Requested: {Confirmed, Refused, Dismissed, Expired},
	Confirmed: {Requested, Saving, Starting, Failed, Rehearsed, Dismissed, Expired},
	Saving:    {Requested, Starting, Failed, Dismissed, Expired},
	Starting:  {Running, Failed, Unclear},
	Running:   {Succeeded, Failed, Unclear},
	Unclear:   {Running, Succeeded, Failed},
}

// CanMove reports whether a restore may go from one state to another. Staying in an
// open state is legal: progress is saved that way.
func CanMove(from, to State) bool {
	return from == to || slices.Contains(moves[from], to)
}

// OpenStates lists the states that hold a portal: while a restore is in one of
// them, no second one may be asked for on the same portal.
func OpenStates() []State {
	return []State{Requested, Confirmed, Saving, Starting, Running, Unclear}
}

// Open reports whether the restore still holds its portal.
func (s State) Open() bool { return slices.Contains(OpenStates(), s) }

// Ended reports whether no move leads out of the state.
func (s State) Ended() bool { return s != "" && len(moves[s]) == 0 }

// Announced reports whether the whole channel is told of the state. A restore that
// ended before it could start is told on its card, or to the requester alone.
func (s State) Announced() bool {
	return s == Succeeded || s == Failed || s == Unclear
}
