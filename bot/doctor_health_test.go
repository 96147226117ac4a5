package bot_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// Whoever reaches the port reads /readyz: where the portals are, and what they or
// a proxy say, is none of it. The doctor tells that to those who may know.
func TestHealthTellsNoAddress(t *testing.T) {
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
	settings := func(version, status string) network {
		return answer(200, "", `{"response":{"version":"`+version+`","tenantStatus":`+status+`}}`)
	}
	const well = ""
	for name, c := range map[string]struct {
		way  network
		want string
	}{
		"no such host":      {fails(&net.DNSError{Err: "no such host", Name: "secret.example.com", Server: "192.0.2.53:53"}), "its name cannot be found (DNS)"},
		"refused":           {fails(&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8443}, Err: errors.New("connection refused")}), "it does not answer"},
		"proxy":             {fails(&bot.ProxyError{Status: "407 secret.example.com"}), "the proxy on the way to it does not let the bot through"},
		"certificate":       {fails(x509.HostnameError{Host: "secret.example.com", Certificate: &x509.Certificate{}}), "its certificate is not accepted (TLS)"},
		"silent":            {fails(fmt.Errorf("secret.example.com: %w", context.DeadlineExceeded)), "it does not answer in time"},
		"moved":             {answer(301, "https://other.secret.example.com/", ""), "its address leads elsewhere (a redirect)"},
		"a 500":             {answer(500, "", `{"error":{"message":"secret.example.com is ill","type":"secret.example.com"}}`), "it failed with an error of its own (500)"},
		"a 400":             {answer(400, "", `{"error":{"message":"secret.example.com is ill","type":"secret.example.com"}}`), "it does not take what it is asked (400)"},
		"unpaid":            {answer(402, "", `{"error":{"message":"secret.example.com is ill","type":"secret.example.com"}}`), "its plan does not include this (402)"},
		"closed":            {answer(403, "", `{"response":"The access to secret.example.com is restricted"}`), "it lets nobody in from the bot's address (403)"},
		"no portal":         {answer(404, "", `{"error":{"message":"portal secret.example.com not found","type":"X"}}`), "it does not know what it is asked (404)"},
		"rubbish":           {answer(200, "", `secret.example.com`), "its answer breaks off"},
		"restoring":         {settings("3.7.2", `"Restoring"`), "a restore of it runs or has broken off"},
		"suspended":         {settings("3.7.2", "1"), "it is suspended"},
		"a state unknown":   {settings("3.7.2", `"secret.example.com"`), "its state is one that the bot does not know"},
		"well":              {settings("3.7.2", "0"), well},
		"a strange version": {settings("secret.example.com", "0"), well},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ps := bot.Portals{{
				PortalName: bot.PortalName{Name: "docs", URL: "https://secret.example.com:8443"},
				API:        &docspace.Client{BaseURL: "https://secret.example.com:8443", HTTP: &http.Client{Transport: c.way}, Retries: -1},
			}}
			found := (&bot.PortalHealth{Portals: ps}).Examine(t.Context())
			if len(found) != 1 || found[0].Public.Name != "portal docs" || found[0].Public.Needed || (found[0].Grade == bot.Pass) != (c.want == well) {
				t.Fatalf("found %+v", found)
			}
			public, want := found[0].Public.Detail, c.want+"; restorebot doctor tells more"
			if c.want == well {
				want = map[string]string{"well": "version 3.7.2, Active"}[name]
				if want == "" {
					want = "answers"
				}
			}
			if public != want {
				t.Errorf("told %q, want %q", public, want)
			}
			for _, secret := range []string{"ecret", "example", "192.0.2", "8443", "http"} {
				if strings.Contains(public, secret) {
					t.Errorf("it tells %q: %s", secret, public)
				}
			}
			// The doctor asks the same question and says the same, and more.
			if told := ps.Examine(t.Context())[0]; told.Grade != found[0].Grade || !strings.Contains(told.What, c.want) || *told.Public != *found[0].Public {
				t.Errorf("the doctor finds %+v, the probe %+v", told, found[0])
			}
		})
	}
}

func TestHealthNamesNoPortalByItsAddress(t *testing.T) {
	t.Parallel()
	silent := &docspace.Client{HTTP: &http.Client{Transport: network(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}, Retries: -1}
	for name, c := range map[string]struct {
		portal bot.PortalName
		want   string
	}{
		"by its host":         {bot.PortalName{Name: "docs.example.com", URL: "https://docs.example.com"}, "portal 2"},
		"by its host, larger": {bot.PortalName{Name: "Docs.Example.com", URL: "https://docs.example.com/office"}, "portal 2"},
		"by host and port":    {bot.PortalName{Name: "docs.example.com:8443", URL: "https://docs.example.com:8443"}, "portal 2"},
		"by a name":           {bot.PortalName{Name: "office", URL: "https://docs.example.com"}, "portal office"},
	} {
		ps := bot.Portals{{PortalName: bot.PortalName{Name: "wiki"}, API: silent}, {PortalName: c.portal, API: silent}}
		if got := (&bot.PortalHealth{Portals: ps}).Examine(t.Context())[1].Public.Name; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPortalsAreNotAskedByEveryProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		portal := docspacetest.New(docspacetest.Config{})
		api := &docspace.Client{BaseURL: "http://docs.test", HTTP: docspacetest.Via(portal), Retries: -1}
		health := &bot.PortalHealth{Portals: bot.Portals{{PortalName: bot.PortalName{Name: "docs", URL: "http://docs.test"}, API: api}}}
		probe := func(ctx context.Context) int {
			health.Examine(ctx)
			return len(portal.Requests())
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		probe(gone) // who asked has gone: their answer says nothing
		before := len(portal.Requests())
		for range 5 {
			if n := probe(t.Context()); n != before+1 {
				t.Errorf("5 probes asked the portal %d times", n-before)
			}
		}
		time.Sleep(15 * time.Second)
		if n := probe(t.Context()); n != before+2 {
			t.Errorf("a late probe asked the portal %d times in all, want 2", n-before)
		}
		// One that is silent holds a probe up no longer than 3 s.
		portal.Break(func(f *docspacetest.Faults) { f.Delay = time.Hour })
		time.Sleep(15 * time.Second)
		begun := time.Now()
		if found := health.Examine(t.Context()); found[0].Grade != bot.Fail || time.Since(begun) != 3*time.Second {
			t.Errorf("found %+v after %s", found, time.Since(begun))
		}
	})
}
