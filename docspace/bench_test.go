package docspace_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func BenchmarkRestoreProgress(b *testing.B) {
	c := unlimited(b, 200, response(`{"isCompleted":false,"progress":75,"error":"","tenantId":1,"backupProgressEnum":1,"status":1,"taskId":"x"}`))
	for b.Loop() {
		if _, _, err := c().RestoreProgress(b.Context(), docspace.AnyTask); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBackupHistory1000(b *testing.B) {
	records := make([]string, 1000)
	for i := range records {
		records[i] = fmt.Sprintf(`{"id":"%d","fileName":"f.tar.gz","storageType":5,"createdOn":"2026-03-01T02:%02d:41","expiresOn":"0001-01-01T00:00:00"}`, i, i%60)
	}
	c := unlimited(b, 200, response("["+strings.Join(records, ",")+"]"))
	for b.Loop() {
		if got, err := c().BackupHistory(b.Context(), false); err != nil || len(got) != 1000 {
			b.Fatal(len(got), err)
		}
	}
}

func BenchmarkRefusal(b *testing.B) {
	c := unlimited(b, 403, exception(403, "System.Security.SecurityException"))
	for b.Loop() {
		if _, err := c().PersonSelf(b.Context()); err == nil {
			b.Fatal("no error")
		}
	}
}

// unlimited returns clients whose rate limit is never reached: a new one for
// each burst.
func unlimited(b *testing.B, status int, body string) func() *docspace.Client {
	b.Helper()
	b.ReportAllocs()
	var c *docspace.Client
	left := 0
	return func() *docspace.Client {
		if left--; left < 0 {
			c, left = answers(func(*http.Request) (*http.Response, error) { return reply(status, plainJSON, body), nil }), 50
		}
		return c
	}
}

// A whole restore against the fake, without its time.
func BenchmarkWaitRestore(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		now := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
		p := docspacetest.New(docspacetest.Config{Now: func() time.Time { return now }})
		c := clientOf(p)
		c.Now = func() time.Time { return now }
		c.Sleep = func(ctx context.Context, d time.Duration) error { now = now.Add(d); return ctx.Err() }
		task, _, err := c.StartRestore(b.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := docspace.Last(c.WaitRestore(b.Context(), docspace.AnyTask, docspace.Wait{TaskID: task.TaskID})); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSecretFormat(b *testing.B) {
	b.ReportAllocs()
	s := docspace.NewSecret(testKey)
	for b.Loop() {
		if text := fmt.Sprintf("%+v", struct{ Key docspace.Secret }{s}); text == "" {
			b.Fatal("nothing")
		}
	}
}
