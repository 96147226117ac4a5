package durable

import (
	"context"
	"testing"
	"time"
)

// Tamper runs a statement behind the store's back.
func (s *Store) Tamper(ctx context.Context, query string) error {
	_, err := s.db.ExecContext(ctx, query)
	return err
}

// Ask reads one value behind the store's back.
func (s *Store) Ask(ctx context.Context, query string) (answer string, err error) {
	err = s.db.QueryRowContext(ctx, query).Scan(&answer)
	return answer, err
}

// Unread makes the store think that its file was too large to be read when it
// was opened.
func (s *Store) Unread() *Store {
	s.fileChecked = false
	return s
}

// CheckRest reads the file to its end while others write.
func (s *Store) CheckRest(ctx context.Context) error { return s.checkRest(ctx) }

// Hurry makes the store find lost steps ten times as fast.
func (s *Store) Hurry() *Store {
	s.pace = pace{defaultPace.overdue / 10, defaultPace.every / 10, defaultPace.step / 10}
	return s
}

// Beat makes the store show signs of life ten times as often.
func (s *Store) Beat() *Store {
	s.pace.every = defaultPace.every / 10
	return s
}

// WorkWithin is how long a step may take.
const WorkWithin = workWithin

// TakenOverWithin is how long a killed replica's steps wait for a peer.
func TakenOverWithin() time.Duration { return defaultPace.overdue + defaultPace.every + pollEvery }

// Reconcile looks for lost steps once, as Run does again and again.
func (s *Store) Reconcile(ctx context.Context) error { return s.reconcile(ctx, false) }

// SetClock makes the machine's clock of a store run ahead of the true one.
func (s *Store) SetClock(ahead time.Duration) *Store {
	s.clock.machine = func() time.Time { return time.Now().Add(ahead) }
	return s
}

// A SchemaFile is known by the number in its name.
type SchemaFile struct {
	Number int
	Name   string
}

// SchemaFiles lists the schema files in the order in which they run.
func SchemaFiles(t *testing.T) (files []SchemaFile) {
	t.Helper()
	known, err := schemaFiles(schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range known {
		files = append(files, SchemaFile{f.number, f.name})
	}
	return files
}
