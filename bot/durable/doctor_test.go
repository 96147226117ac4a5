package durable

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// says compares the first finding about the database.
func says(t *testing.T, found []bot.Finding, grade bot.Grade, words string) {
	t.Helper()
	if len(found) == 0 || found[0].Grade != grade || !strings.Contains(found[0].What, words) || (grade == bot.Pass) != (found[0].Fix == "") {
		t.Errorf("found %+v, want %s with %q", found, grade, words)
	}
}

func TestInspectionSeesTheSchemaAndChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	url := "sqlite:" + filepath.Join(t.TempDir(), "odd name?#%.db")
	says(t, Inspect(ctx, url), bot.Pass, "will be made")

	s, err := Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	says(t, Inspect(ctx, url), bot.Warn, "is in use")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, Inspect(ctx, url), bot.Pass, "its schema is right")

	s, err = Open(ctx, url) // it can still be opened, and is as it was
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(ctx, `UPDATE restorebot_schema SET version = 99`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, Inspect(ctx, url), bot.Fail, "newer version")
}

// InspectPostgres inspects an empty database.
func InspectPostgres(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	says(t, Inspect(ctx, url), bot.Pass, "will be brought up to date")
	s, err := Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	says(t, Inspect(ctx, url), bot.Pass, "its schema is right")
	says(t, Inspect(ctx, "postgres://bot:hunter2@127.0.0.1:1/none?connect_timeout=5"), bot.Fail, "does not answer")
	for _, f := range Inspect(ctx, "postgres://bot:hunter2@127.0.0.1:1/none?connect_timeout=5") {
		if strings.Contains(f.What+f.Fix, "hunter2") {
			t.Errorf("a password is shown: %+v", f)
		}
	}
	says(t, Inspect(ctx, "postgres://%zz"), bot.Fail, "not understood")
}

func TestExaminationFromInside(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	found := s.Examine(ctx)
	says(t, found, bot.Pass, "can be written")
	if len(found) != 3 || found[1].Check != "queue" || found[1].Grade != bot.Pass || found[2].Check != "disk" {
		t.Errorf("found %+v", found)
	}
	// A restore that has waited for two minutes, and nobody works.
	r := bot.Restore{ID: "r1", Portal: "docs", State: bot.Requested, Delivery: "d1", RequestedAt: time.Now()}
	if err := s.Create(ctx, r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(ctx, `UPDATE restore SET due_at = $1`, nanos(time.Now().Add(-2*time.Minute))); err != nil {
		t.Fatal(err)
	}
	if found = s.Examine(ctx); found[1].Grade != bot.Fail || found[1].What != "1 restore waits for a step, and none was made yet" {
		t.Errorf("a dead queue is found %+v", found[1])
	}
	b, err := s.Backlog(ctx)
	if err != nil || b.States[bot.Requested] != 1 || b.Unsettled != 1 || b.Overdue != 1 || b.Lag < 2*time.Minute {
		t.Errorf("the backlog is %+v, %v", b, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, s.Examine(ctx), bot.Fail, "cannot be written")
	for i, want := range []bot.Public{
		{Name: "database", Detail: "does not answer; see the log", Needed: true}, // the error may name hosts and files
		{Name: "queue", Detail: "unknown without the database", Needed: true},
	} {
		if f := s.Health(ctx)[i]; f.Grade != bot.Fail || *f.Public != want {
			t.Errorf("a probe of a closed database finds %+v, %+v", f, f.Public)
		}
	}
}

func TestDiskIsJudgedByWhatIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		free  uint64
		err   error
		want  bot.Grade
		words string
	}{
		{1 << 30, nil, bot.Pass, "1024 MiB free at /data"},
		{100 << 20, nil, bot.Warn, "100 MiB free"},
		{1 << 20, nil, bot.Fail, "1 MiB free"},
		{0, nil, bot.Fail, "0 MiB free"},
		{0, errors.New("no such call"), bot.Warn, "not known"},
	} {
		if got := judgeDisk("/data", c.free, c.err); got.Grade != c.want || !strings.Contains(got.What, c.words) || (got.Fix == "") != (c.want == bot.Pass) {
			t.Errorf("%d bytes, %v: %+v", c.free, c.err, got)
		}
	}
}
