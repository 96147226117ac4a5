package slacktest

import (
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// Reasons of a disconnect frame (docs: Using Socket Mode; too_many_websockets is seen and
// not documented).
const (
	Warning          = "warning"             // closed soon; envelopes keep coming until then
	RefreshRequested = "refresh_requested"   // no more envelopes; closed
	LinkDisabled     = "link_disabled"       // Socket Mode was turned off
	TooManySockets   = "too_many_websockets" // more than ten connections
)

// Grace is about how long before the close Slack sends a warning (docs: Using Socket Mode).
const Grace = 10 * time.Second

// A Connection is a live Socket Mode connection.
type Connection struct {
	ID     int // 1, 2, 3 ... in the order they were opened
	Since  time.Time
	Reason string // of its disconnect frame; empty: none was sent
}

// Connections returns the live connections, oldest first.
func (s *Slack) Connections() []Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	var live []Connection
	for _, l := range s.links {
		live = append(live, Connection{l.id, l.since, l.warned})
	}
	return live
}

// Recycle sends a disconnect frame with the reason on the given connections, on all of
// them if none is given, and closes them after grace. It returns at once.
//
// With Warning the connections get envelopes until they are closed, as Slack's do; with
// any other reason they get none from now on.
func (s *Slack) Recycle(reason string, grace time.Duration, connections ...int) {
	s.each(connections, func(l *link) { s.sendDisconnect(l, reason, grace) })
}

// Cut ends the given connections, all of them if none is given, without a close frame: the
// app sees a reset.
func (s *Slack) Cut(connections ...int) {
	var cut []*link
	s.each(connections, func(l *link) { cut = append(cut, l) })
	for _, l := range cut {
		l.cut()
		l.drop("cut")
	}
}

// HalfOpen makes the given connections, all of them if none is given, go silent: no PINGs,
// no envelopes get through and acks are swallowed, but the app's writes still succeed.
// Slack goes on sending envelopes there until it notices; notice is when, and 0 is never.
func (s *Slack) HalfOpen(notice time.Duration, connections ...int) {
	s.each(connections, func(l *link) {
		l.halfOpen = true
		if notice > 0 {
			s.after(notice, l.cut)
		}
	})
}

// Storm makes every new connection get hello, a disconnect frame with the reason and a
// close, at once. Calm ends it.
func (s *Slack) Storm(reason string) (calm func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.storm = reason
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.storm = ""
	}
}

// each calls f, with mu held, for the live connections with the given ids, or for all.
func (s *Slack) each(ids []int, f func(*link)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.links {
		if len(ids) == 0 || slices.Contains(ids, l.id) {
			f(l)
		}
	}
}

// sendDisconnect sends a disconnect frame and closes the connection after grace, if it
// is still there. The caller holds mu.
func (s *Slack) sendDisconnect(l *link, reason string, grace time.Duration) {
	if !slices.Contains(s.links, l) {
		return
	}
	l.warned = reason
	l.noEnvelopes = l.noEnvelopes || reason != Warning
	s.emit(Event{Kind: ConnectionWarned, Connection: l.id, Detail: reason})
	l.push(frameText, encode(Object{
		"type":            "disconnect",
		"reason":          reason,
		"num_connections": len(s.links),
		"debug_info":      Object{"host": "applink-" + strconv.Itoa(l.id)},
		"connection_info": Object{"app_id": appID},
	}))
	if grace <= 0 {
		s.closeSocket(l)
		return
	}
	s.after(grace, func() { s.closeSocket(l) })
}

// closeSocket sends the close frame. Acks are taken until the app answers it or closeWait is
// over (assumed). The caller holds mu.
func (s *Slack) closeSocket(l *link) {
	if !slices.Contains(s.links, l) {
		return
	}
	l.noEnvelopes = true
	l.push(frameClose, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	s.after(closeWait, l.cut)
}
