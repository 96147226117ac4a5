package docspace

import (
	"net/http"
	"sync/atomic"
	"time"
)

// skew is the portal's clock less the client's, by the portal's last answer.
type skew struct{ last atomic.Pointer[time.Duration] }

// learn reads the Date of an answer, in full seconds. The request was sent at asked.
func (s *skew) learn(h http.Header, asked, heard time.Time) {
	told, err := http.ParseTime(h.Get("Date"))
	if err != nil || heard.Sub(asked) > maxSkewTrip {
		return
	}
	ahead := told.Add(time.Second / 2).Sub(asked.Add(heard.Sub(asked) / 2))
	s.last.Store(&ahead)
}

// maxSkewTrip is the slowest answer whose Date counts.
const maxSkewTrip = 10 * time.Second

// ClockSkew returns how far the portal's clock is ahead of the client's, exact to a
// few seconds; false when no answer had a Date yet. A proxy in front of the portal may
// have written the Date.
func (c *Client) ClockSkew() (ahead time.Duration, known bool) {
	last := c.skew.last.Load()
	if last == nil {
		return 0, false
	}
	return *last, true
}
