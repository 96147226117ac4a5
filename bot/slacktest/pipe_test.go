package slacktest_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

func TestListenerEnds(t *testing.T) {
	t.Parallel()
	l := slacktest.NewListener()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.DialContext(ctx, "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody accepts: %v", err)
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := l.DialContext(t.Context(), "", ""); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestClosedWorkspaceServesNobody(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.World{})
	s.Close()
	l := s.Pipe()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://slack.test/api/auth.test", nil)
	resp, err := l.Client().Do(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Error("answered")
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"..", nil)
	req.URL.Path = "/"
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// The app may reach Slack below a path of its own, as a proxy gives it one.
func TestPrefixStaysInEveryURL(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://slack.test/mirror/api/apps.connections.open", nil)
		req.Header.Set("Authorization", "Bearer xapp-1-good")
		req.Header.Set("X-Forwarded-Proto", "https")
		resp, err := b.l.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		d := b.Command("U1", "C1", "/restore")
		if want := "https://slack.test/mirror/commands/T0RESTORE/1/"; len(d.ResponseURL) < len(want) || d.ResponseURL[:len(want)] != want {
			t.Errorf("response_url = %s", d.ResponseURL)
		}
	})
}
