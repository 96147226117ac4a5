package docspacetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Request is one that the portal received, also if it never answered.
type Request struct {
	Method string
	Path   string
	Query  url.Values
	Host   string
	Header http.Header // with the Authorization as it came
	Body   string
	At     time.Time
}

// mostRequests bounds the memory of a portal that runs for days.
const mostRequests = 10_000

func (p *Portal) record(r *http.Request, body []byte) {
	if strings.HasSuffix(r.URL.Path, "/startrestore") && r.Method == http.MethodPost {
		p.starts++
	}
	if strings.HasSuffix(r.URL.Path, "/startbackup") && r.Method == http.MethodPost {
		p.backupStarts++
	}
	if len(p.requests) == mostRequests {
		p.requests = slices.Delete(p.requests, 0, mostRequests/2)
	}
	p.requests = append(p.requests, Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Host: r.Host,
		Header: r.Header.Clone(), Body: string(body), At: p.now(),
	})
}

// Requests returns what was received, oldest first; of very many only the last.
func (p *Portal) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Starts returns how many startrestore requests were received, whatever became
// of them.
func (p *Portal) Starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.starts
}

// Restore is a restore that really began.
type Restore struct {
	TaskID    string
	BackupID  string
	Dump      bool
	Elsewhere bool // by StartElsewhere, StartDumpElsewhere or LeaveTask
	Started   time.Time
	Ended     time.Time // zero while it runs
	Succeeded bool
	Error     string
}

// Restores returns every restore that began, oldest first. A request that joined
// a running one is not among them.
func (p *Portal) Restores() []Restore {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return slices.Clone(p.restores)
}

// BackupStarts returns how many startbackup requests were received, whatever
// became of them.
func (p *Portal) BackupStarts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.backupStarts
}

// BackupTask is a backup that really began.
type BackupTask struct {
	TaskID      string // also the id of the record in the history, if it succeeds
	StorageType int
	Params      map[string]string
	Dump        bool
	Elsewhere   bool // by StartBackupElsewhere
	Started     time.Time
	Ended       time.Time // zero while it runs
	Succeeded   bool
	Canceled    bool
	Error       string
}

// BackupTasks returns every backup that began, oldest first. A request that
// joined a running one is not among them.
func (p *Portal) BackupTasks() []BackupTask {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return slices.Clone(p.backupTasks)
}
