package slackchat

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
)

const (
	// faultShown is how long a refusal is shown after it last came. A call that is
	// still wanted is made more often than that.
	faultShown = time.Hour
	// faultLogged is the time between two log lines about the same refusal.
	faultLogged = time.Hour
	// faultsKept bounds the refusals that are remembered: codes come from outside.
	faultsKept = 100
)

// LastingRefusal is a refusal of Slack's that lasts until a person changes something.
type LastingRefusal struct {
	Method, Code, Needs string
	Fix                 string
	Since, Last         time.Time
}

func (r LastingRefusal) String() string { return policy.RefusedCall(r.Method, r.Code, r.Needs) }

// Needed reports whether the refusal keeps restores from being requested.
func (r LastingRefusal) Needed() bool {
	switch r.Method {
	case methodPost, methodUpdate, quotaMethods[quotaPeople], quotaMethods[quotaPlaces]:
		return true
	}
	return false
}

// Faults remembers Slack's lasting refusals by method, and logs each once. The zero
// value is ready; nil remembers nothing. It is safe for concurrent use.
type Faults struct {
	Log *slog.Logger // nil logs nothing

	mu     sync.Mutex
	held   map[[2]string]LastingRefusal // by method and code
	logged map[[2]string]time.Time
}

// Note records the result of a call. A success ends the refusals of its method.
func (f *Faults) Note(ctx context.Context, method string, err error) {
	if f == nil {
		return
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		for key := range f.held {
			if key[0] == method {
				delete(f.held, key)
			}
		}
		return
	}
	refusal, ok := errors.AsType[*policy.ChatError](chatError("", method, err))
	if !ok || !errors.Is(refusal, policy.ErrChatDenied) {
		return
	}
	key := [2]string{method, refusal.Code}
	r, known := f.held[key]
	if !known {
		r = LastingRefusal{Method: method, Code: refusal.Code, Needs: refusal.Needs, Fix: refusal.Fix, Since: now}
	}
	r.Last = now
	keep(&f.held, faultsKept, key, r)
	if f.Log == nil || now.Sub(f.logged[key]) < faultLogged {
		return
	}
	keep(&f.logged, faultsKept, key, now)
	f.Log.ErrorContext(ctx, "slack refuses a call until a person changes something",
		"method", method, "code", refusal.Code, "needs", refusal.Needs, "detail", refusal.Detail, "fix", refusal.Fix)
}

// Now lists the current refusals, the oldest first.
func (f *Faults) Now(now time.Time) []LastingRefusal {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []LastingRefusal
	for key, r := range f.held {
		if now.Sub(r.Last) >= faultShown {
			delete(f.held, key)
			continue
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b LastingRefusal) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Code, b.Code))
	})
	return list
}
