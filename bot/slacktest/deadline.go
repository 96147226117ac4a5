package slacktest

import "time"

// expect gives an envelope that was just sent its time for an ack. All have the same
// time, so one timer is enough: that of the oldest. The caller holds mu.
func (s *Slack) expect(d *Delivery) {
	if s.expected = append(s.expected, d); len(s.expected) == 1 {
		s.after(ackDeadline, s.overdue)
	}
}

// overdue gives up every envelope whose time is over. The caller holds mu.
func (s *Slack) overdue() {
	now := time.Now()
	var over []*Delivery
	for len(s.expected) > 0 {
		d := s.expected[0]
		open := len(d.acks) == 0 && d.err == nil && d.retries == 0
		if left := d.At.Add(ackDeadline).Sub(now); open && left > 0 {
			s.after(left, s.overdue)
			break
		}
		s.expected = s.expected[1:]
		if open {
			over = append(over, d)
		}
	}
	if len(s.expected) == 0 {
		s.expected = nil
	}
	for _, d := range over { // last, for one that fails may bring about another
		d.unanswered("operation_timeout", ErrOperationTimeout)
	}
}
