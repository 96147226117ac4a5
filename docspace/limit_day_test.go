package docspace_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
)

func TestDayHasTenThousandWritesAndNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := map[string]int{}
		c := answers(func(r *http.Request) (*http.Response, error) {
			sent[r.Method]++
			return reply(200, plainJSON, response("true")), nil
		})
		began := time.Now()
		for range 10_000 {
			if _, err := c.CancelBackup(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		took := time.Since(began)
		_, err := c.CancelBackup(t.Context())
		var e *docspace.Error
		if !errors.As(err, &e) || meant(err) != "ratelimited refused" || sent["POST"] != 10_000 || time.Since(began) != took {
			t.Fatalf("%v means %q, %d sent", err, meant(err), sent["POST"])
		}
		if e.RetryAfter != 24*time.Hour-took {
			t.Errorf("to be asked again in %s, the first was %s ago", e.RetryAfter, took)
		}
		if _, err := c.DeleteBackup(t.Context(), backupID); err != nil {
			t.Errorf("a DELETE does not count: %v", err)
		}
		if _, _, err := c.RestoreProgress(t.Context(), docspace.AnyTask); errors.Is(err, docspace.ErrRateLimited) {
			t.Errorf("a GET does not count: %v", err)
		}
		time.Sleep(e.RetryAfter)
		if _, err := c.CancelBackup(t.Context()); err != nil {
			t.Errorf("the next day: %v", err)
		}
	})
}

func TestDayThatIsUsedUpStopsWritesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := answers(func(r *http.Request) (*http.Response, error) {
			sent++
			if r.Method == http.MethodPost && sent == 1 {
				resp := reply(429, "", "")
				resp.Header.Set("Retry-After", "41234") // others have used up the day
				return resp, nil
			}
			return reply(200, plainJSON, response("1")), nil
		})
		_, err := c.CancelBackup(t.Context())
		if meant(err) != "ratelimited refused" {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		_, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
		var e *docspace.Error
		if !errors.As(err, &e) || meant(err) != "ratelimited refused" || e.RetryAfter != 37634*time.Second || sent != 1 {
			t.Errorf("%v means %q, %d sent", err, meant(err), sent)
		}
		if n, err := c.UsersCount(t.Context()); n != 1 || err != nil {
			t.Errorf("a GET: %d %v", n, err)
		}
		time.Sleep(e.RetryAfter)
		if _, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID}); errors.Is(err, docspace.ErrRateLimited) {
			t.Errorf("after the day: %v", err)
		}
	})
}

// A long wait that a read is asked for, by a proxy perhaps, is not the day's limit.
func TestReadThatIsToldToWaitForHoursStopsNoWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := answers(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				resp := reply(429, "", "")
				resp.Header.Set("Retry-After", "41234")
				return resp, nil
			}
			return reply(200, plainJSON, response("true")), nil
		})
		if _, err := c.UsersCount(t.Context()); !errors.Is(err, docspace.ErrRateLimited) {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := c.CancelBackup(t.Context()); err != nil || time.Since(began) != 30*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// A clock by hand: nobody waits for the machine's, and hours pass at once.
func TestClockIsTheClientsOwn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
	began, refuse := now, 3
	c := answers(func(*http.Request) (*http.Response, error) {
		if refuse--; refuse >= 0 {
			return reply(429, "", ""), nil
		}
		return reply(200, plainJSON, response(`{"status":0,"taskId":"x"}`)), nil
	})
	c.Now = func() time.Time { return now }
	c.Sleep = func(ctx context.Context, d time.Duration) error { now = now.Add(d); return ctx.Err() }
	if _, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if waited := now.Sub(began); waited < 7*time.Second || waited > 10*time.Second { // 1 + 2 + 4 seconds and what jitter adds
		t.Errorf("three refusals took %s", waited)
	}
	for look, err := range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{Interval: time.Minute}) {
		if err != nil {
			t.Fatal(err)
		}
		if look.Alarm == docspace.AlarmStalled {
			if look.Elapsed != 30*time.Minute {
				t.Errorf("alarm after %s", look.Elapsed)
			}
			break
		}
	}
	tired := errors.New("the test's own sleep gave up")
	c.Sleep = func(context.Context, time.Duration) error { return tired }
	if last, err := docspace.Last(c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{})); !errors.Is(err, tired) {
		t.Errorf("%+v %v", last, err)
	}
}
