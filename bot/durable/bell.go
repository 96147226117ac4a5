package durable

import (
	"context"
	"errors"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// bell tells the queue of this process that a step is due. Without it the queue
// would have to look every few milliseconds.
type bell struct{ rung chan struct{} }

func newBell() *bell { return &bell{make(chan struct{}, 1)} }

func (b *bell) ring() {
	select {
	case b.rung <- struct{}{}:
	default: // rung already
	}
}

// insertion is what the queue takes for the news of a job.
func insertion() *riverdriver.Notification {
	return &riverdriver.Notification{Topic: "river_insert", Payload: `{"queue":"default"}`}
}

// sqliteDriver is River's, but it hears of jobs from the bell and not by polling
// a table, since all jobs come from this process.
type sqliteDriver struct {
	*riversqlite.Driver

	bell *bell
}

func (d sqliteDriver) SupportsListenNotify() bool { return false } // no need to write to that table either

func (d sqliteDriver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return local{schema: p.Schema, bell: d.bell}
}

// postgresDriver is River's, and hears of jobs from the bell as well as from
// the other replicas.
type postgresDriver struct {
	*riverdatabasesql.Driver

	bell *bell
}

func (d postgresDriver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return both{d.Driver.GetListener(p), d.bell}
}

// local listens to the bell alone.
type local struct {
	schema string
	bell   *bell
}

func (local) Close(context.Context) error            { return nil }
func (local) Connect(context.Context) error          { return nil }
func (local) Listen(context.Context, string) error   { return nil }
func (local) Ping(context.Context) error             { return nil }
func (l local) Schema() string                       { return l.schema }
func (local) SetAfterConnectExec(string)             {}
func (local) Unlisten(context.Context, string) error { return nil }

func (l local) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-l.bell.rung:
		return insertion(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// both listens to the database and to the bell.
type both struct {
	riverdriver.Listener

	bell *bell
}

func (l both) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	rung, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		select {
		case <-l.bell.rung:
			rung <- true
			cancel()
		case <-ended:
			rung <- false
		case <-wait.Done():
			rung <- false
		}
	}()
	n, err := l.Listener.WaitForNotification(wait)
	close(ended)
	switch {
	case !<-rung:
		return n, err
	case n != nil:
		l.bell.ring() // for the next call
		return n, nil
	case ctx.Err() != nil || !errors.Is(err, context.Canceled):
		l.bell.ring()
		return nil, err
	}
	return insertion(), nil
}
