package docspacetest

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// startBackup is POST startbackup.
func (p *Portal) startBackup(x *exchange) {
	_, in, ok := x.storageInput(p.version.hasKeys())
	in.dump = in.dump && p.version.hasKeys()
	switch {
	case !ok:
		return
	case in.dump && !p.mayDump():
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
	p.answerTask(x, p.beginBackup(in, false))
}

// mayDump: the whole installation is there for self-hosted portals only.
func (p *Portal) mayDump() bool { return !p.config.SaaS && !p.config.LimitedSpace }

// target checks where the backup is to go.
func (p *Portal) target(x *exchange, in restoreInput) bool {
	folder, given := in.params["folderId"]
	_, err := strconv.Atoi(folder)
	switch in.storage {
	case storageDocuments, storageThirdparty:
		if in.storage == storageThirdparty && !given {
			x.missingKey("folderId")
			return false
		}
		if (err == nil) != (in.storage == storageDocuments) {
			x.exception(http.StatusBadRequest, "System.ArgumentException", "wrong folder type")
			return false
		}
	case storageLocal:
		if p.config.SaaS {
			x.exception(http.StatusInternalServerError, "System.Exception", "Access denied")
			return false
		}
		if _, given := in.params["filePath"]; !given {
			x.missingKey("filePath")
			return false
		}
	}
	return true
}

// beginBackup joins the running backup or starts one.
func (p *Portal) beginBackup(in restoreInput, elsewhere bool) *task {
	if p.backup != nil && !p.backup.ended {
		return p.backup
	}
	now := p.tickedAt
	p.backup = &task{
		id: newGUID(), dump: in.dump, seen: now, changed: now, tenant: p.tenantID, storage: in.storage,
		users: p.users, rooms: p.rooms,
	}
	if in.storage == 5 && !elsewhere {
		p.backup.failure = consumerFailure(in.params)
	}
	p.backupTasks = append(p.backupTasks, BackupTask{
		TaskID: p.backup.id, StorageType: in.storage, Params: in.params, Dump: in.dump, Elsewhere: elsewhere, Started: now,
	})
	return p.backup
}

// StartBackupElsewhere starts a backup as somebody does in the web client, and
// returns its task id; a running backup is joined.
func (p *Portal) StartBackupElsewhere(storageType int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	return p.beginBackup(restoreInput{storage: storageType}, true).id
}

// advanceBackup moves a backup along. When it is done the history has it, under
// the task's id.
func (p *Portal) advanceBackup(t *task, now time.Time) {
	passed := now.Sub(t.seen)
	t.seen = now
	f := &p.faults
	switch {
	case t.ended, f.BackupDead, f.BackupStuck && t.elapsed == 0:
		return
	}
	whole := p.config.BackupTime
	t.elapsed += passed
	if t.elapsed == 0 {
		t.status = taskCreated
		return
	}
	t.status, t.changed = taskRunning, now
	if t.failure != nil {
		p.endBackup(t, now, taskCompleted, t.failure.text)
		return
	}
	t.percent = int(90 * min(t.elapsed, whole) / whole)
	if t.elapsed >= whole {
		p.endBackup(t, now.Add(whole-t.elapsed), taskCompleted, f.BackupText)
	}
}

// endBackup closes a backup, well or not.
func (p *Portal) endBackup(t *task, at time.Time, status int, text string) {
	t.ended, t.status, t.text, t.changed = true, status, text, at
	succeeded := status == taskCompleted && text == ""
	if i := slices.IndexFunc(p.backupTasks, func(b BackupTask) bool { return b.TaskID == t.id }); i >= 0 {
		b := &p.backupTasks[i]
		b.Ended, b.Error, b.Succeeded, b.Canceled = at, text, succeeded, status == taskCanceled
	}
	if !succeeded {
		return
	}
	t.percent, t.warning = 100, p.faults.BackupWarning
	b := Backup{ID: t.id, StorageType: t.storage, CreatedOn: at, Dump: t.dump, Users: t.users, Rooms: t.rooms}
	if t.storage == 4 {
		b.ExpiresOn = at.Add(24 * time.Hour)
		t.link = "/storage/backup/" + t.id + ".tar.gz?signature=" + hexes(8)
	}
	p.add(b)
}

func (p *Portal) backupProgress(x *exchange) {
	dump, ok := p.dump(x)
	if !ok {
		return
	}
	if p.backup == nil || p.backup.dump != (dump != nil && *dump) {
		x.ok(nil, 0)
		return
	}
	p.answerTask(x, p.backup)
}

// cancelBackup takes whatever there is, also a backup that has ended.
func (p *Portal) cancelBackup(x *exchange) {
	x.ok(p.backup != nil, 1)
	if p.backup != nil && !p.backup.ended {
		p.endBackup(p.backup, p.tickedAt, taskCanceled, "")
	}
	p.backup = nil
}

func (p *Portal) serviceState(x *exchange) {
	x.ok(map[string]bool{"enabled": !p.faults.BackupServiceOff}, 1)
}
