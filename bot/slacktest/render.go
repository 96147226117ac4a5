package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Render draws a message as the channel shows it, in plain text: the author, the texts
// with names for ids and dates in the given zone, buttons as [ Restore ], and folded what
// nobody has opened.
func (s *Slack) Render(m Message, zone *time.Location) string {
	return s.draw(m, &picture{s: s, zone: zone, message: &m})
}

// RenderUnfolded draws a message with all that is folded in it.
func (s *Slack) RenderUnfolded(m Message, zone *time.Location) string {
	return s.draw(m, &picture{s: s, zone: zone, message: &m, unfolded: true})
}

func (s *Slack) draw(m Message, p *picture) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Typed != "" {
		p.line("%s used %s", s.personName(m.TypedBy), m.Typed)
	}
	p.line("%s  %s%s", s.personName(m.User), m.At.In(p.zone).Format("15:04"), s.aside(m))
	switch {
	case m.Deleted:
		p.line("  This message was deleted.")
	case len(m.Blocks) > 0:
		p.blocks(m.Blocks)
	default:
		p.text("", m.Text)
	}
	if m.Edited {
		p.line("  (edited)")
	}
	return p.b.String()
}

// RenderModal draws a modal as the person sees it.
func (s *Slack) RenderModal(v View, zone *time.Location) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &picture{s: s, zone: zone, view: &v}
	p.line("┌ %s", v.Title)
	p.blocks(v.Blocks)
	if v.Problem != "" {
		p.line("  ! %s", v.Problem)
	}
	var foot []string
	for _, button := range []string{v.CloseText, v.SubmitText} {
		if button != "" {
			foot = append(foot, "[ "+button+" ]")
		}
	}
	p.line("└ %s", strings.Join(foot, "  "))
	return p.b.String()
}

// aside says who sees a message and where, when that is not the whole channel.
func (s *Slack) aside(m Message) string {
	switch {
	case m.Ephemeral():
		return "  (only " + s.personName(m.To) + " sees this)"
	case m.ReplyBroadcast:
		return "  (in a thread, and in the channel)"
	case m.Reply():
		return "  (in a thread)"
	}
	return ""
}

func (s *Slack) personName(id string) string {
	if p := s.people[id]; p != nil && p.Name != "" {
		return p.Name
	}
	return id
}

// picture is a drawing under way.
type picture struct {
	s        *Slack
	zone     *time.Location
	view     *View // one of these two is drawn
	message  *Message
	unfolded bool // what is folded is drawn too
	b        strings.Builder
}

func (p *picture) line(format string, args ...any) {
	line := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	p.b.WriteString(line + "\n")
}

// text draws mrkdwn after a mark, each line indented.
func (p *picture) text(mark, mrkdwn string) {
	if mrkdwn == "" {
		return
	}
	for line := range strings.SplitSeq(mark+p.s.plain(mrkdwn, p.zone), "\n") {
		p.line("  %s", line)
	}
}

func (p *picture) blocks(blocks []Object) {
	for _, b := range blocks {
		p.block(b)
	}
}

// within draws the blocks in a block.
func (p *picture) within(v any) {
	blocks, _ := objects(v)
	p.blocks(blocks)
}

func (p *picture) block(b Object) {
	switch kind := str(b, "type"); kind {
	case "header":
		p.line("  %s", strings.ToUpper(textOf(b, "text")))
	case "divider":
		p.line("  %s", strings.Repeat("─", 40))
	case "section":
		p.text("", mrkdwnOf(b["text"]))
		fields, _ := b["fields"].([]any)
		for _, f := range fields {
			p.text("", strings.ReplaceAll(mrkdwnOf(f), "\n", " "))
		}
		if _, ok := b["accessory"]; ok {
			p.elements(b)
		}
	case "context":
		var parts []string
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			parts = append(parts, mrkdwnOf(e))
		}
		p.text("", strings.Join(parts, "  ·  "))
	case "actions":
		p.elements(b)
	case "input":
		p.input(b)
	case "rich_text":
		p.text("", mrkdwnOf(b))
	case "container":
		mark := p.mark(b)
		p.text(mark, mrkdwnOf(b["title"]))
		p.text(mark, mrkdwnOf(b["rich_text_title"]))
		p.text("", mrkdwnOf(b["subtitle"]))
		if !p.folded(b) {
			p.within(b["child_blocks"])
		}
	case "plan":
		p.line("  %s%s", p.mark(b), str(b, "title"))
		if !p.folded(b) {
			p.within(b["tasks"])
		}
	case "task_card":
		p.line("  %s %s", taskMarks[str(b, "status")], str(b, "title"))
		p.text("  ", mrkdwnOf(b["details"]))
		p.text("  ", mrkdwnOf(b["output"]))
	}
}

// taskMarks show how far a task is.
var taskMarks = map[string]string{"pending": "○", "in_progress": "◐", "complete": "●", "error": "✗"}

// folded reports whether a block stands closed: a plan, which nothing opens by default, or
// a container that asks for it.
func (p *picture) folded(b Object) bool {
	folded, _ := b["default_collapsed"].(bool)
	return !p.unfolded && (folded || str(b, "type") == "plan")
}

// mark shows whether a block that can fold is open.
func (p *picture) mark(b Object) string {
	if p.folded(b) {
		return "▸ "
	}
	return "▾ "
}

// mrkdwnOf is what a text object or a rich text says, as mrkdwn.
func mrkdwnOf(v any) string {
	o, _ := v.(Object)
	switch str(o, "type") {
	case "mrkdwn":
		return str(o, "text")
	case "rich_text", "rich_text_section":
		elements, _ := objects(o["elements"])
		var parts []string
		for _, e := range elements {
			parts = append(parts, mrkdwnOf(e))
		}
		if str(o, "type") == "rich_text" {
			return strings.Join(parts, "\n")
		}
		return strings.Join(parts, "")
	default:
		return escape(str(o, "text"))
	}
}

func (p *picture) input(b Object) {
	optional := ""
	if on, _ := b["optional"].(bool); on {
		optional = " (optional)"
	}
	p.line("  %s%s", textOf(b, "label"), optional)
	p.elements(b)
	if hint := textOf(b, "hint"); hint != "" {
		p.line("  %s", hint)
	}
	if p.view != nil {
		if problem := p.view.Errors[str(b, "block_id")]; problem != "" {
			p.line("  ! %s", problem)
		}
	}
}

// elements draws the buttons, menus and inputs of a block in one line, and checkboxes in
// lines of their own.
func (p *picture) elements(b Object) {
	var parts []string
	for _, e := range scan([]Object{b})[0].elements {
		switch str(e, "type") {
		case "button":
			parts = append(parts, "[ "+textOf(e, "text")+" ]")
		case "checkboxes":
			p.boxes(b, e)
		default:
			entered := textOf(e, "placeholder")
			switch v := p.state(b, e)[valueMember(e)].(type) {
			case string:
				entered = v
			case Object:
				entered = textOf(v, "text")
			}
			parts = append(parts, "[ "+entered+" ]")
		}
	}
	if len(parts) > 0 {
		p.line("  %s", strings.Join(parts, "  "))
	}
}

// state is what an element shows.
func (p *picture) state(b, e Object) Object {
	var set map[string]Object
	if p.view != nil {
		set = p.view.set
	} else {
		set = p.s.shownTo("", p.message)
	}
	block, _ := stateOf([]Object{b}, set)[str(b, "block_id")].(Object)
	state, _ := block[str(e, "action_id")].(Object)
	return state
}

func (p *picture) boxes(b, e Object) {
	ticked, _ := p.state(b, e)["selected_options"].([]any)
	for _, option := range optionsOf(e) {
		mark := "☐ "
		if slices.ContainsFunc(ticked, func(one any) bool { return same(one, option) }) {
			mark = "☑ "
		}
		p.text(mark, mrkdwnOf(option["text"]))
		p.text("  ", mrkdwnOf(option["description"]))
	}
}
