package main

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// ownPrefixes begin the names of our own settings. Any other name that begins so
// is a slip of the hand: passed over in silence it could weaken a rule.
var ownPrefixes = []string{"RESTORE_", "DOCSPACE_", "SLACK_", "SAFETY_", "AUDIT_", "PORTALS_"}

// settingNames are the names of all settings: of the fields of raw, and of what
// the network code reads.
func settingNames() []string {
	var names []string
	for field := range reflect.TypeFor[raw]().Fields() {
		names = append(names, field.Tag.Get("env"))
	}
	return append(names, networkSettings()...)
}

// fromFiles are the settings that may also be given as NAME_FILE: secrets.
func fromFiles() []string {
	return slices.DeleteFunc(settingNames(), func(name string) bool {
		return !strings.HasSuffix(name, "_TOKEN") && !strings.HasSuffix(name, "_KEY") && name != "DATABASE_URL"
	})
}

// knownNames are all names that mean something.
func knownNames() []string {
	names := settingNames()
	for _, name := range fromFiles() {
		names = append(names, name+"_FILE")
	}
	return names
}

// source is where settings stand.
type source struct {
	name string // such as ".env"
	vars map[string]string
	ours bool // nobody else's settings are expected here
}

// checkNames names what is not a setting and looks as if it were meant as one.
func checkNames(sources ...source) (faults []error) {
	known := knownNames()
	for _, from := range sources {
		for _, name := range slices.Sorted(maps.Keys(from.vars)) {
			if !slices.Contains(known, name) && meantAsOurs(name, known, from.ours) {
				faults = append(faults, fmt.Errorf("%s in %s is not a setting%s", printableName(name), from.name, insteadOf(name, known)))
			}
		}
	}
	return faults
}

// meantAsOurs reports whether name begins like ours, or is a letter or two off
// one of ours. Short names and those without a prefix of ours belong to others
// too: they are taken for ours only where nobody else's stand.
func meantAsOurs(name string, known []string, ours bool) bool {
	upper := strings.ToUpper(name)
	if ownPrefix(upper) != "" {
		return true
	}
	near, off := nearestName(upper, known, editDistance)
	return off <= 2 && len(near) >= 8 && (ours || (ownPrefix(near) != "" && len(near) >= 12))
}

func ownPrefix(name string) string {
	for _, prefix := range ownPrefixes {
		if strings.HasPrefix(name, prefix) {
			return prefix
		}
	}
	return ""
}

// serviceLink is what Kubernetes and Docker set for a service of that name.
var serviceLink = regexp.MustCompile(`_SERVICE_(HOST|PORT(_\w+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$`)

func insteadOf(name string, known []string) string {
	if serviceLink.MatchString(name) {
		return ": Kubernetes sets such names for a service; write enableServiceLinks: false in the pod"
	}
	near, _ := nearestName(strings.ToUpper(name), known, wordDistance)
	return " (the nearest is " + near + "): correct or remove it"
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

// printableName is a name as it stands, unless a secret may have slipped into it.
func printableName(name string) string {
	prefix := ownPrefix(strings.ToUpper(name))
	switch {
	case plainName.MatchString(name) || serviceLink.MatchString(name):
		return name
	case prefix != "":
		return "a name that begins with " + prefix
	}
	return "a name"
}

// nearestName is the known name that takes the fewest changes, and how many.
func nearestName(name string, known []string, changes func(a, b string) int) (best string, least int) {
	for _, candidate := range known {
		n := changes(name, candidate)
		if best == "" || n < least || (n == least && len(candidate) < len(best)) {
			best, least = candidate, n
		}
	}
	return best, least
}

// wordDistance is [editDistance], and little where words were only left out, as
// in SLACK_TOKEN or RESTORE_TTL.
func wordDistance(name, candidate string) int {
	words, all := strings.Split(name, "_"), strings.Split(candidate, "_")
	for _, word := range words {
		if !slices.Contains(all, word) {
			return editDistance(name, candidate)
		}
	}
	return min(editDistance(name, candidate), 1+len(all)-len(words))
}

// editDistance counts letters that are missing, too many, wrong or swapped.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
		for j := range rows[i] {
			if i == 0 {
				rows[i][j] = j
				continue
			}
			if j == 0 {
				continue
			}
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
