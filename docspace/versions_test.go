package docspace_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// releases are those whose source was read.
var releases = []string{"2.6.0", "3.0.0", "3.1.0", "3.1.1", "3.2.1", "3.5.0", "3.6.0", "3.6.1", "3.7.1", "3.7.2"}

// TestEveryReleaseIsBackedUpAndRestored does the whole job on each of them.
func TestEveryReleaseIsBackedUpAndRestored(t *testing.T) {
	t.Parallel()
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, c := bundle(docspacetest.Config{Version: release})
				if release < "3.1" {
					c.Key = docspace.NewSecret(p.Token()) // there are no API keys yet
				}
				p.Break(func(f *docspacetest.Faults) { f.BackupWarning = "Some files were not included." })
				s, err := c.Settings(t.Context())
				if err != nil || s.Version != release {
					t.Fatalf("%+v %v", s, err)
				}
				if _, err := c.KeySelf(t.Context()); (err == nil) != (release >= "3.1") {
					t.Errorf("the key's record: %v", err)
				}
				task, _, err := c.StartBackup(t.Context(), docspace.BackupRequest{
					StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups"}},
				})
				if err != nil || (task.Status == "") != (release < "3.7") {
					t.Fatalf("%+v %v", task, err)
				}
				saved, err := docspace.Last(c.WaitBackup(t.Context(), false, docspace.Wait{TaskID: task.TaskID}))
				if err != nil || (saved.Progress.Warning != "") != (release >= "3.6") {
					t.Fatalf("%+v %v", saved, err)
				}
				history, err := c.BackupHistory(t.Context(), false)
				if err != nil || history[0].ID != task.TaskID || history[0].StorageType != docspace.StorageLocal {
					t.Fatalf("%+v %v", history, err)
				}
				task, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: task.TaskID})
				if err != nil {
					t.Fatal(err)
				}
				var phases []docspace.Phase
				for look, err := range c.WaitRestore(t.Context(), docspace.TenantOnly, docspace.Wait{TaskID: task.TaskID, Interval: time.Second}) {
					if err != nil {
						t.Fatal(err)
					}
					phases = append(phases, look.Phase)
				}
				if got := slices.Compact(phases); got[len(got)-1] != docspace.PhaseEnded || !slices.Contains(got, docspace.PhaseImporting) {
					t.Errorf("phases %v", got)
				}
			})
		})
	}
}
