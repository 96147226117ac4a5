package policy

import "cmp"

// Effect is the sentence of a [Refusal] that says whether anything was changed. The zero
// value says that nothing was started.
type Effect string

// The effects of acts on a restore. They speak of the act alone, so that they are true
// while the restore runs.
const (
	CommandChangedNothing Effect = "Your command changed nothing."
	PressChangedNothing   Effect = "Your press changed nothing."
	// MayBeRecorded is for an act during whose record the database broke off.
	MayBeRecorded Effect = "It may count all the same."
)

func (e Effect) String() string { return cmp.Or(string(e), "Nothing was started.") }

// String is the whole refusal in one line.
func (no *Refusal) String() string { return no.What + " " + no.Effect.String() + " " + no.Do }

// WithEffect is the refusal with an effect, unless it has one.
func (no *Refusal) WithEffect(e Effect) *Refusal {
	if no == nil || no.Effect != "" {
		return no
	}
	out := *no
	out.Effect = e
	return &out
}
