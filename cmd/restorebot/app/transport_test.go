package app

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Each portal has a connection that is kept between two polls, however many
// portals there are, and answers longer than its buffers are read whole.
func TestPortalTransportKeepsAConnectionToEachPortal(t *testing.T) {
	t.Parallel()
	const portals = 150 // more than Go's default keeps
	long := strings.Repeat("x", 100*portalBuffer)
	var opened atomic.Int64
	urls := make([]string, 0, portals)
	for range portals {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) }))
		srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		}
		srv.Start()
		t.Cleanup(srv.Close)
		urls = append(urls, srv.URL)
	}
	transport := portalTransport()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	t.Cleanup(client.CloseIdleConnections)
	for range 3 {
		for _, url := range urls {
			resp, err := client.Get(url)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || string(body) != long {
				t.Fatalf("%d bytes, %v", len(body), err)
			}
		}
	}
	if n := opened.Load(); n != portals {
		t.Errorf("%d connections to %d portals", n, portals)
	}
}
