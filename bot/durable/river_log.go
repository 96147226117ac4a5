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

	last *lastSaid
}

// lastSaid is when each message was logged last.
type lastSaid struct {
	mu sync.Mutex
	at map[string]time.Time
}

func newRiverLog(h slog.Handler) riverLog { return riverLog{h, &lastSaid{at: map[string]time.Time{}}} }

func (q riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return q.Handler.Enabled(ctx, level) && (level >= slog.LevelWarn || q.Handler.Enabled(ctx, slog.LevelDebug))
}

// Handle implements [slog.Handler].
func (q riverLog) Handle(ctx context.Context, r slog.Record) error {
	if !q.Handler.Enabled(ctx, slog.LevelDebug) && q.last.saidLately(r) {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

func (l *lastSaid) saidLately(r slog.Record) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, said := l.at[r.Message]; said && r.Time.Sub(last) < againAfter {
		return true
	}
	l.at[r.Message] = r.Time
	return false
}

func (q riverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return riverLog{q.Handler.WithAttrs(attrs), q.last}
}

func (q riverLog) WithGroup(name string) slog.Handler {
	return riverLog{q.Handler.WithGroup(name), q.last}
}
