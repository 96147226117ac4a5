package socketmode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// pipeListener accepts in-process connections, so that a synctest clock moves.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	dialed, accepted := net.Pipe()
	select {
	case l.conns <- accepted:
		return dialed, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// ticketMark is part of every address that the fake gives out.
const ticketMark = "tickettickettickettick"

// socketSlack is the Socket Mode half of a Slack, scripted by a test.
type socketSlack struct {
	t        *testing.T
	listener *pipeListener
	conns    chan *slackEnd // those that were accepted, in order

	// accepted, if set, runs in the connection's goroutine before it is offered
	// in conns; false keeps it out of conns.
	accepted func(*slackEnd) bool

	mu      sync.Mutex
	refuse  func(n int) error // of the nth open call, from 1
	opens   []time.Time
	open    int // connections now
	most    int // connections at once
	acks    map[string][]seenAck
	numbers int
}

// seenAck is an ack as it came.
type seenAck struct {
	Conn    int
	At      time.Time
	Payload json.RawMessage
}

func newSocketSlack(t *testing.T) *socketSlack {
	t.Helper()
	f := &socketSlack{t: t, listener: newPipeListener(), conns: make(chan *slackEnd, 1000), acks: map[string][]seenAck{}}
	server := &http.Server{Handler: http.HandlerFunc(f.upgrade)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(f.listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return f
}

func (f *socketSlack) StartSocketModeContext(ctx context.Context) (*slack.SocketModeConnection, string, error) {
	f.mu.Lock()
	f.opens = append(f.opens, time.Now())
	n, refuse := len(f.opens), f.refuse
	f.mu.Unlock()
	if refuse != nil {
		if err := refuse(n); err != nil {
			return nil, "", err
		}
	}
	return nil, fmt.Sprintf("ws://slack.test/link?ticket=%s%d&app_id=A1", ticketMark, n), ctx.Err()
}

func (f *socketSlack) dialer() *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: f.listener.DialContext}
}

func (f *socketSlack) upgrade(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return // the dialer was told
	}
	f.mu.Lock()
	f.open++
	f.most = max(f.most, f.open)
	f.numbers++
	c := &slackEnd{slack: f, number: f.numbers, ws: ws, done: make(chan struct{}), paused: make(chan struct{})}
	f.mu.Unlock()
	go c.read()
	if f.accepted == nil || f.accepted(c) {
		f.conns <- c
	}
}

// next is the next accepted connection, after its hello.
func (f *socketSlack) next() *slackEnd {
	f.t.Helper()
	select {
	case c := <-f.conns:
		c.hello(1)
		return c
	case <-time.After(10 * time.Minute):
		f.t.Fatal("no connection came")
		return nil
	}
}

func (f *socketSlack) acksOf(id string) []seenAck {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.acks[id]
}

func (f *socketSlack) openTimes() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time(nil), f.opens...)
}

// slackEnd is Slack's end of one connection.
type slackEnd struct {
	slack  *socketSlack
	number int // as the bot numbers it, if no open fails
	ws     *websocket.Conn
	done   chan struct{} // closed when it is gone
	paused chan struct{} // closed to read no more
	closed error         // how it ended; read after done

	mu     sync.Mutex
	ignore bool // no pongs
	pings  int
}

func (c *slackEnd) read() {
	gone := sync.OnceFunc(func() {
		c.slack.mu.Lock()
		defer c.slack.mu.Unlock()
		c.slack.open--
	})
	defer close(c.done)
	defer gone()
	defer func() { _ = c.ws.Close() }()
	answer := c.ws.CloseHandler()
	c.ws.SetCloseHandler(func(code int, text string) error {
		gone() // before the bot can know
		return answer(code, text)
	})
	c.ws.SetPingHandler(func(data string) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.pings++
		if c.ignore {
			return nil
		}
		return c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	for {
		select {
		case <-c.paused:
			// A read that is under way still takes one message.
			<-c.slack.listener.done
			return
		default:
		}
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			c.closed = err
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(data, &ack); err != nil || ack.EnvelopeID == "" {
			c.slack.t.Errorf("the bot sent %q", data)
			continue
		}
		c.slack.mu.Lock()
		c.slack.acks[ack.EnvelopeID] = append(c.slack.acks[ack.EnvelopeID],
			seenAck{c.number, time.Now(), ack.Payload})
		c.slack.mu.Unlock()
	}
}

// write sends a text frame; that a connection is gone is for the test to see.
func (c *slackEnd) write(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteMessage(websocket.TextMessage, []byte(text))
}

func (c *slackEnd) hello(counted int) {
	_ = c.write(fmt.Sprintf(`{"type":"hello","num_connections":%d,"connection_info":{"app_id":"A1"}}`, counted))
}

func (c *slackEnd) disconnect(reason string) {
	_ = c.write(fmt.Sprintf(`{"type":"disconnect","reason":%q}`, reason))
}

// command sends a slash command.
func (c *slackEnd) command(id string) error {
	return c.write(fmt.Sprintf(
		`{"type":"slash_commands","envelope_id":%q,"accepts_response_payload":true,"payload":{"command":"/restore","user_id":"U1"}}`, id))
}

func (c *slackEnd) interaction(id, kind string, accepts bool) {
	_ = c.write(fmt.Sprintf(
		`{"type":"interactive","envelope_id":%q,"accepts_response_payload":%t,"payload":{"type":%q}}`, id, accepts, kind))
}

// close sends a close frame and then waits for the bot's.
func (c *slackEnd) close() {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	<-c.done
}

// cut ends it without a word.
func (c *slackEnd) cut() { _ = c.ws.Close() }

// deafen leaves it open and silent, as a half-open connection is.
func (c *slackEnd) deafen() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ignore = true
}

// runClient runs s in the background; stop ends it and returns its error.
func runClient(t *testing.T, s *Client) (stop func() error) {
	t.Helper()
	s.Texts = said
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel(errors.New("the test is over"))
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}
