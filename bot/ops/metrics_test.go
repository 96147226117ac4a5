package ops

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"docspace-restorebot/bot"
)

// wants compares some metrics with their text form. Counters at 0 are left out:
// many are there from the start.
func wants(t *testing.T, r *prometheus.Registry, text string, names ...string) {
	t.Helper()
	page := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/", nil))
	series := func(text string) (lines []string) {
		for line := range strings.Lines(text) {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, "restorebot_"), "{")
			name, _, _ = strings.Cut(name, " ")
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				name = strings.TrimSuffix(name, suffix)
			}
			zero := strings.HasSuffix(name, "_total") && strings.HasSuffix(line, " 0\n")
			if slices.Contains(names, name) && !zero {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		return lines
	}
	if diff := cmp.Diff(series(text), series(page.Body.String())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// store answers each call with err.
type store struct {
	bot.Store

	err error
}

func (s store) Create(context.Context, bot.Restore, ...bot.Event) error { return s.err }
func (s store) Note(context.Context, ...bot.Event) error                { return s.err }

func (s store) Save(_ context.Context, _, next bot.Restore, _ ...bot.Event) (bot.Restore, error) {
	return next, s.err
}

func (s store) Wake(_ context.Context, _, next bot.Restore, _ ...bot.Event) (bot.Restore, error) {
	return next, s.err
}

func TestOnlyWhatWasRecordedIsCounted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"recorded": {nil, `
# HELP restorebot_refusals_total Refusals by the rule that made them.
# TYPE restorebot_refusals_total counter
restorebot_refusals_total{rule="backup"} 1
restorebot_refusals_total{rule="person"} 1
# HELP restorebot_alarms_total Alarms about running restores, by kind.
# TYPE restorebot_alarms_total counter
restorebot_alarms_total{kind="queued"} 1
# HELP restorebot_restores_ended_total Restores that came to their end, by how.
# TYPE restorebot_restores_ended_total counter
restorebot_restores_ended_total{state="refused"} 1
restorebot_restores_ended_total{state="succeeded"} 1
# HELP restorebot_acts_total Acts written to the audit trail, by kind.
# TYPE restorebot_acts_total counter
restorebot_acts_total{kind="ended"} 1
restorebot_acts_total{kind="refused"} 2
restorebot_acts_total{kind="requested"} 1
`},
		"lost": {errors.New("the disk is full"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			registry := NewRegistry()
			s := New(registry, "1").Count(store{err: tc.err})
			began := time.Unix(1000, 0)
			running := bot.Restore{State: bot.Running, StartedAt: began}
			alarmed := running
			alarmed.Alarms = []bot.Alarm{{Kind: bot.AlarmQueued}}
			ended := alarmed
			ended.State, ended.EndedAt = bot.Succeeded, began.Add(time.Minute)

			_ = s.Create(ctx, bot.Restore{}, bot.Event{Kind: bot.EventRequested})
			_ = s.Note(ctx, bot.Event{Kind: bot.EventRefused, Detail: map[string]string{"rule": "person"}})
			_, _ = s.Save(ctx, bot.Restore{State: bot.Requested}, bot.Restore{State: bot.Refused},
				bot.Event{Kind: bot.EventRefused, Detail: map[string]string{"rule": "backup"}})
			_, _ = s.Save(ctx, running, alarmed)
			_, _ = s.Wake(ctx, alarmed, ended, bot.Event{Kind: bot.EventEnded})
			_, _ = s.Save(ctx, ended, ended) // told, and not ended again

			wants(t, registry, tc.want, "refusals_total", "alarms_total", "restores_ended_total", "acts_total")
		})
	}
}

func TestCallsAreCountedByOutcomeAndPassUnchanged(t *testing.T) {
	t.Parallel()
	long := `{"ok":true,"channel":"` + strings.Repeat("x", 2000) + `"}`
	answers := map[string]func(http.ResponseWriter){
		"/api/auth.test":           func(w http.ResponseWriter) { slackJSON(w, long) },
		"/api/chat.update":         func(w http.ResponseWriter) { slackJSON(w, `{"ok":false,"error":"missing_scope"}`) },
		"/api/users.info":          func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"/api/made.up":             func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) },
		"/commands/T1/secret":      func(w http.ResponseWriter) { _, _ = io.WriteString(w, "ok") },
		"/api/views.open":          func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"/api/2.0/keys/@self":      func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"/api/2.0/settings":        func(w http.ResponseWriter) { slackJSON(w, `{"response":{}}`) },
		"/api/2.0/backup/sk-12345": func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) },
		"/login":                   func(w http.ResponseWriter) { w.WriteHeader(http.StatusFound) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w) }))
	defer server.Close()
	registry := NewRegistry()
	m := New(registry, "1")
	slack := &http.Client{Transport: m.SlackTransport(server.Client().Transport)}
	portal := &http.Client{
		Transport:     m.PortalTransport(server.Client().Transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for path := range answers {
		client := slack
		if strings.Contains(path, "/2.0/") || path == "/login" {
			client = portal
		}
		resp, err := client.Get(server.URL + path)
		if err != nil {
			continue // views.open is cut off
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if path == "/api/auth.test" && string(text) != long {
			t.Errorf("the answer came through as %d bytes, want %d", len(text), len(long))
		}
	}
	wants(t, registry, `
# HELP restorebot_slack_calls_total Calls of Slack's Web API, by outcome.
# TYPE restorebot_slack_calls_total counter
restorebot_slack_calls_total{method="auth.test",outcome="ok"} 1
restorebot_slack_calls_total{method="chat.update",outcome="refused"} 1
restorebot_slack_calls_total{method="other",outcome="server_error"} 1
restorebot_slack_calls_total{method="response_url",outcome="ok"} 1
restorebot_slack_calls_total{method="users.info",outcome="rate_limited"} 1
restorebot_slack_calls_total{method="views.open",outcome="no_answer"} 1
# HELP restorebot_docspace_calls_total Calls of the portals, by outcome.
# TYPE restorebot_docspace_calls_total counter
restorebot_docspace_calls_total{operation="keys/@self",outcome="unauthorized"} 1
restorebot_docspace_calls_total{operation="other",outcome="forbidden"} 1
restorebot_docspace_calls_total{operation="page",outcome="redirected"} 1
restorebot_docspace_calls_total{operation="settings",outcome="ok"} 1
`, "slack_calls_total", "docspace_calls_total")
}

func slackJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

func TestGaugesTellADeadDatabase(t *testing.T) {
	t.Parallel()
	var fault error
	registry := NewRegistry()
	New(registry, "1").Watch(Sources{
		Connections: func() Connections { return Connections{Live: 2, Counted: 4, LastHello: time.Unix(5, 0)} },
		Backlog: func(context.Context) (bot.Backlog, error) {
			return bot.Backlog{States: map[bot.State]int{bot.Running: 1}, Unsettled: 3, Overdue: 2, Lag: 4 * time.Second}, fault
		},
	})
	names := func() []string {
		return []string{"database_up", "slack_connections", "slack_connections_counted", "queue_overdue", "queue_lag_seconds", "restores_unsettled"}
	}
	head := `
# HELP restorebot_database_up 1 if the database answered within 3 s.
# TYPE restorebot_database_up gauge
restorebot_database_up %
# HELP restorebot_slack_connections Socket Mode connections that bring envelopes now.
# TYPE restorebot_slack_connections gauge
restorebot_slack_connections 2
# HELP restorebot_slack_connections_counted Connections of the app, all replicas together, as Slack last counted them.
# TYPE restorebot_slack_connections_counted gauge
restorebot_slack_connections_counted 4
`
	wants(t, registry, strings.Replace(head, "%", "1", 1)+`
# HELP restorebot_queue_overdue Restores whose next step is more than 3 s late.
# TYPE restorebot_queue_overdue gauge
restorebot_queue_overdue 2
# HELP restorebot_queue_lag_seconds How late the latest step is.
# TYPE restorebot_queue_lag_seconds gauge
restorebot_queue_lag_seconds 4
# HELP restorebot_restores_unsettled Restores with something left to do or to tell.
# TYPE restorebot_restores_unsettled gauge
restorebot_restores_unsettled 3
`, names()...)
	fault = errors.New("no route to host")
	wants(t, registry, strings.Replace(head, "%", "0", 1), names()...)
}
