package durable_test

import (
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

// A peer goes on with what another replica has heard, by the clock that both
// ask. It does not where the rows are not those that were written then.
func goesBack(t *testing.T, server *durabletest.Postgres) {
	t.Helper()
	url := server.URL()
	heard, peer := openURL(t, url), openURL(t, url)
	move := func(r bot.Restore, to bot.State) bot.Restore {
		t.Helper()
		next := r
		next.State = to
		saved, err := heard.Save(t.Context(), r, next)
		if err != nil {
			t.Fatal(err)
		}
		return saved
	}

	r := durabletest.Confirmed(t, heard, "taken over", time.Hour)
	heard, peer = peer, heard
	move(r, bot.Starting)

	// What pg_restore does: the same row, written by another transaction.
	r = durabletest.Confirmed(t, heard, "dumped", time.Hour)
	if _, err := peer.Ask(t.Context(), `UPDATE consent SET data = data RETURNING seal`); err != nil {
		t.Fatal(err)
	}
	durabletest.WantLapsed(t, peer, r, bot.LapsedUnseen)
	durabletest.WantLapsed(t, heard, r, bot.LapsedUnseen)

	move(r, bot.Expired)

	r = durabletest.Confirmed(t, heard, "dismissed", time.Hour)
	back := server.Keep()
	r = again(t, heard, r.ID)
	durabletest.WantLapsed(t, heard, r, bot.LapsedUnseen) // the server may have gone back
	r = durabletest.Confirmed(t, heard, "later", time.Hour)
	if err := peer.CheckConsent(t.Context(), again(t, peer, r.ID)); err != nil {
		t.Error(err)
	}
	back()
	r = again(t, peer, "dismissed")
	durabletest.WantLapsed(t, peer, r, bot.LapsedUnseen)
}

// again reads a restore once the server is back.
func again(t *testing.T, s *durable.Store, id string) bot.Restore {
	t.Helper()
	for begun := time.Now(); ; {
		r, err := s.Get(t.Context(), id)
		if err == nil {
			return r
		}
		if time.Since(begun) > time.Minute {
			t.Fatal(err)
		}
	}
}
