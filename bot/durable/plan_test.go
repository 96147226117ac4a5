package durable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// Whatever the bot does, no statement reads a whole table that only grows: with
// years of history everything is as fast as on the first day.
func TestNoStatementReadsTheHistory(t *testing.T) {
	t.Parallel()
	s, recorder := openRecorded(t)
	clear(recorder.texts) // those of the start may
	s.Seal(docspace.NewSecret("0123456789abcdef0123456789abcdef"))
	live(t, s)
	seen := slices.DeleteFunc(recorder.statements(), func(query string) bool { return strings.HasPrefix(query, "PRAGMA") })
	if len(seen) < 35 {
		t.Fatalf("%d statements were seen", len(seen))
	}
	grows := regexp.MustCompile(`^SCAN (restore|audit|confirmation)\b`)
	newest := regexp.MustCompile(`FROM restore\s+ORDER BY requested_at DESC(, id DESC)? LIMIT`)
	for _, query := range seen {
		for _, step := range plan(t, s, query) {
			// In the order of an index, and with nothing passed over, no more is read
			// than is wanted.
			ordered := strings.Contains(step, "USING INDEX") && newest.MatchString(query)
			if grows.MatchString(step) && !ordered && !slices.Contains(wholeTables, query) {
				t.Errorf("%s\n%s", step, query)
			}
		}
	}
}

// wholeTables are the statements that may.
var wholeTables = []string{
	// Metrics and readiness ask how many restores are in each state: an index is read.
	`SELECT state, count(*) FROM restore GROUP BY state`,
	// The first time that a key is there, and never again.
	lastFreeze,
}

// live uses all that a store can do.
func live(t *testing.T, s *Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stepped, ended := make(chan bool), make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(ctx context.Context, id string, _ int64) (time.Duration, bool, error) {
			r, err := s.Get(ctx, id)
			if err == nil {
				_, err = s.Save(ctx, r, r, refusals(1)...)
			}
			select {
			case stepped <- true:
			case <-ctx.Done():
			}
			return 100 * time.Millisecond, false, err
		})
	}()
	r := bot.Restore{ID: "r", Portal: "p", State: bot.Requested, Delivery: "d", RequestedAt: time.Now()}
	r.Confirmations = []bot.Confirmation{{User: "U1"}}
	errs := []error{s.Create(ctx, r, refusals(1)...)}
	if err := s.Create(ctx, r); !errors.Is(err, bot.ErrDuplicate) {
		t.Error(err)
	}
	for range 4 {
		select {
		case <-stepped:
		case <-time.After(time.Minute):
			t.Fatal("no steps")
		}
	}
	ask := func(_ any, err error) { errs = append(errs, err) }
	_, _, err := s.OpenOn(ctx, bot.PortalName{Name: "p"})
	ask(nil, err)
	ask(s.ByDelivery(ctx, "d"))
	ask(s.Recent(ctx, 10))
	ask(s.Search(ctx, 10, func(bot.Restore) bool { return true }))
	ask(s.Runs(ctx, "p", 10))
	ask(s.Trail(ctx, "r"))
	ask(s.Frozen(ctx))
	ask(nil, s.PutForm(ctx, bot.Form{ID: "f", Until: time.Now().Add(time.Hour)}))
	ask(s.Form(ctx, "f"))
	ask(s.Backlog(ctx))
	ask(s.CheckAudit(ctx, AuditHead{}))
	ask(nil, s.Note(ctx, refusals(63)...))
	ask(nil, s.SetFreeze(ctx, bot.Freeze{}))
	ask(nil, s.reconcile(ctx, false))
	cancel()
	ask(nil, <-ended)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// plan is how SQLite goes about a statement.
func plan(t *testing.T, s *Store, query string) (steps []string) {
	t.Helper()
	rows, err := s.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, 400)...)
	if err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, query))
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
