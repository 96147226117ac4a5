package socketmode

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// A peer that has stopped reading blocks every write; neither one of them nor
// TLS's own goodbye may then hold Run up.
func TestStopIsBoundedOverTLSWhenNobodyReads(t *testing.T) {
	t.Parallel()
	borrowed := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate, which is good for 127.0.0.1
	certificates := borrowed.TLS.Certificates
	roots := borrowed.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	borrowed.Close()

	synctest.Test(t, func(t *testing.T) {
		links := make(chan *websocket.Conn, 1)
		listener := newPipeListener()
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			links <- ws
		})}
		served := make(chan error, 1)
		go func() {
			served <- server.Serve(tls.NewListener(listener, &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS13}))
		}()
		defer func() {
			_ = server.Close()
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		}()
		s := &Client{
			Slots: 1, API: fixedOpener("wss://127.0.0.1/link"),
			Dialer: &websocket.Dialer{
				NetDialContext:  listener.DialContext,
				TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13},
			},
			Handle: func(context.Context, Envelope) any { return strings.Repeat("x", maxAckBytes-100) },
		}
		stop := runClient(t, s)
		ws := <-links
		defer func() { _ = ws.NetConn().Close() }()
		write := func(text string) {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				t.Error(err)
			}
		}
		write(`{"type":"hello","num_connections":1}`)
		for i := range 3 {
			write(fmt.Sprintf(`{"type":"slash_commands","envelope_id":"e%d","accepts_response_payload":true,"payload":{}}`, i))
		}
		synctest.Wait()
		begun := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
		if took := time.Since(begun); took == 0 || took >= 4*time.Second {
			t.Errorf("stopped after %v, want under 4 s, and only when the write is given up", took)
		}
	})
}
