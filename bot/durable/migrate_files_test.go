package durable_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"docspace-restorebot/bot/durable"
)

// A file of another name would never run, and of two with one number one would not.
func TestSchemaFilesAreKnownByTheirNumbers(t *testing.T) {
	t.Parallel()
	all, err := os.ReadDir("schema")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[int]bool{}
	for i, file := range durable.SchemaFiles(t) {
		if i >= len(all) || file.Name != "schema/"+all[i].Name() || numbers[file.Number] {
			t.Errorf("%+v is not in its place, or has the number of another", file)
		}
		numbers[file.Number] = true
	}
	if len(numbers) != len(all) {
		t.Errorf("%d of %d files are known", len(numbers), len(all))
	}
}

// A file that a database has not seen runs, whatever later ones it has seen: two
// branches may have met in another order.
func TestASchemaFileThatCameLateRuns(t *testing.T) {
	t.Parallel()
	file := filled(t)
	tamper(t, file, `DROP INDEX audit_restore`, `CREATE INDEX audit_restore ON audit (restore_id, seq)`,
		`DELETE FROM restorebot_schema_file WHERE number = 7`)
	s := open(t, file)
	if made, err := s.Ask(t.Context(), `SELECT sql FROM sqlite_master WHERE name = 'audit_restore'`); err != nil || !strings.Contains(made, "WHERE") {
		t.Errorf("007 did not run: %q, %v", made, err)
	}
	seen, err := s.Ask(t.Context(), `SELECT group_concat(number, ' ') FROM (SELECT number FROM restorebot_schema_file ORDER BY number)`)
	if err != nil || !strings.HasPrefix(seen, "1 2 3 4 6 7 8") {
		t.Errorf("seen are %q, %v", seen, err)
	}
}

// Older binaries wrote down how many files there were, among them no 5.
func TestASchemaThatWasCountedIsMigrated(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 9 { // 001 to 009 without 5
		file := filepath.Join(t.TempDir(), "bot.db")
		var text strings.Builder
		for _, name := range files[:n] {
			one, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(one)
		}
		tamper(t, file, text.String(), `CREATE TABLE restorebot_schema (version BIGINT NOT NULL)`, `INSERT INTO restorebot_schema (version) VALUES (`+strconv.Itoa(n)+`)`)
		s := open(t, file)
		create(t, s, "a")
	}
}

// A file that this binary does not know makes the database a newer one's,
// although the highest number is known.
func TestAnUnknownSchemaFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filled(t)
	tamper(t, file, `INSERT INTO restorebot_schema_file (number) VALUES (5)`)
	wantRefused(t, "sqlite:"+file, "made by a newer version of restorebot (schema 5")
	found := durable.Inspect(t.Context(), "sqlite:"+file)
	if !strings.Contains(found[0].What, "made by a newer version") {
		t.Errorf("doctor says %+v", found[0])
	}
}

// tamper changes a file that no store has open.
func tamper(t *testing.T, file string, changes ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, change := range slices.DeleteFunc(changes, func(c string) bool { return c == "" }) {
		if _, err := db.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
}
