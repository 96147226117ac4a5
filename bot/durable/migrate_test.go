package durable_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// What the very first schema held is there after all that followed.
func TestAnOlderSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, err := os.ReadFile("schema/001_restore.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), string(first)+`
		CREATE TABLE restorebot_schema (version BIGINT NOT NULL);
		INSERT INTO restorebot_schema (version) VALUES (1);
		INSERT INTO restore (id, portal, state, version, generation, delivery, requested_at, due_at, settled, data)
			VALUES ('old', 'p', 'confirmed', 3, 4, 'd-old', 1, 1, false, '{"Requester":"U1"}');
		INSERT INTO confirmation (restore_id, user_id) VALUES ('old', 'U1');`); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()

	s := open(t, file)
	r, err := s.Get(t.Context(), "old")
	if err != nil || r.Requester != "U1" || r.Version != 3 || r.State != bot.Confirmed {
		t.Fatalf("got %+v, %v", r, err)
	}
	if err := s.Create(t.Context(), durabletest.Restore("new", "p")); !errors.Is(err, bot.ErrPortalBusy) {
		t.Errorf("a second restore on its portal: %v", err)
	}
	calls, stop := run(t, s, done)
	defer stop()
	if c := next(t, calls); c != (call{"old", 5}) {
		t.Errorf("its step was %+v", c)
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]string{
		"schema": `UPDATE restorebot_schema SET version = 99`,
		"queue":  `INSERT INTO river_migration (line, version) VALUES ('main', 99)`,
	} {
		file := filled(t)
		s := open(t, file)
		if err := s.Tamper(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, "sqlite:"+file, "made by a newer version of restorebot ("+what+" 99", "Run the version that made it")
	}
}

func newerOnPostgres(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url)
	if err := s.Tamper(t.Context(), `UPDATE restorebot_schema SET version = 99`); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, url, "made by a newer version", "Run the version that made it")
	create(t, s, "a") // a replica that runs already goes on
}

func migrateTogether(t *testing.T, url string) {
	t.Helper()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := durable.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			_ = s.Close()
		})
	}
	all.Wait()
}

// While replicas are upgraded one by one, an older one leaves alone what a
// newer one has written, and the newer one goes on with it.
func newerRows(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url)
	for i, change := range []string{
		`UPDATE restore SET data = replace(data, '{"ID":', '{"InventedLater":true,"ID":')`,
		`UPDATE restore SET state = 'invented'`,
	} {
		id := string(rune('a' + i))
		create(t, s, id)
		if err := s.Tamper(t.Context(), change+` WHERE id = '`+id+`'`); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), id); err == nil || !strings.Contains(err.Error(), "a newer version of restorebot has written it") {
			t.Errorf("%s: %v", change, err)
		}
	}
	if list, err := s.Recent(t.Context(), 10); err != nil || len(list) != 2 {
		t.Errorf("they are not shown: %d, %v", len(list), err)
	}
	// What is settled holds nothing that could be lost.
	if err := s.Tamper(t.Context(), `UPDATE restore SET settled = true, state = 'failed'`); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Get(t.Context(), "a"); err != nil || !r.RequestedAt.Equal(durabletest.At.Truncate(time.Nanosecond)) {
		t.Errorf("settled: %+v, %v", r, err)
	}
}
