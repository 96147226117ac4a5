package bot

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// SafetyTarget says where the backup of a portal goes that is taken just before
// its restore: the way back. The zero value takes none.
type SafetyTarget struct {
	StorageType docspace.StorageType
	Params      []command.Param
}

// ParseSafetyTarget reads "off", "Local:<folder>" or
// "ThirdPartyConsumer:<module>,key=value...". The module may be written in any
// case.
func ParseSafetyTarget(text string) (SafetyTarget, error) {
	kind, rest, _ := strings.Cut(strings.TrimSpace(text), ":")
	if kind == "" || strings.EqualFold(kind, "off") {
		if rest != "" {
			return SafetyTarget{}, errors.New(`must be "off" alone, or a storage and what it needs`)
		}
		return SafetyTarget{}, nil
	}
	storage, err := docspace.ParseStorageType(kind)
	switch {
	case err != nil:
		return SafetyTarget{}, errors.New(`must be "off", "Local:<folder>" or "ThirdPartyConsumer:<module>,key=value..."`)
	case storage == docspace.StorageLocal:
		if strings.TrimSpace(rest) == "" {
			return SafetyTarget{}, errors.New("must name a folder of the server, as in Local:/backups")
		}
		return SafetyTarget{storage, []command.Param{{Key: "filePath", Value: strings.TrimSpace(rest)}}}, nil
	case storage == docspace.StorageThirdPartyConsumer:
		return consumerTarget(rest)
	}
	return SafetyTarget{}, errors.New("must be Local or ThirdPartyConsumer: a backup anywhere else belongs to the portal that the restore replaces, " +
		"and is lost from the history with it")
}

func consumerTarget(rest string) (SafetyTarget, error) {
	words := strings.Split(rest, ",")
	module := docspace.ConsumerModule(words[0])
	if module == "" {
		return SafetyTarget{}, fmt.Errorf("must name a module that the server keeps backups in, one of %s, as in ThirdPartyConsumer:s3,bucket=backups",
			strings.Join(docspace.ConsumerModules(), ", "))
	}
	t := SafetyTarget{docspace.StorageThirdPartyConsumer, []command.Param{{Key: "module", Value: module}}}
	seen := map[string]bool{"module": true}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(strings.TrimSpace(word), "=")
		if !ok || !command.ParamKey.MatchString(key) || value == "" || seen[key] {
			return SafetyTarget{}, errors.New("must give what the module needs as key=value, each once, separated by commas")
		}
		seen[key] = true
		t.Params = append(t.Params, command.Param{Key: key, Value: value})
	}
	return t, nil
}

// IsZero reports whether no safety backup is taken.
func (t SafetyTarget) IsZero() bool { return t.StorageType == "" }

// Place says where the backups go, without the settings of the storage.
func (t SafetyTarget) Place() string {
	if t.IsZero() {
		return ""
	}
	return string(t.StorageType) + " " + t.Params[0].Value
}

func (t SafetyTarget) request(dump bool) docspace.BackupRequest {
	req := docspace.BackupRequest{StorageType: t.StorageType, Dump: dump}
	for _, p := range t.Params {
		req.StorageParams = append(req.StorageParams, docspace.Param(p))
	}
	return req
}

// Safety is the backup taken before a restore, as far as it has come.
type Safety struct {
	Stage SafetyStage `json:",omitzero"`
	Place string      `json:",omitzero"`
	// TaskBefore is the id of the backup task that the portal knew just before
	// ours was asked for: any other id seen afterwards is ours.
	TaskBefore  string    `json:",omitzero"`
	TaskID      string    `json:",omitzero"` // also the id of the backup until the restore changes it
	StartedAt   time.Time `json:",omitzero"`
	Percent     int       `json:",omitzero"`
	ChangedAt   time.Time `json:",omitzero"` // when Percent last changed
	SilentSince time.Time `json:",omitzero"` // when the portal first did not answer
	LostSince   time.Time `json:",omitzero"` // when it first answered that it knows no such backup
	EndedAt     time.Time `json:",omitzero"`
	// Backup is as the history showed it. A backup without a name is done, by the
	// word of its task, and the history could not be read.
	Backup docspace.Backup `json:",omitzero"`
	// Listed is set where that history showed the backup that is to be restored, too:
	// it is not asked again for the start.
	Listed  bool   `json:",omitzero"`
	Unseen  string `json:",omitzero"` // why the history did not show it, one line
	Looked  bool   `json:",omitzero"` // the history was asked for it, which is done once
	Warning string `json:",omitzero"` // of the portal, such as files that were left out
	Why     string `json:",omitzero"` // why it failed or is in doubt, one line
	Cure    string `json:",omitzero"` // what can be done about that
	// Doubt is set while nobody can tell when the backup ends, or whether. Nothing
	// has failed: the bot asks on.
	Doubt    AlarmKind   `json:",omitzero"`
	AskUntil time.Time   `json:",omitzero"` // how long a person may say what now
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
	SafetyAsked   SafetyStage = "asked" // it failed, which is known: a person says what now
	SafetyWaived  SafetyStage = "waived"
)

// Asking reports whether a person has to say whether the restore goes on
// without its safety backup.
func (r Restore) Asking() bool { return r.State == Saving && r.Safety.Stage == SafetyAsked }

// Deciding reports whether a person may let the restore go on without its
// safety backup: it failed, or nobody can tell when it ends.
func (r Restore) Deciding(now time.Time) bool {
	return r.Asking() || r.doubted() && now.Before(r.Safety.AskUntil)
}

// doubted reports whether a safety backup is waited for of which nobody can tell
// when it ends.
func (r Restore) doubted() bool {
	s := r.Safety
	return r.State == Saving && s.Doubt != "" && (s.Stage == SafetyWaiting || s.Stage == SafetySent || s.Stage == SafetyRunning)
}

// wantsSafety reports whether a safety backup has to be taken before the start.
func (r Restore) wantsSafety(t SafetyTarget) bool {
	return !t.IsZero() && !r.Order.NoSafety && r.Safety.Stage == ""
}

// safe checks before people are asked that a safety backup can be taken at all.
func safe(r Restore, p Portal, s docspace.Settings) *policy.Refusal {
	if !r.wantsSafety(p.Safety) || s.Standalone || p.Safety.StorageType != docspace.StorageLocal {
		return nil
	}
	return &policy.Refusal{
		Rule:    policy.RuleSafety,
		What:    "The safety backup is set up to go to a folder of the server, and this portal is not self-hosted. Nothing was started.",
		Do:      "Have SAFETY_BACKUP set to a ThirdPartyConsumer, or ask again without a safety backup.",
		Suggest: "--no-safety-backup",
	}
}
