package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// found is what an examiner finds each time.
type found []bot.Finding

func (f found) Examine(context.Context) []bot.Finding { return f }

// one is a finding with the same words for everybody.
func one(grade bot.Grade, name, what string, needed bool) bot.Examiner {
	return found{bot.Finding{Check: "the " + name, Grade: grade, What: what}.InPublic(name, needed)}
}

func asks(t *testing.T, examiners ...bot.Examiner) (status int, answer report) {
	t.Helper()
	rec := httptest.NewRecorder()
	(&Server{Ready: examiners, Registry: NewRegistry()}).Handler().
		ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return rec.Code, answer
}

func TestReadinessNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	database, queue := one(bot.Pass, "database", "answers", true), one(bot.Pass, "queue", "0 restores in hand, 0 late", true)
	for name, tc := range map[string]struct {
		examiners []bot.Examiner
		status    int
		reasons   []string
		parts     []part
	}{
		"all is well":         {[]bot.Examiner{database, queue}, 200, nil, []part{{"database", true, true, "answers"}, {"queue", true, true, "0 restores in hand, 0 late"}}},
		"what is needed":      {[]bot.Examiner{one(bot.Fail, "slack", "no connection yet", true), database}, 503, []string{"slack: no connection yet"}, nil},
		"what is not":         {[]bot.Examiner{database, one(bot.Fail, "portal docs", "it does not answer", false)}, 200, []string{"portal docs: it does not answer"}, nil},
		"a warning":           {[]bot.Examiner{one(bot.Warn, "slack", "2 connections, and it counts 9", true)}, 200, []string{"slack: 2 connections, and it counts 9"}, nil},
		"several of a name":   {[]bot.Examiner{one(bot.Fail, "messages", "a", false), one(bot.Fail, "messages", "b", true)}, 503, []string{"messages: a; b"}, []part{{"messages", false, true, "a; b"}}},
		"one of several":      {[]bot.Examiner{one(bot.Fail, "messages", "a", true), one(bot.Pass, "messages", "b", false)}, 503, []string{"messages: a; b"}, []part{{"messages", false, true, "a; b"}}},
		"nothing for anybody": {[]bot.Examiner{found{{Check: "disk", Grade: bot.Fail, What: "/secret/dir is full", Fix: "secret"}}, database}, 200, nil, []part{{"database", true, true, "answers"}}},
		"words of its own": {
			[]bot.Examiner{found{{Grade: bot.Fail, What: "dial tcp db.secret:5432", Fix: "secret", Public: &bot.Public{Name: "database", Detail: "does not answer", Needed: true}}}},
			503,
			[]string{"database: does not answer"},
			[]part{{"database", false, true, "does not answer"}},
		},
	} {
		status, answer := asks(t, tc.examiners...)
		if status != tc.status || answer.Ready != (status == 200) || !slices.Equal(answer.Reasons, tc.reasons) || tc.parts != nil && !slices.Equal(answer.Parts, tc.parts) {
			t.Errorf("%s: status %d, %+v", name, status, answer)
		}
		if all := fmt.Sprint(answer); strings.Contains(all, "secret") {
			t.Errorf("%s: it tells more than it should: %s", name, all)
		}
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
		Addr: "127.0.0.1:0", Registry: registry, Log: slog.New(slog.DiscardHandler),
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
	s := &Server{Addr: taken.Addr().String(), Registry: NewRegistry(), Log: slog.New(slog.DiscardHandler)}
	if err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "HTTP_ADDR: ") {
		t.Errorf("got %v", err)
	}
}
