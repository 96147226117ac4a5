package docspace_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
)

func TestRateStaysBelowTheServersWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var at []time.Time
		c := answers(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
			return reply(200, plainJSON, response("1")), nil
		})
		var wg sync.WaitGroup
		for range 4000 {
			wg.Go(func() {
				if _, err := c.UsersCount(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		began := time.Now()
		wg.Wait()
		for i, from := range at {
			n := 0
			for _, other := range at[i:] {
				if other.Sub(from) < time.Minute {
					n++
				}
			}
			if n > 1500 {
				t.Fatalf("%d requests in a minute", n)
			}
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("too careful: 4000 requests took %s", took)
		}
	})
}

func TestNoMoreRequestsAtOnceThanTheServerTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		busy, most := map[string]int{}, map[string]int{}
		c := answers(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			busy[r.Method]++
			most[r.Method] = max(most[r.Method], busy[r.Method])
			mu.Unlock()
			time.Sleep(5 * time.Second)
			mu.Lock()
			busy[r.Method]--
			mu.Unlock()
			return reply(200, plainJSON, response("true")), nil
		})
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() { _, _ = c.UsersCount(t.Context()) }) // true is no number
			wg.Go(func() {
				if _, err := c.CancelBackup(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most["GET"] != 50 || most["POST"] != 15 {
			t.Errorf("at once: %v, want 50 and 15", most)
		}
	})
}

func TestWaitingForTheLimitsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	why := errors.New("shutting down")
	synctest.Test(t, func(t *testing.T) { // behind the gate
		refused := answers(func(*http.Request) (*http.Response, error) { return reply(429, "", ""), nil })
		refused.Retries = -1
		for range 4 {
			_, _ = refused.UsersCount(t.Context()) // each is refused
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(why) })
		_, err := refused.CancelBackup(ctx)
		if !errors.Is(err, why) || meant(err) != "refused" {
			t.Errorf("%v means %q", err, meant(err))
		}
		short, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err = refused.CancelBackup(short)
		if want := "docspace: cancel backup: waiting for the rate limit for another "; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %q", err)
		}
	})
	synctest.Test(t, func(t *testing.T) { // for a place
		busy := answers(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		busy.Timeout = time.Minute
		ctx, cancel := context.WithCancelCause(t.Context())
		var wg sync.WaitGroup
		for range 15 {
			wg.Go(func() { _, _ = busy.CancelBackup(t.Context()) }) // until its time-out
		}
		synctest.Wait()
		time.AfterFunc(time.Second, func() { cancel(why) })
		if _, err := busy.CancelBackup(ctx); !errors.Is(err, why) || meant(err) != "refused" {
			t.Errorf("%v means %q", err, meant(err))
		}
		wg.Wait()
	})
}

func TestOutageIsToldAndNotTheLimitBehindIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := answers(func(*http.Request) (*http.Response, error) {
			if n++; n == 1 {
				return reply(503, "", ""), nil
			}
			return reply(429, "", ""), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
		defer cancel()
		_, err := c.UsersCount(ctx)
		var e *docspace.Error
		if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || e.Attempts != 2 || n != 2 {
			t.Errorf("%d sent, %v", n, err)
		}
	})
}

func TestRefusalsWithoutRetryAfterSlowTheClientDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuse := true
		c := answers(func(*http.Request) (*http.Response, error) {
			if refuse {
				return reply(429, "", ""), nil
			}
			return reply(200, plainJSON, response("1")), nil
		})
		c.Retries = -1
		began := time.Now()
		var gaps []time.Duration
		last := began
		for range 8 {
			_, err := c.UsersCount(t.Context())
			if !errors.Is(err, docspace.ErrRateLimited) {
				t.Fatal(err)
			}
			gaps = append(gaps, time.Since(last))
			last = time.Now()
		}
		want := []float64{0, 1, 2, 4, 8, 16, 30, 30}
		for i, gap := range gaps {
			if gap.Seconds() != want[i] {
				t.Fatalf("gaps %v, want %v seconds", gaps, want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := c.StartRestore(ctx, docspace.RestoreRequest{BackupID: backupID})
		if meant(err) != "ratelimited refused" || time.Since(last) != 0 {
			t.Errorf("behind the closed gate: %v means %q after %s", err, meant(err), time.Since(last))
		}
		// Those who do not wait take no place from those who do.
		for range 1000 {
			if _, err := c.CancelBackup(ctx); !errors.Is(err, docspace.ErrRateLimited) {
				t.Fatal(err)
			}
		}
		refuse = false
		for range 2 {
			if _, err := c.UsersCount(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(last); took != 30*time.Second {
			t.Errorf("after the first success it took %s more", took-30*time.Second)
		}
		refuse = true
		if _, err := c.UsersCount(t.Context()); err == nil {
			t.Fatal("not refused")
		}
		refuse, last = false, time.Now()
		if _, err := c.UsersCount(t.Context()); err != nil || time.Since(last) != time.Second {
			t.Errorf("the success did not calm it down: %s %v", time.Since(last), err)
		}
	})
}
