package docspace

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// TaskStatus is the state of a task in the server's queue, as the server spells
// it; "" is what servers before 3.7 tell, which is nothing. Decoding takes names
// and numbers and keeps what it does not know.
type TaskStatus string

// The states of a task. Completed is the end and not success: see
// [Progress.Succeeded].
const (
	TaskCreated   TaskStatus = "Created"
	TaskRunning   TaskStatus = "Running"
	TaskCompleted TaskStatus = "Completed"
	TaskCanceled  TaskStatus = "Canceled"
	TaskFailed    TaskStatus = "Failted" // the server's own spelling
)

var taskNames = []string{
	string(TaskCreated), string(TaskRunning), string(TaskCompleted), string(TaskCanceled), string(TaskFailed),
}

// UnmarshalJSON reads a name or a number; null leaves s as it is.
func (s *TaskStatus) UnmarshalJSON(b []byte) error {
	return decodeEnum(b, taskNames, (*string)(s))
}

// TaskKind is what a task does; "" is not told.
type TaskKind string

// The kinds of task.
const (
	KindBackup   TaskKind = "Backup"
	KindRestore  TaskKind = "Restore"
	KindTransfer TaskKind = "Transfer"
)

var kindNames = []string{string(KindBackup), string(KindRestore), string(KindTransfer)}

// UnmarshalJSON reads a name or a number; null leaves k as it is.
func (k *TaskKind) UnmarshalJSON(b []byte) error {
	return decodeEnum(b, kindNames, (*string)(k))
}

// Progress is one look at a backup or restore task. The server tells neither
// when the task started nor which backup it restores.
type Progress struct {
	Kind      TaskKind
	Status    TaskStatus
	Completed bool   // the task ended, well or not
	Percent   int    // 0 to 100; no clock: it stands still for long and may go back
	Error     string // one line without a stack trace, in the portal's language; "" is none
	Warning   string // of a backup: "" is none
	Link      Secret // of a finished backup in DataStore, see [Client.Resolve]; it is signed, so anybody who has it can download the backup
	TenantID  int    // the new tenant's after a restore that was not a dump
	TaskID    string // a GUID; of a backup also the id of its record in the history
}

// Terminal reports whether the task will not change any more.
func (p Progress) Terminal() bool {
	return p.Completed || p.Status == TaskCompleted || p.Status == TaskCanceled || p.Status == TaskFailed
}

// Succeeded reports whether the task did what it should. A task that failed is
// also completed, so every field has a say.
func (p Progress) Succeeded() bool {
	return p.Completed && p.Error == "" && p.Percent == 100 &&
		p.Status != TaskCanceled && p.Status != TaskFailed
}

// Canceled reports whether the task was stopped: by the stop of the server's
// worker, or by its cleaner after a day without a change. Servers before 3.7 do
// not tell; there it looks like a failure without an error.
func (p Progress) Canceled() bool { return p.Status == TaskCanceled }

// Failed reports whether the task ended and neither succeeded nor was canceled.
func (p Progress) Failed() bool { return p.Terminal() && !p.Succeeded() && !p.Canceled() }

// UnmarshalJSON reads the server's form and forgives what it can: missing and
// unknown fields, null, enums by name or number, numbers in quotes.
func (p *Progress) UnmarshalJSON(b []byte) error {
	var w struct {
		IsCompleted        bool       `json:"isCompleted"`
		Progress           number     `json:"progress"`
		Error              string     `json:"error"`
		Warning            string     `json:"warning"`
		Link               string     `json:"link"`
		TenantID           number     `json:"tenantId"`
		BackupProgressEnum TaskKind   `json:"backupProgressEnum"`
		Status             TaskStatus `json:"status"`
		TaskID             string     `json:"taskId"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*p = Progress{
		Kind: w.BackupProgressEnum, Status: w.Status, Completed: w.IsCompleted,
		Percent: min(max(int(w.Progress), 0), 100), Error: oneLine(w.Error), Warning: oneLine(w.Warning),
		Link: NewSecret(w.Link), TenantID: int(w.TenantID), TaskID: w.TaskID,
	}
	return nil
}

// number is an integer, also in quotes or with a fraction, which is dropped.
type number int

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	b = bytes.Trim(b, `"`)
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		b = b[:i]
	}
	v, err := strconv.Atoi(string(b))
	*n = number(v)
	return err
}
