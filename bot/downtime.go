package bot

import (
	"context"
	"slices"
	"time"
)

const (
	// seenEvery is how often a step records that it looked.
	seenEvery = 10 * time.Second
	// suspendGap is a gap between two steps of one process that means a suspended
	// machine.
	suspendGap = time.Minute
	// suspendGapInHistory is suspendGap where a step may read the history, which takes up
	// to 90 s.
	suspendGapInHistory = 100 * time.Second
)

// noteDowntime finds a gap between two steps in which the bot was down, and tells it
// in the thread.
func (b *Bot) noteDowntime(ctx context.Context, r *Restore, p Portal) error {
	now := time.Now().UTC()
	gap := now.Sub(r.SeenAt)
	switch {
	case r.SeenAt.IsZero():
	case gap >= suspendGapInHistory, gap >= restartGap && r.SeenBy != b.Process:
		next := *r
		next.Downtimes = append(slices.Clip(r.Downtimes), Downtime{From: r.SeenAt, To: now})
		next.SeenAt, next.SeenBy = now, b.Process
		saved, err := b.Store.Save(ctx, *r, next, Event{
			At: now, Restore: r.ID, Kind: EventDowntime,
			Detail: map[string]string{"from": r.SeenAt.Format(time.RFC3339), "to": now.Format(time.RFC3339)},
		})
		if err != nil {
			return err
		}
		*r = saved
		// Told once: it is on the card too, and a lost reply is no harm.
		note := Note{Kind: NoteDowntime}
		ts, err := b.Chat.Reply(ctx, b.card(ctx, *r, p), note)
		b.recordNote(ctx, *r, note, ts)
		if err != nil {
			b.Log.WarnContext(ctx, "that the bot was away could not be told", "restore", r.ID, "err", err)
		}
		return nil
	case gap < seenEvery && r.SeenBy == b.Process:
		return nil
	}
	next := *r
	next.SeenAt, next.SeenBy = now, b.Process
	saved, err := b.Store.Save(ctx, *r, next)
	if err == nil {
		*r = saved
	}
	return err
}
