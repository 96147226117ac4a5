package blockkit

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Form is how much of a message Slack is asked to take. What it refuses is sent
// once more in each simpler form.
type Form int

// The forms, the fullest first.
const (
	FormWhole  Form = iota // as the view made it
	FormSimple             // the same words and buttons in blocks that every workspace has
	FormText               // the text alone
)

const (
	// maxSimple is how much text a simple form has: Slack refuses somewhere above
	// 13,000 characters, and counts more than it shows.
	maxSimple = 9000
	// maxButtons is how many elements one block of actions takes.
	maxButtons = 25
)

// In is the message in a form.
func (m Message) In(f Form) Message {
	switch f {
	case FormSimple:
		if m.Classic != nil {
			return Message{Text: m.Text, Blocks: m.Classic, bare: m.bare}
		}
		return simple(m)
	case FormText:
		return Message{Text: cutText(lines(strings.Join(append(sections(wordsOf(m)), m.bare), "\n")))}
	case FormWhole:
	}
	return m
}

// simple is the message in sections of text and one row of buttons: none of its
// words is left out that has room, and none of its buttons.
func simple(m Message) Message {
	buttons := buttonsOf(m)
	out := Message{Text: m.Text}
	room := maxSimple
	for _, part := range sections(wordsOf(m)) {
		if room -= utf8.RuneCountInString(part); room < 0 {
			break
		}
		out.Blocks = append(out.Blocks, slack.NewSectionBlock(mrkdwn(part), nil, nil))
	}
	if len(buttons) > 0 {
		out.Blocks = append(out.Blocks, slack.NewActionBlock(buttonsID(m), buttons[:min(len(buttons), maxButtons)]...))
	}
	return out
}

// wordsOf are the texts of a message, those of its blocks where it has some.
func wordsOf(m Message) (words []string) {
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case *slack.HeaderBlock:
			words = append(words, "*"+b.Text.Text+"*")
		case *slack.SectionBlock:
			words = append(words, b.Text.Text)
		case *slack.ContainerBlock:
			words = append(words, wordsOf(Message{Blocks: b.ChildBlocks.BlockSet, Text: "…"})...)
		case *slack.PlanBlock:
			words = append(words, b.Title)
		case *slack.ActionBlock:
			words = append(words, boxWords(b)...)
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					words = append(words, t.Text)
				}
			}
		}
	}
	if len(words) == 0 {
		words = []string{cmp.Or(m.Text, "…")}
	}
	return words
}

// boxWords are what the boxes of a block say.
func boxWords(b *slack.ActionBlock) (words []string) {
	for _, e := range b.Elements.ElementSet {
		if boxes, ok := e.(*slack.CheckboxGroupsBlockElement); ok {
			for _, o := range boxes.Options {
				words = append(words, "• "+o.Text.Text)
			}
		}
	}
	return words
}

// IsNew reports whether a workspace may not have blocks of a type yet.
func IsNew(kind slack.MessageBlockType) bool {
	return kind == slack.MBTContainer || kind == slack.MBTPlan
}

func buttonsOf(m Message) (buttons []slack.BlockElement) {
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case *slack.SectionBlock:
			if b.Accessory != nil && b.Accessory.ButtonElement != nil {
				buttons = append(buttons, b.Accessory.ButtonElement)
			}
		case *slack.ActionBlock:
			buttons = append(buttons, b.Elements.ElementSet...)
		}
	}
	return buttons
}

// sections joins texts to as few sections as hold them.
func sections(words []string) (out []string) {
	for _, w := range words {
		last := len(out) - 1
		if last >= 0 && utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(w) <= maxSection {
			out[last] = strings.Join([]string{out[last], w}, "\n")
			continue
		}
		out = append(out, w)
	}
	return out
}
