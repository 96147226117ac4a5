package durabletest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
)

// Postgres is a PostgreSQL server of a test's own, on loopback.
type Postgres struct {
	t         testing.TB
	bin, data string
	port      int
	as        *syscall.Credential
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
	dir, err := os.MkdirTemp("", "restorebot-postgres-") //nolint:usetesting // see above
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &Postgres{t: tb, bin: bin, data: filepath.Join(dir, "data")}
	p.as, err = other()
	if err == nil && p.as != nil {
		err = os.Chown(dir, int(p.as.Uid), int(p.as.Gid))
	}
	if err != nil {
		tb.Fatal(err)
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", p.data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync") //nolint:gosec,noctx // short
	initdb.Dir, initdb.SysProcAttr = "/", &syscall.SysProcAttr{Credential: p.as}
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

// other is whom root runs the server as: it refuses to run as root.
func other() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("no user to run PostgreSQL as: neither postgres nor nobody")
}
