package durable

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// againAfter bounds repetition: while the database is away, River reports it several
// times a second.
const againAfter = 5 * time.Second

// riverLog passes on River's warnings and errors, each at most once in againAfter.
// While debugging is on it passes on everything.
type riverLog struct {
	slog.Handler

	said *sync.Map // when each message was logged last
}

func newRiverLog(h slog.Handler) riverLog { return riverLog{h, new(sync.Map)} }

func (q riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return q.Handler.Enabled(ctx, level) && (level >= slog.LevelWarn || q.Handler.Enabled(ctx, slog.LevelDebug))
}

// Handle implements [slog.Handler].
func (q riverLog) Handle(ctx context.Context, r slog.Record) error {
	if !q.Handler.Enabled(ctx, slog.LevelDebug) {
		last, _ := q.said.Load(r.Message)
		if at, said := last.(time.Time); said && r.Time.Sub(at) < againAfter {
			return nil
		}
		q.said.Store(r.Message, r.Time)
	}
	return q.Handler.Handle(ctx, r)
}

func (q riverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return riverLog{q.Handler.WithAttrs(attrs), q.said}
}

func (q riverLog) WithGroup(name string) slog.Handler {
	return riverLog{q.Handler.WithGroup(name), q.said}
}
