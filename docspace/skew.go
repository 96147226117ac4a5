package docspace

import (
	"net/http"
	"sync/atomic"
	"time"
)

// skew is how far the portal's clock was ahead when it last told the time.
type skew struct{ last atomic.Pointer[time.Duration] }

// learn reads the Date of an answer to a request that was sent at asked. It is of
// the last full second.
func (s *skew) learn(h http.Header, asked, heard time.Time) {
	told, err := http.ParseTime(h.Get("Date"))
	if err != nil || heard.Sub(asked) > maxSkewTrip {
		return
	}
	ahead := told.Add(time.Second / 2).Sub(asked.Add(heard.Sub(asked) / 2))
	s.last.Store(&ahead)
}

// maxSkewTrip is the longest wait for an answer that still tells the time.
const maxSkewTrip = 10 * time.Second

// ClockSkew returns how far the portal's clock is ahead of the client's, to a few
// seconds, by the Date of the last answer; false where none had one. What is in
// front of the portal may have stamped it.
func (c *Client) ClockSkew() (ahead time.Duration, known bool) {
	last := c.skew.last.Load()
	if last == nil {
		return 0, false
	}
	return *last, true
}
