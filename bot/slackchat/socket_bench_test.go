package slackchat

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

// BenchmarkEnvelopeToAck is one command after the other over a real socket:
// from Slack's write of the envelope to its read of the ack.
func BenchmarkEnvelopeToAck(b *testing.B) {
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
	s := &Sockets{
		N: 1, API: fixedOpener(strings.Replace(server.URL, "http", "ws", 1)),
		Handle: func(context.Context, Envelope) any { return map[string]string{"text": "recorded"} },
	}
	go func() { ended <- s.Run(ctx) }()
	ws := <-links
	defer func() { _ = ws.Close() }()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`)); err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		frame := `{"type":"slash_commands","envelope_id":"e` + strconv.Itoa(n) +
			`","accepts_response_payload":true,"payload":{"command":"/restore","user_id":"U1","text":"list"}}`
		if err := ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			b.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	stop()
	_ = ws.Close()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}
