package durabletest

import (
	"slices"
	"sync"
	"testing"
)

// SharePostgres is StartPostgres with a server that tests of the process use at
// once, each with databases of its own. It ends with the last of them. A test that
// stops the server needs its own.
func SharePostgres(tb testing.TB) *Postgres {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.users == 0 {
		shared.owner = &owner{TB: tb}
		shared.server = StartPostgres(shared.owner)
	}
	shared.users++
	tb.Cleanup(func() {
		shared.mu.Lock()
		defer shared.mu.Unlock()
		if shared.users--; shared.users == 0 {
			shared.owner.end()
		}
	})
	return shared.server
}

var shared struct {
	mu     sync.Mutex
	users  int
	owner  *owner
	server *Postgres
}

// owner is the first test that uses a server, and outlives it.
type owner struct {
	testing.TB

	cleanups []func()
}

// Cleanup implements [testing.TB].
func (o *owner) Cleanup(f func()) { o.cleanups = append(o.cleanups, f) }

func (o *owner) end() {
	for _, f := range slices.Backward(o.cleanups) {
		f()
	}
}
