package bot

import (
	"context"
	"log/slog"
	"slices"
)

type logKey struct{}

// LogWith returns a ctx whose log lines also have attrs, where the log's handler is a
// [LogHandler]: the ids of the restore, the envelope and the portal.
func LogWith(ctx context.Context, attrs ...slog.Attr) context.Context {
	have, _ := ctx.Value(logKey{}).([]slog.Attr)
	return context.WithValue(ctx, logKey{}, slices.Concat(have, attrs))
}

// LogAs is ctx with the attributes that [LogWith] noted in another ctx, for work that
// outlives it.
func LogAs(ctx, noted context.Context) context.Context {
	attrs, _ := noted.Value(logKey{}).([]slog.Attr)
	return LogWith(ctx, attrs...)
}

// loggedID bounds an id that comes from outside.
const loggedID = 40

// about is ctx with the id of a restore for the log, ctx itself for "".
func about(ctx context.Context, restore string) context.Context {
	if restore == "" {
		return ctx
	}
	return LogWith(ctx, slog.String("restore", restore[:min(len(restore), loggedID)]))
}

// AboutPress is ctx with the restore of a press for the log. The value of a button that is
// on no card is no id.
func AboutPress(ctx context.Context, p Press) context.Context {
	if p.Action == PressPick || p.Action == PressFollow || p.Action == PressOlder {
		return ctx
	}
	return about(ctx, p.Restore)
}

// LogHandler adds the attributes of [LogWith] to each line that lacks them. It names every
// error "err", whatever a library calls it.
type LogHandler struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h LogHandler) Handle(ctx context.Context, r slog.Record) error {
	said := map[string]bool{}
	line := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a = asErr(a)
		said[a.Key] = true
		line.AddAttrs(a)
		return true
	})
	noted, _ := ctx.Value(logKey{}).([]slog.Attr)
	for _, a := range slices.Backward(noted) { // the innermost counts
		if !said[a.Key] {
			said[a.Key] = true
			line.AddAttrs(a)
		}
	}
	return h.Handler.Handle(ctx, line)
}

func asErr(a slog.Attr) slog.Attr {
	if a.Key == "error" {
		a.Key = "err"
	}
	return a
}

// WithAttrs implements [slog.Handler].
func (h LogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	attrs = slices.Clone(attrs)
	for i := range attrs {
		attrs[i] = asErr(attrs[i])
	}
	return LogHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h LogHandler) WithGroup(name string) slog.Handler { return LogHandler{h.Handler.WithGroup(name)} }
