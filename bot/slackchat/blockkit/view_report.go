package blockkit

import (
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// maxReport keeps the blocks of a report together under the 13,200 characters
// that Slack takes.
const maxReport = 4 // sections

// Note is a reply in the thread of a card.
func Note(c bot.Card, n bot.Note) Message {
	switch n.Kind {
	case bot.NoteReport:
		return reportMessage(n.Text)
	case bot.NoteList:
		return list(c)
	case bot.NoteLoss:
		return toDoAgain(c, n.Text)
	default:
		m := Plain(noteText(c, n))
		m.Blocks = append(m.Blocks, sealLine(n)...)
		return m
	}
}

// toDoAgain is what each person lost, as a list to copy and to tick.
func toDoAgain(c bot.Card, list string) Message {
	lead := "*To do again*, by person: what the restore of " + portalName(c) + " took. Times are UTC. All of it is in `/restore report " + inCode(c.Restore.ID, maxWord) + "`."
	return Message{Text: cutText(lead), Blocks: append([]slack.Block{section(lead)}, listed(list, "… The rest is in the report.")...)}
}

// List is the after-care list as it stands now.
func List(c bot.Card) Message { return list(c) }

// reportMessage shows Markdown as it is, to be copied: in code blocks, each cut
// between two lines.
func reportMessage(text string) Message {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "# "), "\n")
	return Message{Text: "Report. " + EscapeText(first, maxSaid), Blocks: listed(text, "… The rest is too long for a message: the file holds all of it.")}
}

// listed is the text in blocks; rest stands in the place of what is too long.
func listed(text, rest string) []slack.Block {
	var blocks []slack.Block
	room := maxSection - 100
	var part []string
	size := 0
	flush := func() {
		if len(part) > 0 {
			blocks = append(blocks, section("```"+strings.Join(part, "\n")+"```"))
		}
		part, size = nil, 0
	}
	cut := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = inCode(line, 2*maxSaid)
		if n := len([]rune(line)) + 1; size+n > room {
			flush()
		}
		if cut = len(blocks) == maxReport; cut {
			break
		}
		part, size = append(part, line), size+len([]rune(line))+1
	}
	if !cut {
		flush()
	}
	if cut {
		blocks = append(blocks, section(rest))
	}
	return blocks
}
