package docspacetest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// startBackup is POST startbackup.
func (p *Portal) startBackup(x *exchange) {
	_, in, ok := x.storageInput()
	switch {
	case !ok:
		return
	case in.dump && p.config.SaaS:
		x.exception(http.StatusForbidden, "System.Security.SecurityException", "Access denied")
		return
	case !p.target(x, in):
		return
	case p.faults.NotAdmin:
		x.exception(http.StatusForbidden, "ASC.Common.Security.Authorizing.AuthorizingException", "Access denied")
		return
	case p.faults.NoBackupPlan:
		x.exception(http.StatusPaymentRequired, "ASC.Core.Billing.BillingException", "Your pricing plan does not support this option")
		return
	}
	if p.backup == nil || p.backup.ended {
		now := p.now()
		p.backup = &task{id: newGUID(), dump: in.dump, seen: now, changed: now, tenant: p.tenantID, storage: in.storage}
	}
	p.answerTask(x, p.backup)
}

// target checks where the backup is to go.
func (p *Portal) target(x *exchange, in restoreInput) bool {
	folder, given := in.params["folderId"]
	_, err := strconv.Atoi(folder)
	switch in.storage {
	case 0, 1:
		if in.storage == 1 && !given {
			x.exception(http.StatusInternalServerError, "System.Collections.Generic.KeyNotFoundException",
				"The given key 'folderId' was not present in the dictionary.")
			return false
		}
		if (err == nil) != (in.storage == 0) {
			x.exception(http.StatusBadRequest, "System.ArgumentException", "wrong folder type")
			return false
		}
	case 3:
		if p.config.SaaS {
			x.exception(http.StatusInternalServerError, "System.Exception", "Access denied")
			return false
		}
	}
	return true
}

// advanceBackup moves a backup along. When it is done the history has it, under
// the task's id.
func (p *Portal) advanceBackup(t *task, now time.Time) {
	passed := now.Sub(t.seen)
	t.seen = now
	if t.ended || p.faults.BackupStuck && t.elapsed == 0 {
		return
	}
	t.elapsed += passed
	t.status, t.changed = taskRunning, now
	whole := p.config.BackupTime
	t.percent = int(90 * min(t.elapsed, whole) / whole)
	if t.elapsed == 0 {
		t.status = taskCreated
	}
	if t.elapsed < whole {
		return
	}
	t.ended, t.status, t.text = true, taskCompleted, p.faults.BackupText
	if t.text != "" {
		return
	}
	t.percent, t.warning = 100, p.faults.BackupWarning
	b := Backup{ID: t.id, StorageType: t.storage, CreatedOn: now.Add(whole - t.elapsed), Dump: t.dump, Users: p.users, Rooms: p.rooms}
	if t.storage == 4 {
		b.ExpiresOn = b.CreatedOn.Add(24 * time.Hour)
		t.link = "/storage/backup/" + t.id + ".tar.gz?signature=" + hexes(8)
	}
	p.add(b)
}

func (p *Portal) backupProgress(x *exchange) {
	dump, ok := x.dump()
	if !ok {
		return
	}
	if p.backup == nil || p.backup.dump != (dump != nil && *dump && !p.config.SaaS) {
		x.ok(nil, 0)
		return
	}
	p.answerTask(x, p.backup)
}

// cancelBackup takes whatever there is, also a backup that has ended.
func (p *Portal) cancelBackup(x *exchange) {
	x.ok(p.backup != nil, 1)
	p.backup = nil
}

func (p *Portal) deleteBackup(x *exchange) {
	id := x.op[strings.LastIndex(x.op, "/")+1:]
	i := slices.IndexFunc(p.backups, func(b Backup) bool { return equalFold(b.ID, id) })
	if i < 0 {
		x.unknownBackup()
		return
	}
	p.backups = slices.Delete(p.backups, i, i+1)
	x.ok(true, 1)
}

func (p *Portal) deleteHistory(x *exchange) {
	if dump, ok := x.dump(); ok {
		p.backups = slices.DeleteFunc(p.backups, func(b Backup) bool { return b.Dump == (dump != nil && *dump) })
		x.ok(true, 1)
	}
}

func (p *Portal) backupsCount(x *exchange) {
	count := 0
	q := x.r.URL.Query()
	from, _ := time.Parse(time.RFC3339, q.Get("from")) // absent is the beginning
	to, err := time.Parse(time.RFC3339, q.Get("to"))
	for _, b := range p.backups {
		if !b.Dump && !b.CreatedOn.Before(from) && (err != nil || !b.CreatedOn.After(to)) && q.Get("paid") != "true" {
			count++
		}
	}
	x.ok(count, 1)
}

func (p *Portal) serviceState(x *exchange) { x.ok(map[string]bool{"enabled": true}, 1) }
