package bot

import (
	"time"

	"docspace-restorebot/docspace"
)

// Safety is the progress of the backup that is taken before a restore.
type Safety struct {
	Stage SafetyStage `json:",omitzero"`
	Place string      `json:",omitzero"`
	// TaskBefore is the id of the portal's backup task just before ours was sent. Any
	// other id after that is ours.
	TaskBefore  string    `json:",omitzero"`
	TaskID      string    `json:",omitzero"` // also the id of the backup until the restore changes it
	StartedAt   time.Time `json:",omitzero"`
	Percent     int       `json:",omitzero"`
	ChangedAt   time.Time `json:",omitzero"` // when Percent last changed
	SilentSince time.Time `json:",omitzero"` // when the portal first did not answer
	LostSince   time.Time `json:",omitzero"` // when it first answered that it knows no such backup
	EndedAt     time.Time `json:",omitzero"`
	// Backup is the record in the history. A backup without a file name is done, as its
	// task says, and the history could not be read.
	Backup docspace.Backup `json:",omitzero"`
	// Listed is set where that history also showed the backup to restore. The start then
	// does not read it again.
	Listed  bool   `json:",omitzero"`
	Unseen  string `json:",omitzero"` // why the history did not show it, one line
	Looked  bool   `json:",omitzero"` // the history was read for it, which is done once
	Warning string `json:",omitzero"` // the portal's, such as files that were left out
	Why     string `json:",omitzero"` // why it failed or is in doubt, one line
	Cure    string `json:",omitzero"` // what to do about it
	// Doubt is set while the end of the backup is uncertain. Nothing has failed, and the
	// bot asks on.
	Doubt    AlarmKind   `json:",omitzero"`
	AskUntil time.Time   `json:",omitzero"` // until when a person may decide
	WaivedBy string      `json:",omitzero"`
	WaivedAt time.Time   `json:",omitzero"`
	Told     SafetyStage `json:",omitzero"` // the last stage told in the thread
}

// SafetyStage is how far the safety backup has come. "" is none.
type SafetyStage string

// The stages. Only the step whose save made the stage sent makes the POST.
const (
	SafetyWaiting SafetyStage = "waiting" // for another backup to end
	SafetySent    SafetyStage = "sent"
	SafetyRunning SafetyStage = "running"
	SafetyDone    SafetyStage = "done"
	SafetyAsked   SafetyStage = "asked" // it failed; a person decides
	SafetyWaived  SafetyStage = "waived"
)

// AsksForWaiver reports whether a person has to say whether the restore goes on
// without its safety backup.
func (r Restore) AsksForWaiver() bool { return r.State == Saving && r.Safety.Stage == SafetyAsked }

// CanBeWaived reports whether a person may let the restore go on without its
// safety backup: it failed, or nobody can tell when it ends.
func (r Restore) CanBeWaived(now time.Time) bool {
	return r.AsksForWaiver() || r.safetyInDoubt() && now.Before(r.Safety.AskUntil)
}

// safetyInDoubt reports whether the restore waits for a safety backup with an uncertain
// end.
func (r Restore) safetyInDoubt() bool {
	s := r.Safety
	return r.State == Saving && s.Doubt != "" && (s.Stage == SafetyWaiting || s.Stage == SafetySent || s.Stage == SafetyRunning)
}

// needsSafetyBackup reports whether a safety backup has to be taken before the start.
func (r Restore) needsSafetyBackup(t SafetyTarget) bool {
	return !t.IsZero() && !r.Order.NoSafety && r.Safety.Stage == ""
}
