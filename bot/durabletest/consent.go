package durabletest

import (
	"errors"
	"testing"
	"time"

	"docspace-restorebot/bot"
)

// Confirmed makes a restore that people have just agreed to, for a time.
func Confirmed(t *testing.T, s bot.Store, id string, life time.Duration) bot.Restore {
	t.Helper()
	r := Restore(id, "portal of "+id)
	r.ExpiresAt = r.RequestedAt.Add(life)
	create(t, s, r)
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return move(t, s, r, func(next *bot.Restore) {
		next.State, next.Confirmations = bot.Confirmed, []bot.Confirmation{{User: "U2", At: now}}
	}, bot.Event{At: now, Restore: id, Kind: bot.EventConfirmed, Actor: "U2"})
}

func move(t *testing.T, s bot.Store, was bot.Restore, change func(next *bot.Restore), events ...bot.Event) bot.Restore {
	t.Helper()
	next := was
	change(&next)
	saved, err := s.Save(t.Context(), was, next, events...)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// WantLapsed checks that a restore must not start, and does not.
func WantLapsed(t *testing.T, s bot.Store, r bot.Restore, cause bot.LapseCause) {
	t.Helper()
	next := r
	next.State = bot.Starting
	_, err := s.Save(t.Context(), r, next)
	for name, err := range map[string]error{"asked": s.CheckConsent(t.Context(), r), "started": err} {
		if lapsed, ok := errors.AsType[*bot.LapsedError](err); !ok || lapsed.Cause != cause {
			t.Errorf("%s, it says %v, want %s", name, err, cause)
		}
	}
	if now, err := s.Get(t.Context(), r.ID); err != nil || now.State != r.State || now.Version != r.Version {
		t.Errorf("after a refused start it is %s, version %d of %d, %v", now.State, now.Version, r.Version, err)
	}
}

// consent: it holds at once and through a safety backup, is spent by the start,
// and ends with what it was for.
func consent(t *testing.T, s bot.Store) {
	t.Helper()
	starting := func(next *bot.Restore) { next.State = bot.Starting }
	stage := func(stage bot.SafetyStage) func(*bot.Restore) {
		return func(next *bot.Restore) { next.State, next.Safety.Stage = bot.Saving, stage }
	}
	r := Confirmed(t, s, "at once", time.Hour)
	if err := s.CheckConsent(t.Context(), r); err != nil {
		t.Error(err)
	}
	move(t, s, r, starting)

	r = Confirmed(t, s, "safe", time.Hour)
	for _, reached := range []bot.SafetyStage{bot.SafetyWaiting, bot.SafetySent, bot.SafetyRunning, bot.SafetyDone} {
		r = move(t, s, r, stage(reached))
	}
	move(t, s, r, starting)

	r = Confirmed(t, s, "waived", time.Hour)
	for _, reached := range []bot.SafetyStage{bot.SafetyWaiting, bot.SafetyAsked, bot.SafetyWaived} {
		r = move(t, s, r, stage(reached))
	}
	move(t, s, r, starting)

	// Nobody agrees to what was never confirmed, or is over.
	r = Restore("unasked", "portal of unasked")
	create(t, s, r)
	if err := s.CheckConsent(t.Context(), r); !errors.As(err, new(*bot.LapsedError)) {
		t.Errorf("nobody confirmed it: %v", err)
	}
	r = Confirmed(t, s, "dismissed", time.Hour)
	r = move(t, s, r, func(next *bot.Restore) { next.State = bot.Dismissed })
	if err := s.CheckConsent(t.Context(), r); !errors.As(err, new(*bot.LapsedError)) {
		t.Errorf("it was dismissed: %v", err)
	}
}

// oldConsent: the database's clock counts, whatever the restore says of itself.
func oldConsent(t *testing.T, s bot.Store) {
	t.Helper()
	for name, c := range map[string]struct {
		life   time.Duration
		change func(next *bot.Restore)
		cause  bot.LapseCause
	}{
		"confirmed": {time.Millisecond, func(*bot.Restore) {}, bot.LapsedOld},
		"by another clock": {time.Millisecond, func(next *bot.Restore) {
			next.Confirmations = []bot.Confirmation{{User: "U2", At: next.Confirmations[0].At.Add(24 * time.Hour)}}
		}, bot.LapsedOld},
		"by an older word": {time.Hour, func(next *bot.Restore) {
			next.Confirmations = []bot.Confirmation{{User: "U2", At: next.Confirmations[0].At.Add(-72 * time.Hour)}}
		}, bot.LapsedOld},
		"with no life at all": {-time.Hour, func(*bot.Restore) {}, bot.LapsedOld},
	} {
		r := move(t, s, Confirmed(t, s, name, c.life), c.change)
		for begun := time.Now(); s.CheckConsent(t.Context(), r) == nil; {
			if time.Since(begun) > time.Minute {
				t.Fatalf("%s: it holds for ever", name)
			}
		}
		WantLapsed(t, s, r, c.cause)
		r = move(t, s, r, func(next *bot.Restore) { next.State = bot.Expired })
		wantRow(t, s, r)
	}
}
