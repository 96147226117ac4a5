package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// well is a bot in good health whose parts a test spoils.
type well struct {
	now     time.Time
	conns   Connections
	backlog bot.Backlog
	err     error
	portal  *docspacetest.Portal
	ready   *Ready
}

func newWell() *well {
	now := time.Unix(100_000, 0)
	w := &well{
		now: now, portal: docspacetest.New(docspacetest.Config{}),
		conns:   Connections{Live: 2, LastHello: now.Add(-time.Hour), LastFrame: now.Add(-time.Second)},
		backlog: bot.Backlog{Unsettled: 1, LastStep: now.Add(-time.Second)},
	}
	w.ready = &Ready{
		Now: func() time.Time { return w.now },
		Sources: Sources{
			Connections: func() Connections { return w.conns },
			Backlog:     func(context.Context) (bot.Backlog, error) { return w.backlog, w.err },
		},
		Portals: bot.Portals{{
			PortalName: bot.PortalName{Name: "docs", URL: "http://docs.test"},
			API:        &docspace.Client{BaseURL: "http://docs.test", HTTP: docspacetest.Via(w.portal), Retries: -1},
		}},
	}
	return w
}

// asks returns the answer of /readyz.
func (w *well) asks(t *testing.T) (int, Report) {
	t.Helper()
	rec := httptest.NewRecorder()
	(&Server{Ready: w.ready, Registry: NewRegistry()}).Handler().
		ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	var report Report
	if err := json.Unmarshal(rec.Body.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return rec.Code, report
}

func TestReadinessNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil  func(*well)
		status int
		reason string
	}{
		"all is well":        {func(*well) {}, 200, ""},
		"never connected":    {func(w *well) { w.conns = Connections{} }, 503, "slack: no connection yet"},
		"connection refused": {func(w *well) { w.conns = Connections{Fault: "timeout"} }, 503, "slack: no connection: timeout"},
		"connection silent":  {func(w *well) { w.conns.LastFrame = w.now.Add(-3 * time.Minute) }, 503, "slack: no sign of life for 3m0s"},
		"database is away":   {func(w *well) { w.err = errors.New("dial tcp db.secret:5432") }, 503, "database: does not answer; see the log"},
		"nobody works": {func(w *well) {
			w.backlog.Overdue, w.backlog.LastStep, w.backlog.Stuck = 1, w.now.Add(-2*time.Minute), true
		}, 503, "queue: 1 restores wait for a step, and none was made for 2m0s"},
		"long idle, then due": {func(w *well) { w.backlog.LastStep = w.now.Add(-time.Hour) }, 200, ""},
		"steps are late":      {func(w *well) { w.backlog.Overdue = 5 }, 200, ""},
		"portal is down":      {func(w *well) { w.portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, 200, "portal docs: cannot be reached; restorebot doctor tells more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWell()
			tc.spoil(w)
			status, report := w.asks(t)
			reasons := strings.Join(report.Reasons, "\n")
			if status != tc.status || report.Ready != (status == 200) || (tc.reason == "") != (reasons == "") || !strings.HasPrefix(reasons, tc.reason) {
				t.Errorf("status %d, reasons %q, want %d and %q", status, reasons, tc.status, tc.reason)
			}
			if strings.Contains(reasons, "secret") {
				t.Errorf("it tells more than it should: %s", reasons)
			}
		})
	}
}

func TestPortalsAreNotAskedByEveryProbe(t *testing.T) {
	t.Parallel()
	w := newWell()
	asked := func() int { return len(w.portal.Requests()) }
	for range 5 {
		w.asks(t)
	}
	if asked() != 1 {
		t.Errorf("5 probes asked the portal %d times", asked())
	}
	w.now = w.now.Add(portalFresh)
	w.asks(t)
	if asked() != 2 {
		t.Errorf("a late probe asked the portal %d times in all, want 2", asked())
	}
}

func TestServerAnswersItsPathsAndNothingElse(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	registry := NewRegistry()
	New(registry, "v1.2.3")
	at := make(chan net.Addr, 1)
	s := &Server{
		Addr: "127.0.0.1:0", Ready: newWell().ready, Registry: registry, Log: slog.New(slog.DiscardHandler),
		Listening: func(a net.Addr) { at <- a },
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	base := "http://" + (<-at).String()
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/healthz":             {200, "ok"},
		"/readyz":              {200, `"ready": true`},
		"/metrics":             {200, `restorebot_build_info{version="v1.2.3"} 1`},
		"/":                    {404, ""},
		"/debug/pprof/":        {404, ""},
		"/debug/pprof/heap":    {404, ""},
		"/debug/vars":          {404, ""},
		"/healthz/more":        {404, ""},
		"/metrics/../debug":    {404, ""},
		"/readyz?unused=value": {200, `"ready": true`},
	} {
		resp, err := client.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != want.status || !strings.Contains(string(text), want.text) {
			t.Errorf("%s: status %d, want %d with %q", path, resp.StatusCode, want.status, want.text)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("after its stop: %v", err)
	}
}

func TestTakenPortIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := &Server{Addr: taken.Addr().String(), Ready: newWell().ready, Registry: NewRegistry(), Log: slog.New(slog.DiscardHandler)}
	if err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "HTTP_ADDR: ") {
		t.Errorf("got %v", err)
	}
}
