package docspacetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
)

var errNoRecord = errors.New("the history holds nothing to restore")

// Control lets a test in another language steer a portal that is served on a
// port. It is a handler of its own, to be mounted beside the portal where no
// portal has a path, such as /_portal/ (strip the prefix):
//
//	GET  /requests   what was received, oldest first
//	GET  /restores   the restores that began
//	GET  /backups    the backups that began
//	GET  /records    the history, without the side effect of asking for it
//	GET  /key        the newest API key, as text
//	POST /key        makes a new one, as an administrator does after a restore
//	POST /faults     switches of [Faults] as JSON: {"LoseStartAnswer": true}; the others
//	                 stay as they are, and times are in nanoseconds
//	POST /heal       all switches off
//	POST /unlock     the portal is open again, as by an operator in its database
//	POST /forget     the server's queue loses its tasks
//	POST /elsewhere  somebody else starts a restore of the newest record, or with
//	                 ?dump=true of the whole server; the task id as text
//
// It trusts its callers: keep it on the loopback.
func Control(p *Portal) http.Handler {
	mux := http.NewServeMux()
	list := func(path string, v func() any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			_ = e.Encode(v()) // the caller is gone
		})
	}
	list("/requests", func() any { return orEmpty(p.Requests()) })
	list("/restores", func() any { return orEmpty(p.Restores()) })
	list("/backups", func() any { return orEmpty(p.BackupTasks()) })
	list("/records", func() any { return orEmpty(p.Backups()) })
	text := func(path string, f func(*http.Request) (string, error)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			s, err := f(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, s+"\n")
		})
	}
	text("GET /key", func(*http.Request) (string, error) { return p.Key(), nil })
	text("POST /key", func(*http.Request) (string, error) { return p.IssueKey(Key{Permissions: []string{"*"}}), nil })
	text("POST /faults", func(r *http.Request) (string, error) { return "done", p.readFaults(r.Body) })
	for path, do := range map[string]func(){
		"/heal": p.Heal, "/forget": p.ForgetTasks, "/unlock": func() { p.SetTenantStatus(tenantActive) },
	} {
		text("POST "+path, func(*http.Request) (string, error) {
			do()
			return "done", nil
		})
	}
	text("POST /elsewhere", func(r *http.Request) (string, error) {
		if r.URL.Query().Get("dump") == "true" {
			return p.StartDumpElsewhere(), nil
		}
		for _, b := range p.Backups() {
			return p.StartElsewhere(b.ID), nil
		}
		return "", errNoRecord
	})
	return mux
}

// readFaults changes the switches that a JSON object names; one with an error changes none.
func (p *Portal) readFaults(body io.Reader) (err error) {
	text, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err != nil {
		return err
	}
	p.Break(func(f *Faults) {
		changed := *f
		changed.Pages = slices.Clone(f.Pages)
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err = d.Decode(&changed); err == nil {
			*f = changed
		}
	})
	return err
}

// orEmpty makes JSON's [] of nothing.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
