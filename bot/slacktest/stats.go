package slacktest

import (
	"maps"
	"slices"
)

// Stats are counters since New.
type Stats struct {
	Calls             map[string]int // by method, the refused ones included
	RateLimited       map[string]int // 429s given, by method
	Envelopes         int            // commands, interactions and events, each once
	Delivered         int            // frames sent, redeliveries included
	Acked             int            // in time
	AckedLate         int
	AckedAgain        int
	AcksIgnored       int
	Lost              int // deliveries whose connection died before the ack
	TimedOut          int // operation_timeout
	NoConnection      int // dispatch_failed
	ConnectionsOpened int
	ConnectionsClosed int
	Connections       int // live now
}

func newStats() Stats {
	return Stats{Calls: map[string]int{}, RateLimited: map[string]int{}}
}

// Stats returns the counters as they are now.
func (s *Slack) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Calls, st.RateLimited = maps.Clone(st.Calls), maps.Clone(st.RateLimited)
	st.Connections = len(s.links)
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
	s.emit(Event{Kind: NoticeShown, User: user, Channel: channel, Detail: text})
}
