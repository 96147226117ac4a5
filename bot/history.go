package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// maxHistories bounds how many steps wait for the history of a portal: it may take
// more than a minute, and other restores need their steps.
const maxHistories = 8

// errHistoryBusy means that the portal was not asked, because other portals are
// slow.
var errHistoryBusy = errors.New("the bot waits for the lists of backups of other portals")

// history asks a portal for its backups, for a step. The call changes the portal's
// data and may take [docspace.Client.HistoryTimeout], so it is made once for each
// act of a person. Its error is an answer and no reason to ask again, except
// errHistoryBusy.
func (b *Bot) history(ctx context.Context, p Portal, dump bool) ([]docspace.Backup, error) {
	defer b.historiesWaiting.Add(-1)
	if b.historiesWaiting.Add(1) > maxHistories {
		return nil, errHistoryBusy
	}
	return p.API.BackupHistory(ctx, dump)
}

// refuseUnread refuses because the history cannot be read.
func (p Portal) refuseUnread(err error) *policy.Refusal {
	if errors.Is(err, errHistoryBusy) {
		return &policy.Refusal{
			Rule: policy.RulePortal, Busy: true,
			What: "The bot waits for the lists of backups of several other portals, which are slow.",
			Do:   "Ask again in a minute.",
		}
	}
	return p.refuseUnanswered(err)
}

// unlistedHint names --unlisted as the way to a backup while the history cannot be
// read, "" for any other error.
func unlistedHint(err error) string {
	ofHistory := portalError(err).Op == docspace.OpHistory
	for _, broken := range []error{docspace.ErrServer, docspace.ErrTooLarge, docspace.ErrAnswer} {
		if ofHistory && (errors.Is(err, broken) || slow(err)) {
			return " A backup whose id is known can be restored without that list: /restore <backup-id> --unlisted."
		}
	}
	return ""
}

// slow reports whether an answer did not come in time, ours or a proxy's.
func slow(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || portalError(err).Status == http.StatusGatewayTimeout
}

// findBackup looks the backup up in the history and returns the whole history. An id
// that is no GUID names a file and has no record.
func (b *Bot) findBackup(ctx context.Context, r *Restore, p Portal) ([]docspace.Backup, *policy.Refusal) {
	if _, ok := docspace.ParseGUID(r.Order.BackupID); !ok {
		return nil, nil
	}
	backups, err := b.history(ctx, p, r.Order.Dump)
	switch {
	case r.Order.Unlisted:
		return backups, checkUnlisted(r, p, backups, err)
	case err != nil:
		return nil, p.refuseUnread(err)
	}
	backup, ok := findListed(r.Order.BackupID, backups)
	if !ok {
		return nil, notListed(r.Order.BackupID, backups)
	}
	if no := restorable(backup, time.Now()); no != nil {
		return nil, no
	}
	if s := r.Order.StorageType; s != "" && s != backup.StorageType {
		return nil, &policy.Refusal{
			Rule:    policy.RuleBackup,
			What:    fmt.Sprintf("--storage %s contradicts the history: the backup is in %s.", s, backup.StorageType),
			Do:      "Leave --storage away; the portal uses the record's own.",
			Suggest: "--storage " + string(backup.StorageType),
		}
	}
	r.Backup = backup
	return backups, nil
}

// checkUnlisted refuses --unlisted where the history shows the backup, for people
// can then see what they confirm. It allows an unlisted backup, and a history that
// cannot be read.
func checkUnlisted(r *Restore, p Portal, backups []docspace.Backup, err error) *policy.Refusal {
	switch {
	case errors.Is(err, errHistoryBusy):
		return p.refuseUnread(err)
	case err != nil:
		r.Preflight.Unread = p.explain(err).why
		return nil
	}
	backup, ok := findListed(r.Order.BackupID, backups)
	switch {
	case ok && restorable(backup, time.Now()) == nil:
		return &policy.Refusal{
			Rule: policy.RuleBackup,
			What: "The portal's history shows the backup " + backup.ID + ", and --unlisted is for what it does not show.",
			Do:   "Ask again without --unlisted: then the card says which file it is and how old.",
		}
	case ok:
		r.Backup = backup
	}
	return nil
}

// findListed finds a record by its id, in whatever form either is written.
func findListed(id string, backups []docspace.Backup) (docspace.Backup, bool) {
	want, _ := docspace.ParseGUID(id)
	for _, backup := range backups {
		if got, ok := docspace.ParseGUID(backup.ID); ok && got == want {
			return backup, true
		}
	}
	return docspace.Backup{}, false
}

// restorable says why a record that is listed cannot be restored.
func restorable(backup docspace.Backup, now time.Time) *policy.Refusal {
	switch {
	case backup.Expired(now):
		return &policy.Refusal{
			Rule: policy.RuleBackup, What: "The backup " + backup.ID + " has expired.",
			Do: "Choose another one from /restore list. While its file is still there, --unlisted restores it all the same.",
		}
	case backup.StorageType == docspace.StorageCustomCloud:
		return &policy.Refusal{
			Rule: policy.RuleBackup,
			What: "The backup " + backup.ID + " is in CustomCloud, from which no server up to 3.7.2 can restore.",
			Do:   "Choose another one from /restore list. On a newer server, try it with --unlisted.",
		}
	}
	return nil
}

func notListed(id string, backups []docspace.Backup) *policy.Refusal {
	no := &policy.Refusal{
		Rule: policy.RuleBackup, What: "The portal's history shows no backup " + id + ".",
		Do: "Choose one from /restore list; for a backup of the whole server add --dump. If you know what this id is, restore it unseen with --unlisted.",
	}
	if len(backups) > 0 {
		no.Suggest = nearestBackup(id, backups)
	}
	return no
}

// nearestBackup is the id that shares the longest beginning, or the newest one.
func nearestBackup(id string, backups []docspace.Backup) string {
	best, length := backups[0].ID, 0
	for _, backup := range backups {
		n := 0
		for n < len(id) && n < len(backup.ID) && id[n] == backup.ID[n] {
			n++
		}
		if n > length {
			best, length = backup.ID, n
		}
	}
	return best
}
