package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// Whoever reaches the port reads /readyz: where the portals are, and what they or
// a proxy say, is none of it.
func TestReadinessTellsNoAddress(t *testing.T) {
	t.Parallel()
	answer := func(status int, location, body string) network {
		return func(r *http.Request) (*http.Response, error) {
			h := http.Header{"Content-Type": {"application/json"}}
			if location != "" {
				h.Set("Location", location)
			}
			return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	fails := func(err error) network {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for name, c := range map[string]struct {
		way  network
		want string
	}{
		"no such host": {fails(&net.DNSError{Err: "no such host", Name: "secret.example.com", Server: "192.0.2.53:53"}), "portal docs: cannot be reached"},
		"refused":      {fails(&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8443}, Err: errors.New("connection refused")}), "portal docs: cannot be reached"},
		"silent":       {fails(fmt.Errorf("secret.example.com: %w", context.DeadlineExceeded)), "portal docs: does not answer within 3s"},
		"moved":        {answer(301, "https://other.secret.example.com/", ""), "portal docs: its address redirects"},
		"a 500":        {answer(500, "", `{"error":{"message":"secret.example.com is ill","type":"X"}}`), "portal docs: answers 500"},
		"closed":       {answer(403, "", `{"response":"The access to secret.example.com is restricted"}`), "portal docs: "},
		"no portal":    {answer(404, "", `{"error":{"message":"portal secret.example.com not found","type":"X"}}`), "portal docs: "},
		"rubbish":      {answer(200, "", `secret.example.com`), "portal docs: answers what cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWell()
			w.ready.Portals = bot.Portals{{
				PortalName: bot.PortalName{Name: "docs", URL: "https://secret.example.com:8443"},
				API:        &docspace.Client{BaseURL: "https://secret.example.com:8443", HTTP: &http.Client{Transport: c.way}, Retries: -1},
			}}
			status, report := w.asks(t)
			all := fmt.Sprint(report)
			if status != 200 || len(report.Reasons) != 1 || !strings.HasPrefix(report.Reasons[0], c.want) {
				t.Errorf("status %d, %q, want %q", status, report.Reasons, c.want)
			}
			for _, secret := range []string{"ecret", "example", "192.0.2", "8443", "http"} {
				if strings.Contains(all, secret) {
					t.Errorf("it tells %q: %s", secret, all)
				}
			}
		})
	}
}

func TestReadinessNamesNoPortalByItsAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		portal bot.PortalName
		want   string
	}{
		"by its host":         {bot.PortalName{Name: "docs.example.com", URL: "https://docs.example.com"}, "portal 3"},
		"by its host, larger": {bot.PortalName{Name: "Docs.Example.com", URL: "https://docs.example.com/office"}, "portal 3"},
		"by a name":           {bot.PortalName{Name: "office", URL: "https://docs.example.com"}, "portal office"},
	} {
		if got := publicName(2, c.portal); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
