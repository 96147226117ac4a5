package stage

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// Person is one of the people in front of Slack.
type Person struct {
	ID string

	scene *Scene
	seen  map[string]string // what answers said, by ts, before the person's last act
}

// Types types a line in the channel and waits for the ack.
func (p *Person) Types(text string) {
	p.scene.t.Helper()
	p.TypesIn(Channel, text)
}

// TypesIn is Types in another channel.
func (p *Person) TypesIn(channel, text string) {
	p.scene.t.Helper()
	p.acts()
	p.acked(text, p.scene.Slack.Command(p.ID, channel, text), nil)
}

// Presses presses the button of the card with this label, confirms where Slack
// asks, and waits for the ack.
func (p *Person) Presses(label string) {
	p.scene.t.Helper()
	p.PressesOn(p.scene.Card(), label)
}

// PressesOn is Presses on another message. A message that is edited under the
// person's finger is pressed as it is then.
func (p *Person) PressesOn(m slacktest.Message, label string) {
	p.scene.t.Helper()
	for {
		if now, there := p.scene.Slack.Message(m.Channel, m.TS); there {
			m = now
		}
		b := p.button(m, label)
		p.acts()
		d, err := p.scene.Slack.PressButton(p.ID, m, b)
		if now, there := p.scene.Slack.Message(m.Channel, m.TS); err != nil && there && !reflect.DeepEqual(now.Blocks, m.Blocks) {
			continue
		}
		p.acked(label, d, err)
		return
	}
}

// PressesStale presses a button of a message as it was when it was read, although
// it may not be there any more.
func (p *Person) PressesStale(m slacktest.Message, label string) {
	p.scene.t.Helper()
	b := p.button(m, label)
	p.acts()
	d, err := p.scene.Slack.PressStale(p.ID, m, b.ActionID)
	p.acked(label, d, err)
}

func (p *Person) button(m slacktest.Message, label string) slacktest.Button {
	p.scene.t.Helper()
	var labels []string
	for _, b := range m.Buttons() {
		if b.Text == label {
			return b
		}
		labels = append(labels, b.Text)
	}
	p.scene.t.Fatalf("there is no button %q but %q on:\n%s", label, labels, p.scene.Text(m))
	return slacktest.Button{}
}

// acts notes that what the person is told from now on comes of what they do now.
func (p *Person) acts() {
	p.seen = map[string]string{}
	for _, m := range p.scene.Slack.Ephemerals(p.ID) {
		p.seen[m.TS] = p.scene.Text(m)
	}
}

// acked waits until the bot has taken what a person did.
func (p *Person) acked(what string, d *slacktest.Delivery, err error) {
	p.scene.t.Helper()
	if err == nil {
		_, err = d.Wait(p.scene.t.Context())
	}
	if err != nil {
		p.scene.t.Fatalf("%s of %s was not acked: %v", what, p.ID, err)
	}
}

// IsTold reports whether the person alone is told all the words, in one answer to what
// they did last.
func (p *Person) IsTold(words ...string) bool {
	return slices.ContainsFunc(p.told(), func(m slacktest.Message) bool { return says(p.scene.Text(m), words) })
}

// told are the answers to what the person did last.
func (p *Person) told() []slacktest.Message {
	return slices.DeleteFunc(p.scene.Slack.Ephemerals(p.ID), func(m slacktest.Message) bool { return p.seen[m.TS] == p.scene.Text(m) })
}

// WantTold waits until the person alone is told all the words, in one answer to
// what they did last.
func (p *Person) WantTold(words ...string) slacktest.Message {
	p.scene.t.Helper()
	return p.scene.want(p.told, "an answer to "+p.ID, words)
}

// WantDialog waits until the person's dialog says all the words, errors below its
// fields included.
func (p *Person) WantDialog(words ...string) slacktest.View {
	p.scene.t.Helper()
	s := p.scene
	var v slacktest.View
	err := s.wait(func() bool {
		var open bool
		v, open = s.Slack.Modal(p.ID)
		return open && says(s.Slack.RenderModal(v, time.UTC), words)
	})
	if err != nil {
		now, _ := s.Slack.Modal(p.ID)
		s.t.Fatalf("the dialog of %s does not say %q but:\n%s", p.ID, words, s.Slack.RenderModal(now, time.UTC))
	}
	return v
}

// Submits fills in the person's dialog, submits it and waits for the ack. A field
// may be named by the beginning of its name, up to a "_".
func (p *Person) Submits(values slacktest.Values) {
	p.scene.t.Helper()
	v, open := p.scene.Slack.Modal(p.ID)
	if !open {
		p.scene.t.Fatalf("%s has no dialog", p.ID)
	}
	filled := slacktest.Values{}
	for name, value := range values {
		filled[field(v, name)] = value
	}
	p.acts()
	d, err := p.scene.Slack.Submit(v, filled)
	p.acked("the dialog", d, err)
}

// field is the block of a dialog whose name is, or begins with, name.
func field(v slacktest.View, name string) string {
	for _, b := range v.Blocks {
		if id, _ := b["block_id"].(string); id == name || strings.HasPrefix(id, name+"_") {
			return id
		}
	}
	return name
}
