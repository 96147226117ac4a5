package bot

import (
	"context"
	"log/slog"
	"slices"
)

type logKey struct{}

// LogWith returns a ctx whose log lines say attrs too, where the log's handler
// is a [LogHandler]: the ids of the restore, the envelope and the portal that
// something is done for.
func LogWith(ctx context.Context, attrs ...slog.Attr) context.Context {
	have, _ := ctx.Value(logKey{}).([]slog.Attr)
	return context.WithValue(ctx, logKey{}, slices.Concat(have, attrs))
}

// LogAs is ctx with what [LogWith] noted in another one: for what outlives that.
func LogAs(ctx, noted context.Context) context.Context {
	attrs, _ := noted.Value(logKey{}).([]slog.Attr)
	return LogWith(ctx, attrs...)
}

// LogHandler adds what [LogWith] noted to each line that does not say it itself.
type LogHandler struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h LogHandler) Handle(ctx context.Context, r slog.Record) error {
	said := map[string]bool{}
	r.Attrs(func(a slog.Attr) bool {
		said[a.Key] = true
		return true
	})
	noted, _ := ctx.Value(logKey{}).([]slog.Attr)
	r = r.Clone()
	for _, a := range slices.Backward(noted) { // the innermost counts
		if !said[a.Key] {
			said[a.Key] = true
			r.AddAttrs(a)
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h LogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return LogHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h LogHandler) WithGroup(name string) slog.Handler { return LogHandler{h.Handler.WithGroup(name)} }
