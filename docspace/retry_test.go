package docspace_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// counting answers the first requests with the given statuses and the rest
// with a success.
func counting(sent *int, retryAfter int, statuses ...int) *docspace.Client {
	return answers(func(*http.Request) (*http.Response, error) {
		*sent++
		if *sent > len(statuses) {
			return reply(200, plainJSON, response("[]")), nil
		}
		status := statuses[*sent-1]
		if status == 0 {
			return nil, errors.New("connection reset by peer")
		}
		resp := reply(status, "", "")
		if retryAfter > 0 {
			resp.Header.Set("Retry-After", strconv.Itoa(retryAfter))
		}
		return resp, nil
	})
}

func TestReadsAreSentAgainWhereItMayHelp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		statuses []int
		sent     int
		ok       bool
	}{
		{"two outages", []int{502, 0}, 3, true},
		{"all kinds", []int{503, 504, 408}, 4, true},
		{"rate limit", []int{429}, 2, true},
		{"too many outages", []int{502, 502, 502, 502}, 4, false},
		{"bad key", []int{401}, 1, false},
		{"no right", []int{403}, 1, false},
		{"not found", []int{404}, 1, false},
		{"server", []int{500}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := counting(&sent, 0, tt.statuses...)
				_, err := c.RoomsCount(t.Context())
				if tt.ok && !errors.Is(err, docspace.ErrAnswer) { // the success here is a list
					t.Errorf("got %v", err)
				}
				if sent != tt.sent {
					t.Errorf("sent %d times, want %d", sent, tt.sent)
				}
				var e *docspace.Error
				if errors.As(err, &e) && !tt.ok && e.Attempts != tt.sent {
					t.Errorf("the error counts %d attempts, want %d", e.Attempts, tt.sent)
				}
			})
		})
	}
}

func TestHistoryIsSentAgainOnlyIfItWasNotPerformed(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{429: 2, 502: 1, 504: 1, 0: 1} {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			c := counting(&sent, 0, status)
			_, err := c.BackupHistory(t.Context(), false)
			if sent != want || (err == nil) != (want == 2) {
				t.Errorf("status %d: sent %d times, want %d: %v", status, sent, want, err)
			}
		})
	}
}

func TestWritesAreNeverSentAgain(t *testing.T) {
	t.Parallel()
	writes := map[string]func(context.Context, *docspace.Client) error{
		"start restore": func(ctx context.Context, c *docspace.Client) error {
			_, _, err := c.StartRestore(ctx, docspace.RestoreRequest{BackupID: backupID})
			return err
		},
		"start backup": func(ctx context.Context, c *docspace.Client) error {
			_, _, err := c.StartBackup(ctx, docspace.BackupRequest{StorageType: docspace.StorageDataStore})
			return err
		},
		"cancel backup": func(ctx context.Context, c *docspace.Client) error {
			_, err := c.CancelBackup(ctx)
			return err
		},
		"delete backup": func(ctx context.Context, c *docspace.Client) error {
			_, err := c.DeleteBackup(ctx, backupID)
			return err
		},
		"delete history": func(ctx context.Context, c *docspace.Client) error {
			_, err := c.DeleteBackupHistory(ctx, false)
			return err
		},
		"set schedule": func(ctx context.Context, c *docspace.Client) error {
			_, err := c.SetBackupSchedule(ctx, docspace.Schedule{StorageType: docspace.StorageDataStore, Cron: docspace.Cron{Period: docspace.EveryDay}})
			return err
		},
		"delete schedule": func(ctx context.Context, c *docspace.Client) error {
			_, err := c.DeleteBackupSchedule(ctx, false)
			return err
		},
	}
	for name, write := range writes {
		for _, status := range []int{0, 408, 429, 500, 502, 503, 504} {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				err := write(t.Context(), counting(&sent, 1, status))
				if err == nil || sent != 1 {
					t.Errorf("%s after %d: sent %d times: %v", name, status, sent, err)
				}
				if errors.Is(err, docspace.ErrRefused) == errors.Is(err, docspace.ErrAmbiguous) {
					t.Errorf("%s after %d: %q", name, status, meant(err))
				}
			})
		}
	}
}

func TestRetryAfterIsHonoredUpToHalfAMinute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ seconds, sent int }{{20, 2}, {41234, 1}} {
		synctest.Test(t, func(t *testing.T) {
			sent, began := 0, time.Now()
			_, err := counting(&sent, tt.seconds, 429).BackupHistory(t.Context(), false)
			if sent != tt.sent {
				t.Errorf("%d s: sent %d times: %v", tt.seconds, sent, err)
			}
			waited := time.Since(began)
			if tt.sent == 2 && waited != 20*time.Second || tt.sent == 1 && waited != 0 {
				t.Errorf("%d s: waited %s", tt.seconds, waited)
			}
			var e *docspace.Error
			if tt.sent == 1 && (!errors.As(err, &e) || e.RetryAfter != 41234*time.Second) {
				t.Errorf("the error does not tell how long: %+v", e)
			}
		})
	}
}

func TestRetryDoesNotOutliveTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		sent, began := 0, time.Now()
		_, err := counting(&sent, 5, 429, 429).BackupHistory(ctx, false)
		if !errors.Is(err, docspace.ErrRateLimited) || sent != 1 || time.Since(began) != 0 {
			t.Errorf("sent %d times in %s: %v", sent, time.Since(began), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(why) })
		sent, began := 0, time.Now()
		_, err := counting(&sent, 5, 429, 429).BackupHistory(ctx, false)
		if !errors.Is(err, why) || sent != 1 || time.Since(began) != time.Second {
			t.Errorf("sent %d times in %s: %v", sent, time.Since(began), err)
		}
	})
}

func TestEachAttemptHasItsOwnTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := answers(func(r *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return reply(200, plainJSON, response(`{"version":"3.7.2","tenantStatus":4}`)), nil
		})
		began := time.Now()
		s, err := c.Settings(t.Context())
		if err != nil || s.TenantStatus != docspace.TenantRestoring || sent != 2 {
			t.Errorf("%+v %v", s, err)
		}
		if took := time.Since(began); took < docspace.DefaultTimeout || took > docspace.DefaultTimeout+time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// To look at the history changes it, and it is slow with many backups.
func TestHistoryHasATimeOfItsOwnAndIsAskedOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults docspacetest.Faults
		within time.Duration // of the client; 0 is the default
		took   time.Duration
		wrong  error
	}{
		"9 s":          {docspacetest.Faults{HistoryDelay: 9 * time.Second}, 0, 9 * time.Second, nil},
		"15 s":         {docspacetest.Faults{HistoryDelay: 15 * time.Second}, 0, 15 * time.Second, nil},
		"60 s":         {docspacetest.Faults{HistoryDelay: time.Minute}, 0, time.Minute, nil},
		"for ever":     {docspacetest.Faults{HistoryDelay: time.Hour}, 0, docspace.DefaultHistoryTimeout, docspace.ErrUnavailable},
		"a time given": {docspacetest.Faults{HistoryDelay: time.Hour}, 3 * time.Second, 3 * time.Second, docspace.ErrUnavailable},
		"no time":      {docspacetest.Faults{HistoryDelay: time.Hour}, -1, time.Hour, nil},
		"broken":       {docspacetest.Faults{HistoryFails: true}, 0, 0, docspace.ErrServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := docspacetest.New(docspacetest.Config{Faults: tt.faults})
				c := clientOf(p)
				c.HistoryTimeout = tt.within
				began := time.Now()
				got, err := c.BackupHistory(t.Context(), false)
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
				if !errors.Is(err, tt.wrong) || tt.wrong == nil && len(got) != 3 {
					t.Errorf("%d backups: %v", len(got), err)
				}
				if n := len(p.Requests()); n != 1 {
					t.Errorf("asked %d times", n)
				}
				if _, err := c.Settings(t.Context()); err != nil || time.Since(began) != tt.took {
					t.Errorf("the delay is not the history's alone: %s, %v", time.Since(began), err)
				}
			})
		})
	}
}
