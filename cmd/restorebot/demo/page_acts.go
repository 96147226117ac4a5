package demo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// act is something that the person in front of the page does.
type act struct {
	As   string `json:"as"`
	Page string `json:"page"` // which tab of the browser
	Kind string `json:"kind"` // type, press, choose, submit, suggest, close, fault

	Text string `json:"text"` // of a command, or of a query

	Channel string `json:"channel"` // of the message
	TS      string `json:"ts"`
	Block   string `json:"block"`
	Action  string `json:"action"`
	Value   string `json:"value"`

	View   string           `json:"view"`
	Values slacktest.Values `json:"values"`
	Fault  string           `json:"fault"`
}

// actWithin is more than Slack waits for the bot.
const actWithin = 10 * time.Second

func (p *Page) act(w http.ResponseWriter, r *http.Request) {
	var a act
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAct)).Decode(&a); err != nil {
		http.Error(w, "The demo cannot read what the page sent.", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), actWithin)
	defer cancel()
	answer, err := p.do(ctx, a)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if len(answer) == 0 {
		answer = json.RawMessage("{}")
	}
	_, _ = w.Write(answer) // a page that is closed needs no answer
}

var errNoAct = errors.New("the page has changed meanwhile, and nothing was done: look again, and try again")

// do does what the person does and waits until Slack has told the bot.
func (p *Page) do(ctx context.Context, a act) (json.RawMessage, error) {
	if !isPerson(a.As) {
		return nil, errNoAct
	}
	slack := p.stage.Slack
	p.modals.acts(a.As, a.Page)
	var d *slacktest.Delivery
	var err error
	switch a.Kind {
	case "type":
		if len(a.Text) == 0 || a.Text[0] != '/' {
			_, err := slack.Say(a.As, stage.Channel, a.Text)
			return nil, err
		}
		d = slack.Command(a.As, stage.Channel, a.Text)
	case "press", "choose":
		m, ok := slack.Message(a.Channel, a.TS)
		switch {
		case !ok:
			return nil, errNoAct
		case a.Kind == "choose":
			d, err = slack.Choose(a.As, m, a.Action, a.Value)
		default:
			d, err = slack.PressButton(a.As, m, buttonNow(m, a))
		}
	case "fault":
		return nil, p.faults.toggle(ctx, a.Fault)
	default:
		d, err = p.inModal(a)
	}
	if err != nil || d == nil {
		return nil, err
	}
	ack, err := d.Wait(ctx)
	if err != nil && !errors.Is(err, ctx.Err()) {
		return nil, nil // Slack has told the person already
	}
	return ack.Payload, err
}

// buttonNow is the button that a person pressed, on the message as it is now: it may have
// been edited, with another block_id, while they answered Slack's question.
func buttonNow(m slacktest.Message, a act) slacktest.Button {
	pressed := slacktest.Button{ActionID: a.Action, BlockID: a.Block, Value: a.Value}
	same := func(b slacktest.Button) bool { return b.ActionID == a.Action && b.Value == a.Value }
	buttons := slices.DeleteFunc(m.Buttons(), func(b slacktest.Button) bool { return !same(b) })
	if len(buttons) == 1 {
		pressed.BlockID = buttons[0].BlockID
	}
	return pressed
}

// inModal does what is done in the modal that the person has open.
func (p *Page) inModal(a act) (*slacktest.Delivery, error) {
	slack := p.stage.Slack
	v, ok := slack.Modal(a.As)
	if !ok || v.ID != a.View || !p.modals.shows(a.As, v.ID, a.Page) {
		return nil, errNoAct
	}
	switch a.Kind {
	case "submit":
		return slack.Submit(v, a.Values)
	case "suggest":
		return slack.Suggest(v, a.Action, a.Text)
	case "pressIn":
		return slack.PressIn(v, a.Action)
	case "chooseIn":
		return slack.ChooseIn(v, a.Action, a.Value)
	case "close":
		return nil, slack.CloseModal(v)
	}
	return nil, errNoAct
}
