package bot

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/docspace"
)

const (
	// lossWithin bounds the reading that the card waits for to be filled in.
	lossWithin = 5 * time.Second
	// lossPages bounds it too: 1,100 rows.
	lossPages = 11
	// lossOnWithin and lossOnPages bound the reading of the rest, which nothing waits
	// for: 100,000 rows.
	lossOnWithin = 80 * time.Second
	lossOnPages  = 1000
	// lossOnTries is how often it is tried.
	lossOnTries = 3
	// lossReadings bounds the readings that fail. The second one comes after lossRetry,
	// each further one after twice as long: all within 4 min.
	lossReadings = 5
	lossRetry    = 15 * time.Second
	// lossFreshFor is how old the numbers on the card of a request become before they
	// are brought up to date, once.
	lossFreshFor = 5 * time.Minute
	// againWithin bounds the look just before the start, and againPages its rows.
	againWithin = 2 * time.Second
	againPages  = 5
	// lateRows is how long after an act its row may come.
	lateRows = 5 * time.Minute
	// backupTakes is the longest time before the end of a backup in which its start
	// is looked for.
	backupTakes = 12 * time.Hour
)

// readLoss asks the portal what the restore takes: the trail, up to some pages, or what
// is left without one. Why says what could not be read, and Due when to ask again.
func (b *Bot) readLoss(ctx context.Context, r Restore, p Portal, w Witness, pages int) (loss.Summary, loss.List) {
	began := time.Now()
	now, ahead := p.portalTime(), p.clockAhead()
	none := loss.Summary{Source: loss.FromNone, At: now, Tries: r.Loss.Tries, Failed: r.Loss.Failed}
	if r.Backup.CreatedOn.IsZero() {
		none.Why = "the bot does not see the backup, so it does not know since when"
		return none, loss.List{}
	}
	var quota docspace.Quota
	var unasked error
	from, fromEnd := r.Backup.CreatedOn, true
	var rooms []docspace.Room
	var noRooms error
	var wait sync.WaitGroup
	wait.Go(func() { quota, unasked = w.Quota(ctx) })
	wait.Go(func() { from, fromEnd = backupStart(ctx, r, w) })
	wait.Go(func() { rooms, noRooms = allRooms(ctx, w) }) // without them no name is kept
	wait.Wait()
	noTrail := func() (loss.Summary, loss.List) {
		if noRooms != nil {
			return unread(none, p, noRooms), loss.List{}
		}
		return b.readRooms(ctx, r, p, w, none, rooms)
	}
	if unasked == nil && quota.Audit != nil && !*quota.Audit {
		return noTrail()
	}
	count := loss.New(now, ahead, rooms)
	read, err := w.ReadAudit(ctx, docspace.AuditRange{From: from, To: now, Pages: pages}, count.Add)
	b.lossRead(LossRead{Requests: read.Requests, Events: read.Rows, Took: time.Since(began), Complete: err == nil && read.Complete})
	if errors.Is(err, docspace.ErrNoAudit) {
		return noTrail()
	}
	if err != nil && read.Rows == 0 {
		return unread(none, p, err), loss.List{}
	}
	s := count.Summary()
	s.Source, s.At, s.From, s.FromEnd, s.Complete = loss.FromTrail, now, from, fromEnd, err == nil && read.Complete
	s.Tries, s.Due = r.Loss.Tries, time.Now().UTC().Add(lossFreshFor)
	s.Since, s.Jump = r.Loss.Since, r.Loss.Jump
	if err != nil {
		s.Why = p.explain(err).why
	}
	return s, count.List()
}

// unread is what is known after a reading that told nothing. The portal is asked again, later
// each time, unless it refused: that lasts.
func unread(s loss.Summary, p Portal, err error) loss.Summary {
	s.Source, s.Why, s.Failed = loss.FromNone, p.explain(err).why, s.Failed+1
	if s.Failed < lossReadings && !lasts(err) {
		s.Due = time.Now().UTC().Add(lossRetry << (s.Failed - 1))
	}
	return s
}

// lasts reports whether a portal would answer the same once more: it refused, and was
// not only slow, broken, busy or locked.
func lasts(err error) bool {
	e := portalError(err)
	return e.Status >= http.StatusBadRequest && e.Status < http.StatusInternalServerError && !e.Proxy &&
		!errors.Is(err, docspace.ErrRateLimited) && !errors.Is(err, docspace.ErrRestoring)
}

func (b *Bot) lossRead(r LossRead) {
	if b.OnLossRead != nil {
		b.OnLossRead(r)
	}
}

// backupStart is when the backup was begun: its date is that of its end. The
// trail tells, as far as a page of it reaches; on SaaS the name of the file does.
func backupStart(ctx context.Context, r Restore, w Witness) (from time.Time, fromEnd bool) {
	end := r.Backup.CreatedOn
	rows, err := w.AuditEvents(ctx, end.Add(-backupTakes), end.Add(2*time.Second), 0)
	if err == nil {
		for _, e := range rows { // newest first
			if e.Action == docspace.ActionBackupStarted || e.Action == docspace.ActionScheduledBackup {
				return e.Date, false
			}
		}
	}
	return end, true
}

// lossSince adds to what is known what came since: rows with a number that is
// newer, from a little before, since rows come late.
func (b *Bot) lossSince(ctx context.Context, r Restore, p Portal, w Witness) (loss.Summary, []loss.Act, error) {
	began := time.Now()
	now := p.portalTime()
	was := r.Loss
	from := was.At.Add(-lateRows)
	if from.Before(was.From) {
		from = was.From
	}
	var rooms []docspace.Room
	var events []docspace.AuditEvent
	var read docspace.AuditRead
	var err error
	var wait sync.WaitGroup
	wait.Go(func() { rooms, _ = allRooms(ctx, w) })
	wait.Go(func() {
		read, err = w.ReadAudit(ctx, docspace.AuditRange{From: from, To: now, Pages: againPages}, func(e docspace.AuditEvent) {
			if e.ID > was.LastID {
				events = append(events, e)
			}
		})
	})
	wait.Wait()
	count := loss.New(now, p.clockAhead(), rooms)
	for _, e := range events {
		count.Add(e)
	}
	b.lossRead(LossRead{Requests: read.Requests, Events: read.Rows, Took: time.Since(began), Complete: err == nil && read.Complete})
	next := was.With(count.Summary(), now)
	next.Complete = was.Complete && (err != nil || read.Complete) // what failed was never read in part
	return next, count.List().Acts, err
}
