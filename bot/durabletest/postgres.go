package durabletest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
)

// Postgres is a PostgreSQL server of a test's own, on loopback.
type Postgres struct {
	t         testing.TB
	bin, data string
	port      int
	as        account // whom the server runs as
	server    *os.Process
	ended     chan struct{} // closed when server has ended
	databases atomic.Int64
}

// StartPostgres starts a server that ends with tb. Where PostgreSQL is not
// installed the test is skipped, or fails if CI_REQUIRE_ALL is set.
func StartPostgres(tb testing.TB) *Postgres {
	tb.Helper()
	bin := postgresBin()
	if bin == "" {
		missing := "PostgreSQL is not installed: no initdb in PATH nor in /usr/lib/postgresql/*/bin"
		if os.Getenv("CI_REQUIRE_ALL") != "" { //nolint:forbidigo // set by CI for every test
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	// Not tb.TempDir: the server may run as another user, who must get there.
	dir, err := os.MkdirTemp(memory(), "restorebot-postgres-") //nolint:usetesting // see above
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &Postgres{t: tb, bin: bin, data: filepath.Join(dir, "data")}
	p.as, err = other()
	if err == nil {
		err = p.as.own(dir)
	}
	if err != nil {
		tb.Fatal(err)
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", p.data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync") //nolint:gosec,noctx // short
	initdb.Dir, initdb.SysProcAttr = "/", p.as.attributes()
	if out, err := initdb.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v\n%s", err, out)
	}
	p.Start()
	tb.Cleanup(p.Crash)
	return p
}

// postgresBin is the folder of the server's programs, "" if there is none.
func postgresBin() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return ""
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1])
}
