package docspacetest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// startRestore is POST startrestore, with the checks in the server's order.
func (p *Portal) startRestore(x *exchange) {
	if status := p.faults.RefuseStart; status != 0 {
		x.exception(status, "System.InvalidOperationException", "The operation is not possible")
		return
	}
	in, ok := x.restoreInput(p.version.hasKeys())
	if !ok {
		return
	}
	in.dump = in.dump && p.version.hasKeys()
	if in.dump && !p.mayDump() {
		x.exception(http.StatusForbidden, "System.Security.SecurityException", "Access denied")
		return
	}
	if p.faults.NotAdmin {
		x.exception(http.StatusForbidden, "ASC.Common.Security.Authorizing.AuthorizingException", "Access denied")
		return
	}
	if p.faults.NoRestorePlan {
		x.exception(http.StatusPaymentRequired, "ASC.Core.Billing.BillingException", "Your pricing plan does not support this option")
		return
	}
	if !p.findBackup(x, &in) {
		return
	}
	in.stuck = in.stuck || p.faults.LoseStartEvent || p.faults.DropStartEvent
	p.begin(in, false)
	if p.faults.LoseStartEvent {
		x.exception(http.StatusInternalServerError, "RabbitMQ.Client.Exceptions.BrokerUnreachableException", "None of the specified endpoints were reachable")
		return
	}
	p.answerKnown(x, &in.dump)
}

// answerKnown writes the task of that scope, if there is one. After a start it
// is not always the one that was joined: a running dump is found by the tenant
// and hidden by the flag.
func (p *Portal) answerKnown(x *exchange, dump *bool) {
	if t := p.known(dump); t != nil {
		p.answerTask(x, t)
		return
	}
	x.ok(nil, 0)
}

// findBackup is the server's look-up, which knows GUIDs from other ids.
func (p *Portal) findBackup(x *exchange, in *restoreInput) bool {
	if digits := guidDigits(in.backupID); digits != "" {
		if strings.Trim(digits, "0") == "" {
			in.failure = &failure{0, "File not found."}
			return true
		}
		for _, b := range p.backups {
			if guidDigits(b.ID) == digits {
				in.backupID = b.ID
				in.failure = restoreFailure(b, in.dump)
				return true
			}
		}
		x.unknownBackup()
		return false
	}
	path, given := in.params["filePath"]
	if !given {
		x.missingKey("filePath")
		return false
	}
	switch in.storage {
	case 0:
		if _, err := strconv.Atoi(path); err != nil {
			x.exception(http.StatusNotFound, "ASC.Common.Web.ItemNotFoundException", "The required file was not found")
			return false
		}
	case 3:
		p.takeUpload(in)
	case 5:
		in.failure = consumerFailure(in.params)
	case 1, 4:
	default:
		in.failure = &failure{0, "Unknown storage type."}
	}
	return true
}

// restoreFailure is how the restore of a backup will fail, nil when it will not.
func restoreFailure(b Backup, dump bool) *failure {
	switch {
	case b.Missing:
		return &failure{0, "File not found."}
	case b.Dump != dump:
		return &failure{10, "The backup file is invalid."}
	}
	return nil
}

// consumers are the keys under which the server finds its data stores. The
// look-up minds the case; what it does not find is a consumer without settings,
// which fails in the worker.
var consumers = []string{"s3", "googlecloud", "rackspace"}

// consumerFailure is how a task with the storage type ThirdPartyConsumer fails.
func consumerFailure(params map[string]string) *failure {
	switch module, given := params["module"]; {
	case !given || module == "":
		return &failure{0, "The given key 'module' was not present in the dictionary."}
	case !slices.Contains(consumers, module):
		return &failure{0, "Object reference not set to an instance of an object."}
	}
	return nil
}

// begin joins the running restore or starts one. One that nobody picked up is
// started anew under the same id.
func (p *Portal) begin(in restoreInput, elsewhere bool) *task {
	now := p.tickedAt
	id := newGUID()
	if t := p.restore; t != nil && !t.ended {
		if !t.stuck && (t.status != taskCreated || !p.faults.StuckQueued) {
			return t
		}
		id = t.id
	}
	p.restore = &task{
		id: id, kind: 1, backupID: in.backupID, dump: in.dump, script: p.config.Script,
		failure: in.failure, stuck: in.stuck, source: in.source, began: now, seen: now, changed: now, tenant: p.tenantID,
	}
	p.restores = slices.DeleteFunc(p.restores, func(r Restore) bool { return r.TaskID == id })
	p.restores = append(p.restores, Restore{TaskID: id, BackupID: in.backupID, Dump: in.dump, Elsewhere: elsewhere, Started: now})
	return p.restore
}

// StartElsewhere starts a restore as somebody does in the web client, and
// returns its task id; a running restore is joined.
func (p *Portal) StartElsewhere(backupID string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	in := restoreInput{backupID: backupID}
	for _, b := range p.backups {
		if strings.EqualFold(b.ID, backupID) {
			in.dump = b.Dump
		}
	}
	return p.begin(in, true).id
}

// restoreProgress is GET getrestoreprogress.
func (p *Portal) restoreProgress(x *exchange) {
	dump, ok := p.dump(x)
	if !ok {
		return
	}
	if p.config.SaaS {
		dump = new(bool)
	}
	p.answerKnown(x, dump)
}

// answerTask writes a task as the release does.
func (p *Portal) answerTask(x *exchange, t *task) {
	if p.faults.NoResponse {
		x.ok(nil, 0)
		return
	}
	fields := map[string]any{
		"isCompleted": t.ended && t.status != taskFailed, "progress": t.percent, "error": t.text, "tenantId": t.tenant,
		"backupProgressEnum": p.enum([]string{"Backup", "Restore", "Transfer"}, t.kind), "taskId": t.id,
	}
	if p.version.hasStatus() {
		fields["status"] = p.enum([]string{"Created", "Running", "Completed", "Canceled", "Failted"}, t.status)
	}
	if t.kind == 0 {
		fields["link"] = t.link
		if p.version.hasWarning() {
			fields["warning"] = t.warning
		}
	}
	if p.faults.LeakStack && t.text != "" {
		fields["error"] = t.text + "\n   at Portal.Worker.Run() in /build/Worker.cs:line 7"
	}
	x.ok(fields, 1)
}
