package bot_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"docspace-restorebot/bot"
)

// fullDisk is a store that takes nothing, and does not tell its trail.
type fullDisk struct{ bot.Store }

var errDisk = errors.New("the disk is full")

func (fullDisk) Create(context.Context, bot.Restore, ...bot.Event) error { return errDisk }

func (fullDisk) Wake(_ context.Context, _, next bot.Restore, _ ...bot.Event) (bot.Restore, error) {
	return next, errDisk
}
func (fullDisk) Note(context.Context, ...bot.Event) error           { return errDisk }
func (fullDisk) Trail(context.Context, string) ([]bot.Event, error) { return nil, errDisk }
func (fullDisk) PutForm(context.Context, bot.Form) error            { return errDisk }

func TestEveryLineAboutARestoreNamesIt(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		r := s.request("")
		var out bytes.Buffer
		s.Log = slog.New(bot.LogHandler{Handler: slog.NewTextHandler(&out, nil)})
		s.Store = fullDisk{s.store}
		for what, act := range map[string]func(){
			"confirm":       func() { s.press(r, "UBOB", bot.PressConfirm) },
			"dismiss":       func() { s.press(r, "UBOB", bot.PressDismiss) },
			"type":          func() { s.press(r, "UBOB", bot.PressType) },
			"a refusal":     func() { s.press(r, "UEVE", bot.PressConfirm) },
			"cancel":        func() { s.ask("cancel " + r.ID) },
			"report":        func() { s.askLater("report " + r.ID) },
			"a new request": func() { s.ask(s.portal.Backups()[0].ID) },
		} {
			out.Reset()
			act()
			if !strings.Contains(out.String(), "err=\"the disk is full\"") {
				t.Errorf("%s: the log says nothing: %s", what, out.String())
			}
			for line := range strings.Lines(out.String()) {
				if !strings.Contains(line, " restore=") || (what != "a new request" && !strings.Contains(line, " restore="+r.ID)) {
					t.Errorf("%s: %s", what, line)
				}
			}
		}
	})
}

// askLater types a command and waits for its later answer.
func (s *scene) askLater(text string) bot.Answer {
	a, later := s.Command(s.t.Context(), bot.Command{Caller: caller("UALICE"), Text: text})
	if later != nil {
		return later(s.t.Context())
	}
	return a
}
