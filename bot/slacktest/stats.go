package slacktest

import (
	"errors"
	"slices"
)

// Stats count what happened since New.
type Stats struct {
	Calls             map[string]int // by method, the refused ones included
	RateLimited       map[string]int // 429s given, by method
	Envelopes         int            // commands and interactions, each once
	Acked             int            // in time
	AckedLate         int
	AckedAgain        int
	AcksIgnored       int
	Lost              int // deliveries whose connection died before the ack
	TimedOut          int // operation_timeout
	NoConnection      int // dispatch_failed
	ConnectionsOpened int
	Connections       int // live now
}

// Stats counts the calls, the envelopes and the events so far.
func (s *Slack) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Stats{Calls: map[string]int{}, RateLimited: map[string]int{}, Envelopes: len(s.order), Connections: len(s.links)}
	for _, c := range s.calls {
		st.Calls[c.Method]++
	}
	for _, e := range s.log {
		switch e.Kind { //nolint:exhaustive // the others are not counted
		case RateLimited:
			st.RateLimited[e.Method]++
		case AckIgnored:
			st.AcksIgnored++
		case EnvelopeLost:
			st.Lost++
		case ConnectionOpened:
			st.ConnectionsOpened++
		}
	}
	for _, d := range s.order {
		switch {
		case errors.Is(d.err, ErrDispatchFailed):
			st.NoConnection++
		case errors.Is(d.err, ErrOperationTimeout):
			st.TimedOut++
		}
		for _, a := range d.acks {
			switch {
			case a.Again:
				st.AckedAgain++
			case a.Late:
				st.AckedLate++
			default:
				st.Acked++
			}
		}
	}
	return st
}

// Deliveries returns every envelope so far, oldest first.
func (s *Slack) Deliveries() []*Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// A Notice is what Slack itself tells one person, for instance that the app did not answer.
type Notice struct {
	Channel string
	Code    string // dispatch_failed, operation_timeout ...
	Text    string
}

// Notices returns what Slack told a person, oldest first.
func (s *Slack) Notices(user string) []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notices[user])
}

func (s *Slack) notice(user, channel, code, text string) {
	s.notices[user] = append(s.notices[user], Notice{channel, code, text})
	s.emit(Event{Kind: NoticeShown, User: user, Detail: text})
}
