package bot

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestLogLinesSayWhatTheContextNotes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	plain := slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}})
	log := slog.New(LogHandler{plain}).With("replica", 1)
	ctx := LogWith(context.Background(), slog.String("envelope_id", "e1"), slog.String("restore", "old"))
	ctx = LogWith(ctx, slog.String("restore", "r1"))
	log.InfoContext(ctx, "noted")
	log.InfoContext(ctx, "said", "restore", "r2")
	log.InfoContext(context.Background(), "bare")
	foreign := "error" // as libraries call it
	log.With(foreign, "a").InfoContext(ctx, "called otherwise", foreign, "b")
	want := "msg=noted replica=1 restore=r1 envelope_id=e1\n" +
		"msg=said replica=1 restore=r2 envelope_id=e1\n" +
		"msg=bare replica=1\n" +
		"msg=\"called otherwise\" replica=1 err=a err=b restore=r1 envelope_id=e1\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestWhatOutlivesAContextLogsItsIds(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := slog.New(LogHandler{Handler: slog.NewTextHandler(&out, nil)})
	noted, cancel := context.WithCancel(LogWith(t.Context(), slog.String("envelope_id", "e1")))
	later := LogAs(t.Context(), noted)
	cancel()
	if later.Err() != nil {
		t.Error("it ends with the ctx that it outlives")
	}
	log.InfoContext(later, "answered")
	if !strings.Contains(out.String(), "envelope_id=e1") {
		t.Errorf("the line says %s", out.String())
	}
}
