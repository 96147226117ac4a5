package demo

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
)

//go:embed assets
var assets embed.FS

const (
	// lookEvery is how often the stage is looked at for a page that watches it.
	lookEvery = 200 * time.Millisecond
	// policy lets the page load nothing but its own files.
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// maxAct bounds what the page sends.
	maxAct = 64 << 10
)

// Page shows the stage in a browser, as one of its people at a time. It is for
// loopback: whoever reaches it may do everything.
type Page struct {
	stage  *stage.Stage
	faults *faults
	mux    *http.ServeMux
	modals modals
}

// NewPage makes a page of a stage.
func NewPage(on *stage.Stage) *Page {
	p := &Page{stage: on, faults: newFaults(on), mux: http.NewServeMux()}
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	p.mux.Handle("GET /", http.FileServerFS(files))
	p.mux.HandleFunc("GET /api/watch", p.watch)
	p.mux.HandleFunc("POST /api/act", p.act)
	return p
}

// ServeHTTP answers the browser on this machine and nobody else: another site's
// page must not reach the stage through it.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !here(r.Host) || (r.Method != http.MethodGet && r.Header.Get("Origin") != "http://"+r.Host) {
		http.Error(w, "This page answers on this machine only.", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	p.mux.ServeHTTP(w, r)
}

// here reports whether a Host header names loopback: a name that somebody else
// made point here does not.
func here(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// watch sends what a person sees, at once and after each change.
func (p *Page) watch(w http.ResponseWriter, r *http.Request) {
	as, tab := r.URL.Query().Get("as"), r.URL.Query().Get("page")
	if !isPerson(as) {
		http.Error(w, "No such person.", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	var last [sha256.Size]byte
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		data, err := json.Marshal(p.see(as, tab))
		if err != nil {
			return // a message that cannot be encoded cannot have come in as JSON
		}
		if sum := sha256.Sum256(data); sum != last {
			last = sum
			if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || flush.Flush() != nil {
				return // the page is closed
			}
		}
		select {
		case <-look.C:
		case <-r.Context().Done():
			return
		}
	}
}

// Serve serves the page on a listener until ctx ends.
func (p *Page) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil {
		return fmt.Errorf("demo: the page: %w", err)
	}
	return nil
}
