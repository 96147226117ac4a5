package slackchat

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A peer that has stopped reading fills the kernel's buffers; neither a write
// nor TLS's own goodbye may then hold Run up. Real sockets, so real time.
func TestStopIsBoundedOverTLSWhenNobodyReads(t *testing.T) {
	t.Parallel()
	links := make(chan *websocket.Conn, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		links <- ws
	}))
	defer server.Close()
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	handled := make(chan struct{}, 1000)
	s := &Sockets{
		N: 1, API: fixedOpener(strings.Replace(server.URL, "https", "wss", 1)),
		Dialer: &websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}},
		Handle: func(context.Context, Envelope) any {
			handled <- struct{}{}
			return strings.Repeat("x", maxAckBytes-100)
		},
	}
	stop := runSockets(t, s)
	ws := <-links
	defer func() { _ = ws.Close() }()
	write := func(text string) {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Error(err)
		}
	}
	write(`{"type":"hello","num_connections":1}`)
	const commands = 800 // 16 MB of acks, above what the kernel takes
	for i := range commands {
		write(fmt.Sprintf(`{"type":"slash_commands","envelope_id":"e%d","accepts_response_payload":true,"payload":{}}`, i))
		<-handled
	}
	begun := time.Now()
	if err := stop(); err != nil {
		t.Errorf("Run: %v, want nil", err)
	}
	if took := time.Since(begun); took >= 4*time.Second {
		t.Errorf("stopped after %v, want under 4 s", took)
	} else {
		t.Logf("stopped after %v", took)
	}
}
