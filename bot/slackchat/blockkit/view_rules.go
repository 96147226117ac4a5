package blockkit

import (
	"strings"

	"docspace-restorebot/bot"
)

// Rules tells a channel which rules have changed.
func Rules(news []bot.RuleNews) Message { return Plain(rulesText(news)) }

// rulesText is one line.
func rulesText(news []bot.RuleNews) string {
	const begin = "The rules of restores have changed"
	if len(news) == 1 && news[0].Portals == nil {
		return begin + ": " + changesText(news[0].Changes) + "."
	}
	text := []string{begin + "."}
	for _, n := range news {
		var names []string
		for i, name := range n.Portals {
			if name == "" {
				names = append(names, "portals without rules of their own")
			} else if i < maxPeople {
				names = append(names, EscapeText(name, maxWord))
			}
		}
		if len(n.Portals) > maxPeople {
			names = append(names, "and others")
		}
		text = append(text, "For "+strings.Join(names, ", ")+": "+changesText(n.Changes)+".")
	}
	return strings.Join(text, " ")
}

func changesText(changes []bot.RuleChange) string {
	var words []string
	for _, c := range changes {
		text := c.Rule
		switch {
		case c.Was != "":
			text += " " + EscapeText(c.Was, maxWord) + " → " + EscapeText(c.Is, maxWord)
		case c.Is != "":
			text += " " + EscapeText(c.Is, maxWord)
		}
		var lists []string
		if len(c.Added) > 0 {
			lists = append(lists, "+ "+mentions(anybody(c.Added)))
		}
		if len(c.Removed) > 0 {
			lists = append(lists, "− "+mentions(anybody(c.Removed)))
		}
		words = append(words, strings.TrimSpace(text+" "+strings.Join(lists, ", ")))
	}
	return strings.Join(words, "; ")
}

// anybody says in words what * means on a list.
func anybody(ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if id == "*" {
			id = "everybody or everywhere"
		}
		out = append(out, id)
	}
	return out
}
