package command

// SyntaxError says what is wrong with a command line: nothing of it is done.
type SyntaxError struct {
	What    string // what is wrong
	Do      string // what to do
	Suggest string // the nearest right spelling, "" if there is none near
}

func (e *SyntaxError) Error() string { return e.What + " " + e.Do }

func refuse(what, do string) error { return refuseWith(what, do, "") }

func refuseWith(what, do, suggestion string) error {
	return &SyntaxError{What: what, Do: do, Suggest: suggestion}
}
