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
func (s *Slack) Render(m Message, zone *time.Location) string { return s.RenderAs("", m, zone) }

// RenderAs draws a message as one person sees it, who may have unfolded or ticked
// something in it.
func (s *Slack) RenderAs(user string, m Message, zone *time.Location) string {
	return s.draw(m, &picture{s: s, zone: zone, as: user, message: &m})
}

// RenderUnfolded draws a message with all that is folded in it.
func (s *Slack) RenderUnfolded(m Message, zone *time.Location) string {
	return s.draw(m, &picture{s: s, zone: zone, message: &m, unfolded: true})
}

func (s *Slack) draw(m Message, p *picture) string {
	zone := p.zone
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Typed != "" {
		p.line("%s used %s", s.personName(m.TypedBy), m.Typed)
	}
	p.line("%s  %s%s", s.personName(m.User), m.At.In(zone).Format("15:04"), s.aside(m))
	switch {
	case m.Deleted:
		p.line("  This message was deleted.")
	case len(m.Blocks) > 0:
		p.blocks(m.Blocks)
	default:
		p.text(m.Text)
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
	if v.CloseText != "" {
		foot = append(foot, "[ "+v.CloseText+" ]")
	}
	if v.SubmitText != "" {
		foot = append(foot, "[ "+v.SubmitText+" ]")
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
	view     *View  // nil for a message
	as       string // who looks at the message
	message  *Message
	unfolded bool // whatever people have opened
	b        strings.Builder
}

func (p *picture) line(format string, args ...any) {
	line := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	p.b.WriteString(line + "\n")
}

// text draws mrkdwn, each line indented.
func (p *picture) text(mrkdwn string) {
	if mrkdwn == "" {
		return
	}
	for line := range strings.SplitSeq(p.s.plain(mrkdwn, p.zone), "\n") {
		p.line("  %s", line)
	}
}

func (p *picture) blocks(blocks []Object) {
	for _, b := range blocks {
		p.block(b)
	}
}

func (p *picture) block(b Object) {
	switch str(b, "type") {
	case "header":
		p.line("  %s", strings.ToUpper(text(b, "text")))
	case "divider":
		p.line("  %s", strings.Repeat("─", 40))
	case "section":
		p.text(p.object(b["text"]))
		fields, _ := b["fields"].([]any)
		for _, f := range fields {
			p.text(strings.ReplaceAll(p.object(f), "\n", " "))
		}
		if e, ok := b["accessory"].(Object); ok {
			p.line("  %s", p.element(b, e))
		}
	case "context":
		var parts []string
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			if o, ok := e.(Object); ok {
				parts = append(parts, p.object(o))
			}
		}
		p.text(strings.Join(parts, "  ·  "))
	case "actions":
		var parts []string
		eachElement(b, func(e Object) {
			if str(e, "type") == "checkboxes" {
				p.boxes(b, e)
				return
			}
			parts = append(parts, p.element(b, e))
		})
		if len(parts) == 0 {
			return
		}
		p.line("  %s", strings.Join(parts, "  "))
	case "input":
		p.input(b)
	case "image":
		p.line("  (image: %s)", str(b, "alt_text"))
	case "markdown", "alert":
		if t := str(b, "text"); t != "" {
			p.text(t)
		} else {
			p.text(p.object(b["text"]))
		}
	default:
		if !p.newBlock(b) {
			p.line("  (%s)", str(b, "type"))
		}
	}
}

// object is the text of a text object, or what stands for an image.
func (p *picture) object(v any) string {
	o, _ := v.(Object)
	switch str(o, "type") {
	case "image":
		return "(image: " + str(o, "alt_text") + ")"
	case "plain_text":
		return escape(str(o, "text")) // the caller reads mrkdwn
	}
	return str(o, "text")
}

func (p *picture) input(b Object) {
	optional := ""
	if on, _ := b["optional"].(bool); on {
		optional = " (optional)"
	}
	p.line("  %s%s", text(b, "label"), optional)
	if e, ok := b["element"].(Object); ok {
		p.line("  %s", p.element(b, e))
	}
	if hint := text(b, "hint"); hint != "" {
		p.line("  %s", hint)
	}
	if p.view != nil {
		if problem := p.view.Errors[str(b, "block_id")]; problem != "" {
			p.line("  ! %s", problem)
		}
	}
}

// element draws a button, a menu or an input.
func (p *picture) element(b, e Object) string {
	switch kind := str(e, "type"); kind {
	case "button":
		return "[ " + text(e, "text") + " ]"
	case "image":
		return "(image: " + str(e, "alt_text") + ")"
	case "overflow":
		return "[ … ]"
	default:
		if entered := p.entered(b, e); entered != "" {
			return "[ " + entered + " ]"
		}
		return "[ " + text(e, "placeholder") + " ]"
	}
}

// entered is what stands in a menu or an input.
func (p *picture) entered(b, e Object) string {
	switch v := p.state(b, e)[valueMember[str(e, "type")]].(type) {
	case string:
		return v
	case Object:
		return text(v, "text")
	case []any:
		var names []string
		for _, item := range v {
			if o, ok := item.(Object); ok {
				names = append(names, text(o, "text"))
			} else {
				names = append(names, fmt.Sprint(item))
			}
		}
		return strings.Join(names, ", ")
	}
	return ""
}

// state is what an element shows to whoever looks.
func (p *picture) state(b, e Object) Object {
	var set map[string]Object
	switch {
	case p.view != nil:
		set = p.view.set
	case p.message != nil:
		set = p.s.shownTo(p.as, p.message)
	}
	block, _ := stateOf([]Object{b}, set)[str(b, "block_id")].(Object)
	state, _ := block[str(e, "action_id")].(Object)
	return state
}

// boxes draws checkboxes in a message, each in a line of its own.
func (p *picture) boxes(b, e Object) {
	ticked, _ := p.state(b, e)["selected_options"].([]any)
	for _, option := range optionsOf(e) {
		mark := "☐ "
		if slices.ContainsFunc(ticked, func(one any) bool { return same(one, option) }) {
			mark = "☑ "
		}
		p.text(mark + p.object(option["text"]))
		if about, ok := option["description"].(Object); ok {
			p.text("  " + p.object(about))
		}
	}
}
