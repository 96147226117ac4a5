package durable

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// againAfter is how long River says the same only once: it looks for steps several
// times a second, and says each time that the database is away.
const againAfter = 5 * time.Second

// quiet lets River's own chatter through where debugging is on, and only its
// warnings and errors otherwise, each of them once in a while.
type quiet struct {
	slog.Handler

	last *lastSaid
}

// lastSaid is when each message was logged last.
type lastSaid struct {
	mu sync.Mutex
	at map[string]time.Time
}

func newQuiet(h slog.Handler) quiet { return quiet{h, &lastSaid{at: map[string]time.Time{}}} }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return q.Handler.Enabled(ctx, level) && (level >= slog.LevelWarn || q.Handler.Enabled(ctx, slog.LevelDebug))
}

// Handle implements [slog.Handler].
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
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

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quiet{q.Handler.WithAttrs(attrs), q.last}
}

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name), q.last} }
