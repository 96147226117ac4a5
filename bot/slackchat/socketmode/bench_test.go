package socketmode

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// fixedOpener always gives the same address.
type fixedOpener string

func (o fixedOpener) StartSocketModeContext(context.Context) (*slack.SocketModeConnection, string, error) {
	return nil, string(o), nil
}

// BenchmarkEnvelopeToAck is commands over a real socket, one after the other or
// many at once: from Slack's write of an envelope to its read of the ack.
func BenchmarkEnvelopeToAck(b *testing.B) {
	b.Run("one", func(b *testing.B) { benchmarkAcks(b, 1) })
	b.Run("32", func(b *testing.B) { benchmarkAcks(b, 32) })
}

func benchmarkAcks(b *testing.B, burst int) {
	b.Helper()
	links := make(chan *websocket.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		links <- ws
	}))
	defer server.Close()
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	s := &Client{
		Slots: 1, API: fixedOpener(strings.Replace(server.URL, "http", "ws", 1)),
		Handle: func(context.Context, Envelope) any { return map[string]string{"text": "recorded"} },
	}
	go func() { ended <- s.Run(ctx) }()
	ws := <-links
	defer func() { _ = ws.Close() }()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`)); err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for range burst {
			frame := `{"type":"slash_commands","envelope_id":"e` + strconv.Itoa(n) +
				`","accepts_response_payload":true,"payload":{"command":"/restore","user_id":"U1","text":"list"}}`
			n++
			if err := ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
				b.Fatal(err)
			}
		}
		for range burst {
			if _, _, err := ws.ReadMessage(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/ack")
	stop()
	_ = ws.Close()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}
