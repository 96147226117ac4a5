package docspace

import (
	"cmp"
	"slices"
	"strings"
)

// Words says what somebody did, as a colleague would after the person's name: "moved a
// file to the trash". It is "" for an action that is not known; the row's own text
// tells it then.
func (a Action) Words() string { return actions[a].words }

// Thing returns the name of the thing in the text of a row: of its file, room or
// person. The text comes in the language of the key's owner; what stays the same in all
// of them is where the name stands, in brackets or after a colon. Where it stands
// anywhere else Thing is the text itself, in quotation marks, and where the text names
// nothing it is "".
func (a Action) Thing(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || slices.Contains(nameless, a) {
		return ""
	}
	if slices.Contains(inSentence, a) {
		return cmp.Or(invited(a, text), quoted(text))
	}
	bracket := strings.IndexByte(text, '[')
	colon, rest := cutColon(text)
	switch {
	case bracket >= 0 && (colon < 0 || bracket < colon) && (colon < 0 || !slices.Contains(afterPerson, a)):
		return inBrackets(text[bracket:])
	case colon >= 0 && rest != "":
		if slices.Contains(beforeSentence, a) {
			if end := strings.LastIndex(rest, ". "); end > 0 {
				rest = rest[:end]
			}
		}
		if strings.HasPrefix(rest, "[") {
			return inBrackets(rest)
		}
		return withRole(rest)
	case a.namesLittle():
		return ""
	}
	return quoted(text)
}

var (
	// nameless are actions whose text names nothing, whatever it looks like.
	nameless = []Action{4007, 4017, 4032, 5047, 5061, 6012, 6013, 6036, 6037, 6038, 9901}
	// inSentence are actions in whose text the name stands inside of a sentence, or with
	// more than one detail that matters.
	inSentence = []Action{4031, 4037, 5045, 5046, 5075, 5095, 5116, 5157, 5158, 9902, 9903, 9904, 9905, 9906, 9907, 9908, 9909}
	// afterPerson are actions whose text has a person, folder or module in brackets
	// before the name.
	afterPerson = []Action{5012, 5034, 5150, 5151, 5152, 5153, 6016, 6017, 6046}
	// beforeSentence are actions whose text goes on with a sentence after the name.
	beforeSentence = []Action{5107, 5108, 5109, 5110, 5111, 5112, 5113, 5120, 5121}
)

// namesLittle reports whether the texts of such actions often name nothing: they are
// about a setting, or about the room that the row stands in.
func (a Action) namesLittle() bool {
	switch a.Meaning() {
	case SettingChanged, SecurityChanged, RoomCreated, RoomChanged, RoomRemoved, AccessChanged:
		return true
	default:
		return false
	}
}

// cutColon finds the first colon that ends a phrase, and what follows it.
func cutColon(text string) (at int, rest string) {
	at = strings.Index(text, ": ")
	if wide := strings.Index(text, "："); wide >= 0 && (at < 0 || wide < at) {
		return wide, strings.TrimSpace(text[wide+len("："):])
	}
	if at < 0 {
		return -1, ""
	}
	return at, strings.TrimSpace(text[at+2:])
}

// inBrackets is what stands between the first bracket and the one that closes it: a name
// may have brackets too.
func inBrackets(text string) string {
	depth := 0
	for i, r := range text {
		switch r {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return strings.TrimSpace(text[1:i])
			}
		}
	}
	name := text[1:]
	if end := strings.LastIndexByte(name, ']'); end >= 0 {
		name = name[:end]
	}
	return strings.TrimSpace(name)
}

// withRole joins a name and the detail after it: "Ada. Role: Editor" is "Ada, Role: Editor".
func withRole(name string) string {
	at := strings.LastIndex(name, ". ")
	if at < 0 || !strings.Contains(name[at:], ": ") {
		return name
	}
	return name[:at] + ", " + name[at+2:]
}

// invited is the mail address in the text of an invitation: of one that was cut to its
// first letter too.
func invited(a Action, text string) string {
	if a != ActionInvited {
		return ""
	}
	for word := range strings.FieldsSeq(text) {
		if r := []rune(word); strings.Contains(word, "@") || len(r) == 2 && r[1] == '…' {
			return word
		}
	}
	return ""
}

func quoted(text string) string { return "“" + text + "”" }
