package blockkit

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// The boxes of the after-care list carry in their block_id which restore they are of,
// which revision they show, and which items they hold: Slack sends all boxes of a block
// with each tick. The revision makes it another block in each edit, without which
// clients go on showing what was ticked before.

const listPrefix = "list"

// list is the after-care list of a restore, a box for each item.
func list(c bot.Card) Message {
	r, l := c.Restore, c.Restore.Checklist
	head := "*To do after the restore of " + portalName(c) + ".* Tick what you did."
	m := Message{Text: cutText(lines(head, itemLines(c))), Blocks: []slack.Block{section(head)}}
	for from := 0; from < len(l.Items) && len(m.Blocks) < maxListBlocks; from += maxTicks {
		part := l.Items[from:min(from+maxTicks, len(l.Items))]
		id := strings.Join([]string{listPrefix, r.ID, strconv.Itoa(l.Revision), strconv.Itoa(from)}, "/")
		m.Blocks = append(m.Blocks, slack.NewActionBlock(id, itemBoxes(c, part)))
	}
	m.Blocks = append(m.Blocks, footnote(listFoot(c)))
	return m
}

// maxListBlocks keeps a long list within a message.
const maxListBlocks = 20

func itemBoxes(c bot.Card, items []bot.CheckItem) slack.BlockElement {
	var options, ticked []*slack.OptionBlockObject
	for _, i := range items {
		do, why := itemWords(c, i)
		_, done := c.Restore.Checklist.Done(i.ID)
		o := slack.NewOptionBlockObject(i.ID, boxText(do), nil)
		if why != "" && !done {
			o.Description = plainLabel(why, maxOptionText)
		}
		options = append(options, o)
		if done {
			ticked = append(ticked, o)
		}
	}
	boxes := slack.NewCheckboxGroupsBlockElement(actionTick, options...)
	boxes.InitialOptions = ticked
	return boxes
}

func boxText(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, cmp.Or(CutMarkup(text, maxOptionText), "…"), false, true)
}

// itemWords are what an item says, safe to show: what to do in mrkdwn, why as plain text.
func itemWords(c bot.Card, i bot.CheckItem) (do, why string) {
	do, why = c.Restore.Words(i)
	return EscapeText(do, maxOptionText), EscapeText(why, maxOptionText)
}

// doneBy says who ticked an item and when.
func doneBy(t bot.Tick) string {
	who := "the bot"
	if t.User != "" {
		who = mention(t.User)
	}
	return who + ", " + date(t.At)
}

// itemLines are the list in words.
func itemLines(c bot.Card) string {
	var out []string
	for _, i := range c.Restore.Checklist.Items {
		do, _ := itemWords(c, i)
		mark := "• "
		if t, done := c.Restore.Checklist.Done(i.ID); done {
			mark, do = "✓ ", do+" ("+doneBy(t)+")"
		}
		out = append(out, mark+do)
	}
	return lines(out...)
}

// listFoot says who did what, how much is done, and how the bot gets its new key.
func listFoot(c bot.Card) string {
	l := c.Restore.Checklist
	var out []string
	for _, i := range l.Items {
		if t, done := l.Done(i.ID); done && len(out) < maxDoneTold {
			do, _ := itemWords(c, i)
			out = append(out, "✓ "+do+": "+doneBy(t))
		}
	}
	text := fmt.Sprintf("%d of %d done.", len(l.Items)-len(l.Open()), len(l.Items))
	if slices.ContainsFunc(l.Open(), func(i bot.CheckItem) bool { return i.Kind == bot.CheckKey }) {
		text += " A new key: Developer Tools, API keys, with permission for everything; then " + EscapeText(c.KeyFrom.PlaceHint(), maxSaid) + "."
	}
	return lines(append(out, text)...)
}

// maxDoneTold is of how many items the list says who did them: the report says it of all.
const maxDoneTold = 15

// maxOpenTold is how many open items a reminder names.
const maxOpenTold = 3

// listOpenText reminds people of what is still open.
func listOpenText(c bot.Card) string {
	open := c.Restore.Checklist.Open()
	out := []string{mentions(c.Restore.People()) + ": a day after the restore of " + portalName(c) + " " + bot.Count(len(open), "thing is", "things are") + " still to do:"}
	for n, i := range open {
		if n == maxOpenTold {
			out = append(out, fmt.Sprintf("• and %d more", len(open)-n))
			break
		}
		do, _ := itemWords(c, i)
		out = append(out, "• "+do)
	}
	return lines(append(out, "Tick them on the list above.")...)
}

// ReadTick reads what somebody's boxes say, and of which restore.
func ReadTick(act *slack.BlockAction) (restore string, c bot.Choice, ok bool) {
	parts := strings.Split(act.BlockID, "/")
	if len(parts) != 4 || parts[0] != listPrefix || act.ActionID != actionTick {
		return "", c, false
	}
	revision, err := strconv.Atoi(parts[2])
	from, bad := strconv.Atoi(parts[3])
	if err != nil || bad != nil || revision < 0 || from < 0 || len(act.SelectedOptions) > maxTicks {
		return "", c, false
	}
	c.Revision, c.From, c.Most = revision, from, maxTicks
	for _, o := range act.SelectedOptions {
		c.Chosen = append(c.Chosen, o.Value)
	}
	return parts[1], c, true
}
