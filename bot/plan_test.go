package bot

import (
	"testing"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// Cards that are open while the bot is upgraded, and replicas of two versions,
// must agree on what people have seen. Where this hash has to change, each open
// card is refused as no longer what was asked for: say so in the change log.
func TestPlanIsTheSameInEveryVersion(t *testing.T) {
	t.Parallel()
	r := Restore{
		Order: command.Order{BackupID: "b", StorageType: docspace.StorageDocuments, Params: []command.Param{{Key: "filePath", Value: "a.tar.gz"}}, Notify: true, Dump: true, Reason: "outage"},
		Backup: docspace.Backup{
			ID: "b", FileName: "a.tar.gz", StorageType: docspace.StorageDocuments, CreatedOn: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC),
		},
	}
	got := planOf(r, Portal{PortalName: PortalName{Name: "docs"}}, policy.Policy{Approvers: policy.AllowList{}, Approvals: 2})
	if want := "7189083eb233c94a8f439fc93cbc77ee9cd1a8e8f22df8d0ff894a19465aceb8"; got != want {
		t.Errorf("the hash is %s, not %s", got, want)
	}
}

// An order that an older version took, and that people have confirmed since, is
// measured by what holds now.
func TestOrderOfAnOlderVersionIsCheckedBeforeItsStart(t *testing.T) {
	t.Parallel()
	p := Portal{PortalName: PortalName{Name: "docs"}}
	b := &Bot{Portals: Portals{p}}
	r := Restore{Portal: "docs", Order: command.Order{BackupID: "x", StorageType: docspace.StorageLocal, Params: []command.Param{{Key: "filePath", Value: "/a.tar.gz"}}}}
	r.Plan = planOf(r, p, b.Policy)
	if no, _ := b.recheck(t.Context(), r, p); no == nil || no.Rule != policy.RuleSyntax || no.Suggest != "--unlisted" {
		t.Errorf("answered %+v", no)
	}
}

func TestUnlistedIsInThePlan(t *testing.T) {
	t.Parallel()
	p, r := Portal{}, Restore{Order: command.Order{BackupID: "b"}}
	listed := planOf(r, p, policy.Policy{})
	if r.Order.Unlisted = true; planOf(r, p, policy.Policy{}) == listed {
		t.Error("people may agree to the one and get the other")
	}
}
