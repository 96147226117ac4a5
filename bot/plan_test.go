package bot

import (
	"testing"
	"time"

	"docspace-restorebot/docspace"
)

// Cards that are open while the bot is upgraded, and replicas of two versions,
// must agree on what people have seen. Where this hash has to change, each open
// card is refused as no longer what was asked for: say so in the change log.
func TestPlanIsTheSameInEveryVersion(t *testing.T) {
	t.Parallel()
	r := Restore{
		Order: Order{BackupID: "b", StorageType: docspace.StorageDocuments, Params: []Param{{"filePath", "a.tar.gz"}}, Notify: true, Dump: true, Reason: "outage"},
		Backup: docspace.Backup{
			ID: "b", FileName: "a.tar.gz", StorageType: docspace.StorageDocuments, CreatedOn: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC),
		},
	}
	got := planOf(r, Portal{PortalName: PortalName{Name: "docs"}}, Policy{Approvers: AllowList{}, Approvals: 2})
	if want := "7189083eb233c94a8f439fc93cbc77ee9cd1a8e8f22df8d0ff894a19465aceb8"; got != want {
		t.Errorf("the hash is %s, not %s", got, want)
	}
}
