package bot

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot/policy"
)

// RuleSet holds the rules of one portal: who may restore it, how many confirmations
// it takes, where and how. The database keeps it; a missing field is zero.
type RuleSet struct {
	// Users, Approvers, BreakGlass and Channels are ids in order, and "*".
	Users      []string `json:",omitzero"`
	Approvers  []string `json:",omitzero"`
	BreakGlass []string `json:",omitzero"`
	Channels   []string `json:",omitzero"`

	Approvals    int           `json:",omitzero"`
	SelfApproval bool          `json:",omitzero"`
	Typing       bool          `json:",omitzero"`
	Reason       bool          `json:",omitzero"`
	TTL          time.Duration `json:",omitzero"`
	Safety       string        `json:",omitzero"` // where safety backups go, "" for none
	Address      string        `json:",omitzero"` // of the portal
}

// RuleBook holds the rules of each portal by name, and under "" the rules of every
// portal without its own.
type RuleBook map[string]RuleSet

// RuleChange is one changed rule: a value, or the entries that a list gained and
// lost.
type RuleChange struct {
	Rule           string // in words
	Was, Is        string
	Added, Removed []string // ids
}

// RuleNews are the changes that are the same for some portals.
type RuleNews struct {
	// Portals are their names: nil for all, and "" for the rules that hold where a
	// portal has none of its own.
	Portals []string
	Changes []RuleChange
}

// rules are the rules of this process.
func (b *Bot) rules() RuleBook {
	book := RuleBook{"": ruleSetOf(b.Policy)}
	for _, p := range b.Portals {
		set := ruleSetOf(b.policy(p))
		set.Safety, set.Address = p.Safety.Place(), p.Address()
		book[p.Name] = set
	}
	return book
}

func ruleSetOf(p policy.Policy) RuleSet {
	return RuleSet{
		Users: p.Users.Sorted(), Approvers: p.Approvers.Sorted(), BreakGlass: p.BreakGlass.Sorted(), Channels: p.Channels.Sorted(),
		Approvals: p.Needed(), SelfApproval: p.SelfApproval, Typing: p.Typing, Reason: p.Reason, TTL: p.TTL,
	}
}

// usedIn reports whether these rules name a channel, for any use of the portal there. "*"
// names none.
func (s RuleSet) usedIn(channel string) bool {
	return !slices.Contains(s.Channels, "*") && slices.Contains(s.Channels, channel)
}

// diff lists the changes between two sets of rules of one portal.
func (s RuleSet) diff(is RuleSet) (changes []RuleChange) {
	value := func(rule, was, is string) {
		if was != is {
			changes = append(changes, RuleChange{Rule: rule, Was: was, Is: is})
		}
	}
	list := func(rule string, was, is []string) {
		c := RuleChange{Rule: rule, Added: without(is, was), Removed: without(was, is)}
		if len(c.Added)+len(c.Removed) > 0 {
			changes = append(changes, c)
		}
	}
	either := func(rule string, was, is bool, on, off string) {
		words := map[bool]string{true: on, false: off}
		value(rule, words[was], words[is])
	}
	value("approvals", strconv.Itoa(s.Approvals), strconv.Itoa(is.Approvals))
	either("who asked may confirm", s.SelfApproval, is.SelfApproval, "yes", "no")
	list("may ask", s.Users, is.Users)
	list("may confirm", s.Approvers, is.Approvers)
	list("may restore alone", s.BreakGlass, is.BreakGlass)
	list("channels", s.Channels, is.Channels)
	either("confirmed by", s.Typing, is.Typing, "typing the portal's name", "button")
	either("reason", s.Reason, is.Reason, "required", "optional")
	value("life of a request", Span(s.TTL), Span(is.TTL))
	value("safety backup", cmp.Or(s.Safety, "off"), cmp.Or(is.Safety, "off"))
	value("address", s.Address, is.Address)
	return changes
}

// changes lists the changes by portal. A new and a removed portal are changes too.
func (was RuleBook) changes(is RuleBook) map[string][]RuleChange {
	all := map[string][]RuleChange{}
	for name, set := range was {
		if now, there := is[name]; !there {
			all[name] = []RuleChange{{Rule: "taken out"}}
		} else if changes := set.diff(now); len(changes) > 0 {
			all[name] = changes
		}
	}
	for name, set := range is {
		if _, there := was[name]; !there {
			all[name] = []RuleChange{{Rule: "new, at", Is: set.Address}, {Rule: "approvals", Is: strconv.Itoa(set.Approvals)}}
		}
	}
	return all
}

// audience lists the channels with news: the channels that are named now or were
// named before.
func (was RuleBook) audience(is RuleBook) (channels []string) {
	for _, book := range []RuleBook{was, is} {
		for _, set := range book {
			channels = append(channels, set.Channels...)
		}
	}
	slices.Sort(channels)
	return slices.DeleteFunc(slices.Compact(channels), func(channel string) bool { return len(was.news(is, channel)) == 0 })
}

// news are the changes of the portals that are used in a channel, or were.
func (was RuleBook) news(is RuleBook, channel string) (news []RuleNews) {
	changes := was.changes(is)
	same := true // all portals of the channel have the same news
	for _, name := range slices.Sorted(maps.Keys(merged(was, is))) {
		if !was[name].usedIn(channel) && !is[name].usedIn(channel) || name == "" {
			continue
		}
		if len(changes[name]) == 0 {
			same = false
			continue
		}
		i := slices.IndexFunc(news, func(n RuleNews) bool { return reflect.DeepEqual(n.Changes, changes[name]) })
		if i < 0 {
			i, news = len(news), append(news, RuleNews{Changes: changes[name]})
		}
		news[i].Portals = append(news[i].Portals, name)
	}
	if was[""].usedIn(channel) || is[""].usedIn(channel) {
		if rest := notIn(changes[""], news); len(rest) > 0 {
			news = append(news, RuleNews{Portals: []string{""}, Changes: rest})
		}
	}
	if len(news) == 1 && same && isGeneral(news[0]) {
		news[0].Portals = nil
	}
	return news
}

// isGeneral reports whether news may be told without the portals' names. A new or
// removed portal has to be named.
func isGeneral(n RuleNews) bool {
	return n.Portals[0] != "" && !slices.ContainsFunc(n.Changes, func(c RuleChange) bool { return c.Rule == "taken out" || c.Rule == "new, at" })
}

// notIn lists the changes that no portal's news contain.
func notIn(changes []RuleChange, news []RuleNews) []RuleChange {
	return slices.DeleteFunc(slices.Clone(changes), func(c RuleChange) bool {
		return slices.ContainsFunc(news, func(n RuleNews) bool {
			return slices.ContainsFunc(n.Changes, func(told RuleChange) bool { return reflect.DeepEqual(told, c) })
		})
	})
}

// String writes a change for the log and the audit trail.
func (c RuleChange) String() string {
	text := c.Rule
	switch {
	case c.Was != "":
		text += " " + c.Was + " → " + c.Is
	case c.Is != "":
		text += " " + c.Is
	}
	if len(c.Added) > 0 {
		text += " + " + strings.Join(c.Added, ",")
	}
	if len(c.Removed) > 0 {
		text += " − " + strings.Join(c.Removed, ",")
	}
	return text
}

func merged(a, b RuleBook) RuleBook {
	all := maps.Clone(a)
	if all == nil {
		all = RuleBook{}
	}
	maps.Copy(all, b)
	return all
}

// without lists the words of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(word string) bool { return slices.Contains(b, word) })
}
