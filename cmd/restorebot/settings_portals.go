package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/docspace"
)

// exampleURL is the address of a portal, as it is written.
const exampleURL = "https://docs.example.com"

// portalSettings is a portal and how its settings were written.
type portalSettings struct {
	app.Portal

	line      int  // of PORTALS_FILE; 0 for that of DOCSPACE_URL
	safetySet bool // false: as for the whole bot
}

// checkPortals collects the portals: the one of DOCSPACE_URL, if it is set, and
// those of PORTALS_FILE. SAFETY_BACKUP holds for every one that has none of its own.
func (r raw) checkPortals(fault func(name, rule string)) (list []portalSettings, faults []error) {
	safety, err := bot.ParseSafetyTarget(r.SafetyBackup)
	if err != nil {
		fault("SAFETY_BACKUP", err.Error())
	}
	if r.PortalsFile == "" || r.DocSpaceURL != "" || r.DocSpaceAPIKey != "" {
		address, err := docspace.Address(r.DocSpaceURL)
		switch {
		case strings.TrimSpace(r.DocSpaceURL) == "":
			fault("DOCSPACE_URL", "is empty: set it to the portal's address, such as "+exampleURL+", or name your portals in PORTALS_FILE")
		case err != nil:
			fault("DOCSPACE_URL", err.Error()+"; write it like "+exampleURL)
		default:
			list = append(list, portalSettings{Portal: app.Portal{
				Name: hostname(r.DocSpaceURL), URL: address, Key: docspace.NewSecret(strings.TrimSpace(r.DocSpaceAPIKey)),
				KeyFrom: bot.KeySource{Setting: "DOCSPACE_API_KEY"}, Safety: safety,
			}})
		}
		if strings.TrimSpace(r.DocSpaceAPIKey) == "" {
			fault("DOCSPACE_API_KEY", `is empty: set it to an API key of the portal's owner or of a DocSpace admin, which starts with "sk-"`)
		}
	}
	if r.PortalsFile == "" {
		return list, nil
	}
	more, faults := readPortals(r.PortalsFile)
	faults = append(faults, twoOfOne(append(slices.Clip(list), more...))...)
	for i := range more {
		if !more[i].safetySet {
			more[i].Safety = safety
		}
	}
	return append(list, more...), faults
}

// twoOfOne refuses a second portal of one name, and a second name for one
// address: of each portal one restore is open at most.
func twoOfOne(all []portalSettings) (faults []error) {
	named, at := map[string]bool{}, map[string]portalSettings{}
	for _, p := range all {
		name := strings.ToLower(p.Name)
		if name != "" && named[name] {
			faults = append(faults, fmt.Errorf("PORTALS_FILE line %d: another portal has the same name; choose another one (the portal of DOCSPACE_URL is named after its host)", p.line))
		}
		named[name] = true
		first, twice := at[p.URL]
		switch {
		case p.URL == "":
		case twice && first.line == 0:
			faults = append(faults, fmt.Errorf("PORTALS_FILE line %d: the portal has the same address as DOCSPACE_URL; name each portal once", p.line))
		case twice:
			faults = append(faults, fmt.Errorf("PORTALS_FILE line %d: the portal has the same address as the one in line %d; name each portal once", p.line, first.line))
		default:
			at[p.URL] = p
		}
	}
	return faults
}

// hostname is how the portal of DOCSPACE_URL is called: its host, as written.
func hostname(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
