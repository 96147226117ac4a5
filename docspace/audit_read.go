package docspace

import (
	"context"
	"slices"
	"sync"
	"time"
)

// AuditRange says what [Client.ReadAudit] reads.
type AuditRange struct {
	From, To time.Time // whole seconds, both included; To stays the same for all pages
	Skip     int       // rows that were read before, by the same From and To
	Pages    int       // the most pages to read; 0 is all
	Parallel int       // pages asked for at once; 0 is 3
}

// AuditRead is how far [Client.ReadAudit] came.
type AuditRead struct {
	Requests int  // answered or not, without repeats
	Rows     int  // rows of all answers, duplicates too: the Skip of the next reading
	Complete bool // the oldest row was reached
}

// auditParallel hides the time of one page behind another, and is few beside the requests
// of people.
const auditParallel = 3

// lastRows is how many rows a plan without the option answers with.
const lastRows = 20

// ReadAudit reads the audit trail page by page, newest first, and gives each event
// once to each: it drops the rows that came twice, and one of the two rows that a
// move or copy between rooms writes. Its memory is 16 bytes for an event, and a
// few pages.
//
// It needs what [Client.AuditEvents] needs, and its errors are the same; what was
// read before an error was given to each, and AuditRead says how much it was.
func (c *Client) ReadAudit(ctx context.Context, r AuditRange, each func(AuditEvent)) (AuditRead, error) {
	read := AuditRead{}
	once := sieve{seen: map[int64]struct{}{}}
	for page := 0; r.Pages == 0 || page < r.Pages; {
		width := r.width(page)
		pages, errs := c.auditPages(ctx, r, r.Skip+page*AuditPage, width)
		read.Requests += width
		for i, rows := range pages {
			if errs[i] != nil {
				return read, errs[i]
			}
			if page == 0 && len(rows) == lastRows {
				read.Requests++
				if err := c.auditObeyed(ctx, r, rows); err != nil {
					return read, err
				}
			}
			read.Rows += len(rows)
			for _, e := range rows {
				if once.lets(e) {
					each(e)
				}
			}
			if len(rows) < AuditPage {
				read.Complete = true
				return read, nil
			}
		}
		page += width
	}
	return read, nil
}

// width is how many pages are asked for at once, from that page on. The first goes
// alone: most trails are one page, and it tells whether there is a trail.
func (r AuditRange) width(page int) int {
	width := r.Parallel
	if width <= 0 {
		width = auditParallel
	}
	if page == 0 {
		width = 1
	}
	if r.Pages > 0 {
		width = min(width, r.Pages-page)
	}
	return width
}

// auditPages asks for some pages at once.
func (c *Client) auditPages(ctx context.Context, r AuditRange, skip, width int) ([][]AuditEvent, []error) {
	pages, errs := make([][]AuditEvent, width), make([]error, width)
	var all sync.WaitGroup
	for i := range width {
		all.Go(func() { pages[i], errs[i] = c.AuditEvents(ctx, r.From, r.To, skip+i*AuditPage) })
	}
	all.Wait()
	return pages, errs
}

// auditObeyed tells a trail of 20 events from a server that ignores the query: such a
// server answers the same rows after a skip.
func (c *Client) auditObeyed(ctx context.Context, r AuditRange, first []AuditEvent) error {
	again, err := c.AuditEvents(ctx, r.From, r.To, r.Skip+len(first))
	if err != nil {
		return err
	}
	if len(again) > 0 && slices.ContainsFunc(first, func(e AuditEvent) bool { return e.ID == again[0].ID }) {
		return ErrNoAudit
	}
	return nil
}

// sieve lets each act through once. Rows come newest first.
type sieve struct {
	seen  map[int64]struct{}
	moves []AuditEvent // of the last seconds
}

// moveTwins is how far apart the two rows of one move are at most.
const moveTwins = 2 * time.Second

func (s *sieve) lets(e AuditEvent) bool {
	if _, double := s.seen[e.ID]; double {
		return false
	}
	s.seen[e.ID] = struct{}{}
	if !e.Action.twice() || len(e.Targets) == 0 {
		return true
	}
	near := func(m AuditEvent) bool { return m.Date.Sub(e.Date).Abs() <= moveTwins }
	s.moves = slices.DeleteFunc(s.moves, func(m AuditEvent) bool { return !near(m) })
	if slices.ContainsFunc(s.moves, func(m AuditEvent) bool {
		return m.Action == e.Action && m.UserID == e.UserID && slices.Equal(m.Targets, e.Targets)
	}) {
		return false
	}
	s.moves = append(s.moves, e)
	return true
}
