package docspace_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// TestErrorsOfStartsTellTheTruth starts restores from a portal with random
// troubles. Whatever comes back, "refused" means that nothing began, "nil" that
// the task is there, and each call is one request at most.
func TestErrorsOfStartsTellTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		rapid.SyncTest(r, func(r *rapid.T) {
			p, c := bundle(docspacetest.Config{
				SaaS:    rapid.Bool().Draw(r, "saas"),
				Version: rapid.SampledFrom([]string{"3.1.1", "3.6.1", "3.7.2"}).Draw(r, "version"),
			})
			backups := p.Backups()
			for range rapid.IntRange(1, 6).Draw(r, "steps") {
				p.Break(func(f *docspacetest.Faults) { *f = troubles(r) })
				if p.Locked() && rapid.Bool().Draw(r, "cure") {
					p.SetTenantStatus(0)
				}
				if rapid.Bool().Draw(r, "new key") {
					p.IssueKey(docspacetest.Key{Permissions: rapid.SampledFrom([][]string{{"*"}, {"*:read"}}).Draw(r, "permissions")})
					c = clientOf(p)
				}
				oneStart(r, p, c, rapid.SampledFrom(backups).Draw(r, "backup"))
				// A start whose caller gave up is still being performed: let it, or it is
				// counted with the next one.
				synctest.Wait()
				time.Sleep(time.Duration(rapid.IntRange(0, 30).Draw(r, "seconds")) * time.Second)
			}
		})
	})
}

func oneStart(r *rapid.T, p *docspacetest.Portal, c *docspace.Client, b docspacetest.Backup) {
	began, received := len(p.Restores()), p.Starts()
	task, ok, err := c.StartRestore(r.Context(), docspace.RestoreRequest{BackupID: b.ID, Dump: b.Dump})
	restores := p.Restores()
	if n := p.Starts() - received; n > 1 {
		r.Fatalf("%d requests for one call", n)
	}
	refused, ambiguous := errors.Is(err, docspace.ErrRefused), errors.Is(err, docspace.ErrAmbiguous)
	switch {
	case err == nil:
		if !ok || len(restores) == 0 || restores[len(restores)-1].TaskID != task.TaskID {
			r.Fatalf("no error and no task: %+v", task)
		}
	case ok || refused == ambiguous:
		r.Fatalf("ok %v, refused %v, ambiguous %v: %v", ok, refused, ambiguous, err)
	case refused && len(restores) != began:
		r.Fatalf("refused, and yet a restore began: %v", err)
	}
}

// troubles are random switches, each mostly off.
func troubles(r *rapid.T) docspacetest.Faults {
	rare := func(name string) bool { return rapid.IntRange(0, 9).Draw(r, name) == 0 }
	f := docspacetest.Faults{
		LoseStartAnswer: rare("lose answer"), NoResponse: rare("no response"), StuckQueued: rare("stuck"),
		WorkerDead: rare("dead"), Garbage: rare("garbage"), ErrorIn200: rare("error in 200"), Down: rare("down"),
		Unpaid: rare("unpaid"), NotAdmin: rare("not admin"), AddressRefused: rare("address"), Cancel: rare("cancel"),
		LeakStack: rare("stack"), SwapError: rare("swap"),
	}
	if rare("page") {
		f.Pages = []docspacetest.Page{{
			Path:      "startrestore",
			Status:    rapid.SampledFrom([]int{403, 404, 413, 500, 502, 503, 504}).Draw(r, "page status"),
			Performed: rapid.Bool().Draw(r, "performed"),
		}}
	}
	if rare("refuse") {
		f.RefuseStart = rapid.SampledFrom([]int{400, 401, 402, 403, 404, 415, 500}).Draw(r, "status")
	}
	if rare("slow") {
		f.Delay = 15 * time.Second
	}
	if rare("rate") {
		f.RateLimited = 1
	}
	return f
}
