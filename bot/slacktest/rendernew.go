package slacktest

import (
	"encoding/json"
	"strings"
)

// taskMarks show how far a task is.
var taskMarks = map[string]string{"pending": "○", "in_progress": "◐", "complete": "●", "error": "✗"}

// newBlock draws a block of 2025 or 2026; it reports whether it is one.
func (p *picture) newBlock(b Object) bool {
	switch str(b, "type") {
	case "container":
		mark := "▾ "
		if p.folded(b) {
			mark = "▸ "
		}
		p.titled(mark, b["title"], b["rich_text_title"])
		p.titled("", b["subtitle"])
		if !p.folded(b) {
			p.within(b["child_blocks"])
		}
	case "layout":
		rows, _ := objects(b["rows"])
		for _, row := range rows {
			items, _ := objects(row["items"])
			for _, item := range items {
				p.within([]any{item["block"]})
			}
		}
	case "plan":
		if p.folded(b) {
			p.line("  ▸ %s", str(b, "title"))
			break
		}
		p.line("  ▾ %s", str(b, "title"))
		p.within(b["tasks"])
	case "task_card":
		p.line("  %s %s", taskMarks[str(b, "status")], str(b, "title"))
		p.titled("  ", b["details"])
		p.titled("  ", b["output"])
	case "card":
		for _, member := range []string{"title", "subtitle", "body", "subtext"} {
			p.titled("", b[member])
		}
		p.block(Object{"type": "actions", "elements": b["actions"]})
	case "carousel":
		p.within(b["elements"])
	case "rich_text":
		p.text(escape(wordsOf(b)))
	case "table", "data_table":
		p.table(b)
	default:
		return false
	}
	return true
}

// folded reports whether a block stands closed for whoever looks.
func (p *picture) folded(b Object) bool {
	return !p.unfolded && folds(b) && (p.message == nil || !p.s.isUnfolded(p.as, p.message, str(b, "block_id")))
}

// titled draws texts in a line of their own, where there are any.
func (p *picture) titled(mark string, texts ...any) {
	for _, v := range texts {
		if o, ok := v.(Object); ok {
			words := p.object(o)
			if str(o, "type") == "rich_text" {
				words = escape(wordsOf(o))
			}
			p.text(mark + words)
		}
	}
}

// within draws the blocks in a block.
func (p *picture) within(v any) {
	blocks, _ := objects(v)
	p.blocks(blocks)
}

// table draws rows as lines, cells between bars.
func (p *picture) table(b Object) {
	if caption := str(b, "caption"); caption != "" {
		p.line("  %s", caption)
	}
	rows, _ := b["rows"].([]any)
	for _, row := range rows {
		cells, _ := objects(row)
		var parts []string
		for _, c := range cells {
			button, isButton := c["element"].(Object)
			value, _ := c["value"].(json.Number)
			switch {
			case isButton:
				parts = append(parts, p.element(b, button))
			case str(c, "type") == "raw_number" && str(c, "text") == "":
				parts = append(parts, value.String())
			default:
				parts = append(parts, wordsOf(c))
			}
		}
		p.line("  | %s |", strings.Join(parts, " | "))
	}
}

// wordsOf are the texts of a rich text or a cell, one line for each of its parts.
func wordsOf(o Object) string {
	if text, ok := o["text"].(string); ok {
		return text
	}
	elements, _ := objects(o["elements"])
	separator := ""
	if kind := str(o, "type"); kind == "rich_text" || kind == "rich_text_list" {
		separator = "\n"
	}
	var parts []string
	for _, e := range elements {
		switch str(e, "type") {
		case "user":
			parts = append(parts, "@"+str(e, "user_id"))
		case "usergroup":
			parts = append(parts, "@"+str(e, "usergroup_id"))
		case "channel":
			parts = append(parts, "#"+str(e, "channel_id"))
		case "broadcast":
			parts = append(parts, "@"+str(e, "range"))
		case "emoji":
			parts = append(parts, ":"+str(e, "name")+":")
		case "link":
			parts = append(parts, strings.TrimSpace(str(e, "text")+" "+str(e, "url")))
		case "date":
			parts = append(parts, str(e, "fallback"))
		default:
			parts = append(parts, wordsOf(e))
		}
	}
	return strings.Join(parts, separator)
}
