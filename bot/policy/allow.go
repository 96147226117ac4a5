package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AllowList lists the ids that are allowed. The zero value allows nobody.
type AllowList struct {
	Any    bool     // "*"
	IDs    []string // users U... or W..., or channels C... or G...
	Groups []string // user groups S...
}

// ParseAllowList reads ids separated by commas or spaces. kinds holds the first
// letters of the accepted ids; "S" accepts user groups too. Names, e-mail addresses
// and "#channel" are errors, because anybody can take such a name.
func ParseAllowList(text, kinds string) (AllowList, error) {
	var list AllowList
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	if len(words) == 0 {
		return AllowList{}, fmt.Errorf("is empty: name at least one id, such as %s, or *", exampleID(kinds))
	}
	for i, word := range words {
		switch {
		case word == "*":
			list.Any = true
		case !isID(word) || !strings.ContainsRune(kinds, rune(word[0])):
			return AllowList{}, fmt.Errorf("entry %d is not an id: an id is %s and at least two capital letters or digits, such as %s; names, e-mail addresses and #channels do not work",
				i+1, strings.Join(strings.Split(kinds, ""), " or "), exampleID(kinds))
		case word[0] == 'S':
			list.Groups = append(list.Groups, word)
		default:
			list.IDs = append(list.IDs, word)
		}
	}
	return list, nil
}

// exampleID is an id of the first of the kinds.
func exampleID(kinds string) string { return kinds[:1] + "0123456789" }

// isID reports whether a word is spelled like one of Slack's ids: a capital
// letter, then capitals and digits, two at least.
func isID(word string) bool {
	if len(word) < 3 || word[0] < 'A' || word[0] > 'Z' {
		return false
	}
	return strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// Has reports whether id is allowed. It asks the directory for the members of groups
// only if nothing else allows the id. An error means no. Before a no, Has reads the
// groups from the chat itself, unless the chat is busy.
func (l AllowList) Has(ctx context.Context, d Directory, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	if l.Any || slices.Contains(l.IDs, id) {
		return true, nil
	}
	if len(l.Groups) == 0 {
		return false, nil
	}
	ok, err := l.inGroup(ctx, d, id)
	if ok || err != nil {
		return ok, err
	}
	fresh := d.Fresh()
	if fresh == d {
		return false, nil
	}
	ok, err = l.inGroup(ctx, fresh, id)
	if errors.Is(err, ErrChatBusy) {
		return ok, nil // what was just known holds
	}
	return ok, err
}

func (l AllowList) inGroup(ctx context.Context, d Directory, id string) (bool, error) {
	var faults []error
	for _, group := range l.Groups {
		members, err := d.Members(ctx, group)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if slices.Contains(members, id) {
			return true, nil
		}
	}
	return false, errors.Join(faults...)
}

// Nobody reports whether the list allows nobody.
func (l AllowList) Nobody() bool { return !l.Any && len(l.IDs) == 0 && len(l.Groups) == 0 }

// String writes the list as [ParseAllowList] reads it.
func (l AllowList) String() string {
	words := slices.Concat(l.IDs, l.Groups)
	if l.Any {
		words = append([]string{"*"}, words...)
	}
	return strings.Join(words, ",")
}

// Sorted lists the entries in order, each once.
func (l AllowList) Sorted() []string {
	if l.Nobody() {
		return nil
	}
	words := strings.Split(l.String(), ",")
	slices.Sort(words)
	return slices.Compact(words)
}
