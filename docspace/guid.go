package docspace

import "strings"

// guid tells how the server will understand a backup id.
type guid int

const (
	guidNot    guid = iota // not one: the server needs a filePath
	guidProper             // looked up in the history
	guidEmpty              // all zeros: accepted by the server, and fails in the worker
)

// plainGUID is a GUID as it stands in a path, without what people put around it.
func plainGUID(s string) string { return strings.ToLower(strings.Trim(strings.TrimSpace(s), "{}()")) }

// guidForm knows the forms that people write: 32 digits, with dashes, in braces
// or parentheses.
func guidForm(s string) guid {
	s = strings.TrimSpace(s)
	for _, pair := range []string{"{}", "()"} {
		if len(s) == 38 && s[0] == pair[0] && s[37] == pair[1] {
			s = s[1:37]
		}
	}
	if len(s) == 36 {
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return guidNot
		}
		s = s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	}
	if len(s) != 32 {
		return guidNot
	}
	form := guidEmpty
	for _, r := range s {
		switch {
		case !strings.ContainsRune("0123456789abcdefABCDEF", r):
			return guidNot
		case r != '0':
			form = guidProper
		}
	}
	return form
}
