package command

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

const (
	// pastedAround is what stands around an id that was copied from a message: Slack's
	// marks, quotes, brackets, the punctuation of a sentence, spaces.
	pastedAround = "`*_~<>\"'.,;:!?\u00ab\u00bb" + curlySingles + curlyDoubles + invisible + " \t\r\n\u00a0\u202f"
	anyDashClass = "[" + dashes + "]"
	hex4         = "[0-9a-fA-F]{4}"
)

// pastedID is a line that begins with an id, of a backup or of a restore, and with
// what was pasted around it.
var pastedID = regexp.MustCompile(`^((?i:(?:cancel|report)\s)?)([` + pastedAround + `]*)((?:` +
	`[0-9a-fA-F]{8}` + anyDashClass + hex4 + anyDashClass + hex4 + anyDashClass + hex4 + anyDashClass + `[0-9a-fA-F]{12}|[0-9a-fA-F]{32}|` +
	`[A-Za-z0-9]+(?:` + anyDashClass + `+[A-Za-z0-9]+)*))([` + pastedAround + `]*)(\s|$)`)

var anyDash = regexp.MustCompile(anyDashClass)

// unpaste removes the characters that were pasted around the id at the start of a
// line. The rest of the line stays as it is, for it may be a value.
func unpaste(text string) string {
	if len(text) > maxLine { // it is refused for that
		return text
	}
	text = strings.TrimFunc(text, unicode.IsSpace)
	m := pastedID.FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	verb, before, id, after := text[m[2]:m[3]], text[m[4]:m[5]], text[m[6]:m[7]], text[m[8]:m[9]]
	clean := anyDash.ReplaceAllString(id, "-")
	if verb == "" && len(clean) != 36 && len(clean) != 32 || !paired(before, after) {
		return text
	}
	return verb + clean + text[m[9]:]
}

// paired reports whether all that opens before an id closes after it: half of a
// pair may be part of a longer value.
func paired(before, after string) bool {
	for _, pair := range [][2]string{
		{"`", "`"},
		{"*", "*"},
		{"_", "_"},
		{"~", "~"},
		{"<", ">"},
		{"\"'\u00ab" + curlySingles + curlyDoubles, "\"'\u00bb" + curlySingles + curlyDoubles},
	} {
		if strings.ContainsAny(before, pair[0]) != strings.ContainsAny(after, pair[1]) {
			return false
		}
	}
	return true
}

// visibleForm writes invisible characters and look-alikes as [U+XXXX].
func visibleForm(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r != ' ' && r != '-' && (!unicode.IsPrint(r) || strings.ContainsRune(dashes, r)) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
