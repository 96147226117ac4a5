package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// plan is everything that a confirmation agrees to. A field of plan may not change
// between the card and the start; everything else may.
type plan struct {
	Portal     PortalName
	Order      command.Order
	Backup     docspace.Backup
	Approvers  policy.AllowList
	Approvals  int
	Self       bool
	Typing     bool
	BreakGlass policy.AllowList `json:"Glass"`
	Safety     string           // where the portal is backed up before, "" for nowhere
}

// planOf is the hash of a request and the rules that it is confirmed under.
func planOf(r Restore, portal Portal, p policy.Policy) string {
	b, _ := json.Marshal(plan{ // cannot fail: strings, numbers and times
		portal.PortalName, r.Order, r.Backup, p.Approvers, p.Needed(), p.SelfApproval, p.Typing, p.BreakGlass, portal.Safety.Place(),
	})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// planChanged refuses because the restore would not be the confirmed one.
func planChanged() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RulePlan,
		What: "What was asked for is no longer what would be done: the settings or the backup have changed since.",
		Do:   "Ask again with /restore, so that everybody sees what is confirmed.",
	}
}

// asPlanned checks a press against the present settings.
func (b *Bot) asPlanned(r Restore) *policy.Refusal {
	portal, ok := b.Portals.Of(r)
	if !ok || r.Plan != planOf(r, portal, b.policyOf(r)) {
		return planChanged()
	}
	return nil
}

// stillThere looks the backup up again just before the start: another file under the
// same id is not the confirmed one. An unlisted backup is not looked up, for people
// agreed to an id that nobody could see.
func (b *Bot) stillThere(ctx context.Context, r Restore, p Portal) *policy.Refusal {
	if r.Order.Unlisted || r.Safety.Stage == SafetyDone && r.Safety.Listed {
		return nil
	}
	now := r
	now.Backup = docspace.Backup{}
	if _, no := b.findBackup(ctx, &now, p); no != nil {
		return no
	}
	if !sameBackup(r.Backup, now.Backup) {
		return planChanged()
	}
	return nil
}

// stillListed reports whether a history shows the confirmed backup and the server
// can restore it.
func (r Restore) stillListed(backups []docspace.Backup, now time.Time) bool {
	is, ok := findListed(r.Order.BackupID, backups)
	return ok && sameBackup(r.Backup, is) && restorable(is, now) == nil
}

func sameBackup(was, is docspace.Backup) bool {
	return strings.EqualFold(was.ID, is.ID) && was.FileName == is.FileName && was.StorageType == is.StorageType && was.CreatedOn.Equal(is.CreatedOn)
}

// recheck checks everything that has to hold at the start: the plan, the requester,
// the right of every confirmer, and the backup. The save itself checks the freeze.
// withdrawn lists the confirmers who may not confirm any more.
func (b *Bot) recheck(ctx context.Context, r Restore, p Portal) (no *policy.Refusal, withdrawn []string) {
	if no := b.asPlanned(r); no != nil {
		return no, nil
	}
	if err := r.Order.Check(); err != nil {
		return syntaxRefusal(err), nil // an older version accepted it
	}
	rules, fresh := b.policyOf(r), b.Directory.Fresh()
	if len(r.Confirmations) < rules.NeededFor(r.request()) {
		return planChanged(), nil
	}
	if no := rules.StillAdmitted(ctx, fresh, r.request()); no != nil {
		return no.BeforeStart(), nil
	}
	for i, c := range r.Confirmations {
		twice, err := rules.SamePersonAsAny(ctx, fresh, c.User, r.Confirmers()[:i])
		if err != nil {
			return policy.LookupFailed(err).BeforeStart(), nil
		}
		switch no := rules.MayStillConfirm(ctx, fresh, r.request(), c.User); {
		case no == nil && twice: // two ids that now belong to one person
			withdrawn = append(withdrawn, c.User)
		case no == nil:
		case no.Rule == policy.RuleDirectory, no.Rule == policy.RuleChannel:
			return no.BeforeStart(), nil
		case r.Order.BreakGlass: // nobody else can confirm it
			no.What = "The person below confirmed this and may not do so any more."
			no.Do, no.People = "Ask again with /restore, and have somebody confirm it who may.", policy.AllowList{IDs: []string{c.User}}
			return no, nil
		default:
			withdrawn = append(withdrawn, c.User)
		}
	}
	if len(withdrawn) > 0 {
		return nil, withdrawn
	}
	return b.stillThere(ctx, r, p), nil
}

// recheckFor is how long Slack may fail to say who somebody is before a
// confirmed restore is given up.
const recheckFor = 30 * time.Second
