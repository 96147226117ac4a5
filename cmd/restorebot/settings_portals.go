package main

import (
	"errors"
	"slices"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// checkPortals collects the portals: the one of DOCSPACE_URL, if it is set, and
// those of PORTALS_FILE. SAFETY_BACKUP holds for every one that has none of its own.
func (r raw) checkPortals(fault func(name, rule string)) (list []portalSettings, faults []error) {
	safety, err := bot.ParseSafetyTarget(r.SafetyBackup)
	if err != nil {
		fault("SAFETY_BACKUP", err.Error())
	}
	if r.PortalsFile == "" || r.DocSpaceURL != "" || r.DocSpaceAPIKey != "" {
		u, err := webURL(r.DocSpaceURL)
		if err != nil {
			fault("DOCSPACE_URL", "must be set to the http or https URL of the portal, without user or password")
		} else {
			list = append(list, portalSettings{name: u.Hostname(), url: u.String(), key: docspace.NewSecret(strings.TrimSpace(r.DocSpaceAPIKey)), safety: safety})
		}
		if strings.TrimSpace(r.DocSpaceAPIKey) == "" {
			fault("DOCSPACE_API_KEY", "must be set")
		}
	}
	if r.PortalsFile == "" {
		return list, nil
	}
	more, faults := readPortals(r.PortalsFile)
	named := map[string]bool{}
	for _, p := range append(slices.Clip(list), more...) {
		if p.name != "" && named[strings.ToLower(p.name)] {
			faults = append(faults, errors.New("PORTALS_FILE must give each portal a name of its own; DOCSPACE_URL is named by its host"))
		}
		named[strings.ToLower(p.name)] = true
	}
	for i := range more {
		if l := more[i].own.Approvers; l != nil && !l.Any && len(l.Groups) == 0 && distinct(l.IDs) < more[i].own.Approvals {
			faults = append(faults, errors.New("PORTALS_FILE asks for more approvals on a portal than it names approvers"))
		}
		if !more[i].safetySet {
			more[i].safety = safety
		}
	}
	return append(list, more...), faults
}
