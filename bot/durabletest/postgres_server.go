package durabletest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// URL returns the address of a new, empty database.
func (p *Postgres) URL() string {
	p.t.Helper()
	return p.create("")
}

func (p *Postgres) create(from string) (url string) {
	p.t.Helper()
	name := fmt.Sprintf("bot%d", p.databases.Add(1))
	how := "CREATE DATABASE " + name + from
	err := p.exec(how + " STRATEGY FILE_COPY")                                 // in half of the time
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42601" { // before PostgreSQL 15
		err = p.exec(how)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return "postgres://bot@" + p.Addr() + "/" + name + "?sslmode=disable"
}

// Copy returns the address of a new database that is a copy of the one at url,
// which nobody uses meanwhile.
func (p *Postgres) Copy(url string) string {
	p.t.Helper()
	_, of, _ := strings.Cut(url, p.Addr()+"/")
	of, _, _ = strings.Cut(of, "?")
	return p.create(" TEMPLATE " + of)
}

// Addr is the host and port of the server; they stay the same when it is
// started again.
func (p *Postgres) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// Stop ends the server as an operator's restart does: its clients are cut off.
func (p *Postgres) Stop() { p.end(syscall.SIGINT) }

// Crash ends the server without any farewell; it recovers when started again.
func (p *Postgres) Crash() { p.end(syscall.SIGQUIT) }

// Start starts the server, again if it was stopped, on the same port.
func (p *Postgres) Start() {
	p.t.Helper()
	for range 50 { // another process may take a free port first
		if p.try() {
			return
		}
		time.Sleep(100 * time.Millisecond) //nolint:forbidigo // a test's server; nothing to wait on
	}
	log, _ := os.ReadFile(p.log())
	p.t.Fatalf("PostgreSQL does not start:\n%s", log)
}

func (p *Postgres) log() string { return filepath.Join(filepath.Dir(p.data), "log") }

// exec runs a statement in the server's own database.
func (p *Postgres) exec(query string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, "postgres://bot@"+p.Addr()+"/postgres?sslmode=disable")
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Exec(ctx, query).Close()
}

// guard becomes the server, and ends it when the test's process has died.
const guard = `exec 3<&0; (cat <&3 >/dev/null; kill -QUIT $$) & exec "$@" </dev/null 3<&-`

// try reports whether the server is up.
func (p *Postgres) try() bool {
	p.t.Helper()
	was := p.port
	if was == 0 {
		p.port = p.free()
	}
	log, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	server := exec.Command("/bin/sh", "-c", guard, "sh", filepath.Join(p.bin, "postgres"), //nolint:gosec,noctx // ended by end
		"-D", p.data, "-p", strconv.Itoa(p.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "max_connections=300", "-c", "shared_buffers=16MB")
	server.Dir, server.SysProcAttr = "/", p.as.attributes()
	server.Stdout, server.Stderr = log, log
	if _, err := server.StdinPipe(); err != nil { // ends with this process
		p.t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.server, p.ended = server.Process, make(chan struct{})
	go func(ended chan<- struct{}) {
		_ = server.Wait()
		close(ended)
	}(p.ended)
	for {
		select {
		case <-p.ended:
			p.port = was
			return false
		case <-time.After(20 * time.Millisecond):
		}
		if p.exec("SELECT 1") == nil {
			return true
		}
	}
}

func (p *Postgres) free() int {
	p.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback
	if err != nil {
		p.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // tcp
}

func (p *Postgres) end(with os.Signal) {
	if p.server == nil {
		return
	}
	_ = p.server.Signal(with)
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		_ = p.server.Kill()
		<-p.ended
	}
}

// Keep keeps a copy of all the data as it is now. back puts it in the place of
// what there is by then: all databases of the server go back. Both start the
// server anew.
func (p *Postgres) Keep() (back func()) {
	p.t.Helper()
	kept := p.data + ".kept"
	p.Stop()
	p.copy(p.data, kept)
	p.Start()
	return func() {
		p.t.Helper()
		p.Stop()
		if err := os.RemoveAll(p.data); err != nil {
			p.t.Fatal(err)
		}
		p.copy(kept, p.data)
		p.Start()
	}
}

func (p *Postgres) copy(from, to string) {
	p.t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil { //nolint:gosec,noctx // short
		p.t.Fatalf("%v: %s", err, out)
	}
}
