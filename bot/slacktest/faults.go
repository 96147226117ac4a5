package slacktest

import (
	"net/http"
	"slices"
	"time"
)

// A Failure is what a call gets instead of its answer. Of Hang, Cut, Status and Error the
// first that is set counts.
type Failure struct {
	Times      int           // how many calls; 0: every call until healed
	After      int           // how many calls pass before the first that fails
	Delay      time.Duration // wait first
	Hang       bool          // never answer, until the client gives up
	Cut        bool          // close the connection without an answer
	Status     int           // HTTP status: 429, 500, 503 ...
	RetryAfter time.Duration // header of a 429
	Body       string        // with Status; Slack answers a 5xx with HTML
	Error      string        // {"ok":false,"error":...} with HTTP 200
	Applied    bool          // the call is done first and only its answer is lost
}

// fault is a Failure that is armed.
type fault struct {
	Failure
	method string
	healed chan struct{}
}

// Fail makes calls of a method fail; "*" is every method, "response_url" a post to any
// response_url. An older Failure of the same method goes first. heal ends it, and lets
// calls that hang in it go on as if they had not failed.
func (s *Slack) Fail(method string, f Failure) (heal func()) {
	armed := &fault{Failure: f, method: method, healed: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, armed)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		select {
		case <-armed.healed:
		default:
			close(armed.healed)
		}
		s.disarm(armed)
	}
}

func (s *Slack) disarm(f *fault) {
	s.faults = slices.DeleteFunc(s.faults, func(g *fault) bool { return g == f })
}

// nextFault returns the fault of this call, nil if it is to pass.
func (s *Slack) nextFault(method string) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.method != method && f.method != "*" {
			continue
		}
		if f.After > 0 {
			f.After--
			return nil
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.disarm(f)
			}
		}
		return &fault{Failure: f.Failure, method: method, healed: f.healed}
	}
	return nil
}

// waitOut waits out Delay and Hang. It reports false when the call ends without an answer.
func (s *Slack) waitOut(r *http.Request, f *fault) bool {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return false
		case <-s.done:
			return false
		}
	}
	if !f.Hang {
		return true
	}
	select {
	case <-f.healed:
		f.Failure = Failure{Applied: f.Applied}
		return true
	case <-r.Context().Done():
	case <-s.done:
	}
	return false
}

// reply is the failed answer.
func (f *Failure) reply() reply {
	switch {
	case f.Cut:
		return reply{cut: true}
	case f.Status == http.StatusTooManyRequests && f.Body == "":
		return reply{status: f.Status, retryAfter: f.RetryAfter, body: Object{"ok": false, "error": "ratelimited"}}
	case f.Status != 0:
		return reply{status: f.Status, retryAfter: f.RetryAfter, raw: f.Body}
	default:
		return fail(f.Error)
	}
}

// onlyWaits reports whether the call passes after the wait: a Delay, or a Hang that
// was healed.
func (f *Failure) onlyWaits() bool { return !f.Cut && f.Status == 0 && f.Error == "" }

// RefuseBlocks makes this workspace refuse blocks of some types, on top and inside
// others, as one that they have not reached yet: invalid_blocks, or invalid_arguments
// in a modal. It takes the place of an earlier call; none ends it.
func (s *Slack) RefuseBlocks(types ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noBlocks = map[string]bool{}
	for _, kind := range types {
		s.noBlocks[kind] = true
	}
}
