package docspacetest_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestCloudsLimitsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := docspacetest.New(docspacetest.Config{RateLimits: true})
		get := func() int {
			a, h, err := ask(t, p, http.MethodGet, "/api/2.0/settings", "")
			if err != nil || a.Status == 429 && (h.Get("Retry-After") != "" || h.Get("X-Ratelimit-Limit") != "1500") {
				t.Fatalf("%v %v", h, err)
			}
			return a.Status
		}
		for range 1500 {
			if status := get(); status != 200 {
				t.Fatal(status)
			}
		}
		if status := get(); status != 429 {
			t.Errorf("the 1501st of a minute: %d", status)
		}
		time.Sleep(time.Minute)
		if status := get(); status != 200 {
			t.Errorf("a minute later: %d", status)
		}
	})
}

func TestCloudsLimitsAtOnceAndADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := docspacetest.New(docspacetest.Config{RateLimits: true, Faults: docspacetest.Faults{Delay: time.Second}})
		var mu sync.Mutex
		count := map[string]map[int]int{http.MethodGet: {}, http.MethodPost: {}}
		var wg sync.WaitGroup
		for range 60 {
			for method, path := range map[string]string{http.MethodGet: "settings", http.MethodPost: "backup/cancelbackup"} {
				wg.Go(func() {
					a, _, err := ask(t, p, method, "/api/2.0/"+path, "")
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					count[method][a.Status]++
				})
			}
		}
		wg.Wait()
		if count["GET"][200] != 50 || count["GET"][429] != 10 || count["POST"][200] != 15 || count["POST"][429] != 45 {
			t.Errorf("at once: %v", count)
		}
		p.Heal()
		for n := 15; n < 10_000; n++ {
			a, _, err := ask(t, p, http.MethodPost, "/api/2.0/backup/cancelbackup", "")
			if err != nil || a.Status != 200 {
				t.Fatalf("write %d: %+v %v", n, a, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		a, h, err := ask(t, p, http.MethodPost, "/api/2.0/backup/cancelbackup", "")
		if err != nil || a.Status != 429 || h.Get("Retry-After") == "" {
			t.Errorf("the 10,001st of a day: %+v %v %v", a, h, err)
		}
		c := clientOf(p.Key(), p)
		_, err = c.CancelBackup(t.Context())
		var e *docspace.Error
		if !errors.As(err, &e) || !errors.Is(err, docspace.ErrRateLimited) || e.RetryAfter < 20*time.Hour {
			t.Errorf("%+v", e)
		}
		time.Sleep(e.RetryAfter)
		if _, err := c.CancelBackup(t.Context()); err != nil {
			t.Errorf("the next day: %v", err)
		}
	})
}

// The client never meets a limit that it keeps to by itself.
func TestClientStaysBelowTheCloudsLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, c := bundle(docspacetest.Config{RateLimits: true, Faults: docspacetest.Faults{Delay: 300 * time.Millisecond}})
		c.Retries = -1
		var wg sync.WaitGroup
		for range 2000 {
			wg.Go(func() {
				if _, err := c.UsersCount(t.Context()); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := c.CancelBackup(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}
