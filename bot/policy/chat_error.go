package policy

import "time"

// ChatError is a no of the chat's, with what it takes to make it a yes. It
// holds no secret.
type ChatError struct {
	Doing  string // in words
	Method string // of the chat's API
	Code   string // the chat's own word for why
	Needs  string // the scope that is missing
	Detail string // what is wrong with the content
	Fix    string // who can change it, and how
	Means  error  // what it is to the domain, such as [ErrChannelClosed]; nil if nothing in particular
	// Held is set where the chat was not asked again yet, and After is when it
	// may be.
	Held  bool
	After time.Duration
	Cause error
}

// Error names the method and the code.
func (e *ChatError) Error() string {
	text := e.Doing + ": "
	if e.Means != nil {
		text += e.Means.Error() + ": "
	}
	text += RefusedCall(e.Method, e.Code, e.Needs)
	if e.Detail != "" {
		text += " [" + e.Detail + "]"
	}
	return text
}

// RefusedCall says that a method was refused, with the code and the scope.
func RefusedCall(method, code, needs string) string {
	text := method + " is refused: " + code
	if needs != "" {
		text += ", the scope " + needs + " is missing"
	}
	return text
}

func (e *ChatError) Unwrap() []error {
	var all []error
	for _, err := range []error{e.Means, e.Cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// RetryAfter is when to try again.
func (e *ChatError) RetryAfter() time.Duration { return e.After }
