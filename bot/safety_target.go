package bot

import (
	"errors"
	"fmt"
	"strings"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// SafetyTarget is the place of the safety backups of a portal. The zero value takes none.
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
			return SafetyTarget{}, errors.New(`must be "off" alone, or a storage and what it needs, such as Local:/backups`)
		}
		return SafetyTarget{}, nil
	}
	storage, err := docspace.ParseStorageType(kind)
	switch {
	case err != nil:
		return SafetyTarget{}, errors.New(`must be "off", "Local:<folder>" or "ThirdPartyConsumer:<module>,key=value...", such as Local:/backups`)
	case storage == docspace.StorageLocal:
		if strings.TrimSpace(rest) == "" {
			return SafetyTarget{}, errors.New("must name a folder of the server, such as Local:/backups")
		}
		return SafetyTarget{storage, []command.Param{{Key: "filePath", Value: strings.TrimSpace(rest)}}}, nil
	case storage == docspace.StorageThirdPartyConsumer:
		return consumerTarget(rest)
	}
	return SafetyTarget{}, errors.New("must be Local or ThirdPartyConsumer, such as Local:/backups: a backup anywhere else belongs to the portal, " +
		"and the restore removes it from the history")
}

func consumerTarget(rest string) (SafetyTarget, error) {
	words := strings.Split(rest, ",")
	module := docspace.ConsumerModule(words[0])
	if module == "" {
		return SafetyTarget{}, fmt.Errorf("must name one of the server's modules %s, such as ThirdPartyConsumer:s3,bucket=backups",
			strings.Join(docspace.ConsumerModules(), ", "))
	}
	t := SafetyTarget{docspace.StorageThirdPartyConsumer, []command.Param{{Key: "module", Value: module}}}
	seen := map[string]bool{"module": true}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(strings.TrimSpace(word), "=")
		if !ok || !command.ParamKey.MatchString(key) || value == "" || seen[key] {
			return SafetyTarget{}, errors.New("must give what the module needs as key=value, each once, separated by commas, such as ThirdPartyConsumer:s3,bucket=backups")
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

// checkSafetyTarget checks that a safety backup can be taken, before people are asked.
func checkSafetyTarget(r Restore, p Portal, s docspace.Settings) *policy.Refusal {
	if !r.needsSafetyBackup(p.Safety) || s.Standalone || p.Safety.StorageType != docspace.StorageLocal {
		return nil
	}
	return &policy.Refusal{
		Rule:    policy.RuleSafety,
		What:    "The safety backup is set up to go to a folder of the server, and this portal is not self-hosted.",
		Do:      "Have SAFETY_BACKUP set to a ThirdPartyConsumer, or ask again without a safety backup.",
		Suggest: "--no-safety-backup",
	}
}
