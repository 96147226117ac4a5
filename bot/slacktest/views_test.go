package slacktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func label(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}

// confirmModal asks for the name of the portal, and for a backup from a list.
func confirmModal(title string) slack.ModalViewRequest {
	name := slack.NewPlainTextInputBlockElement(nil, "name")
	name.MinLength, name.MaxLength = 2, 10
	pick := slack.NewOptionsSelectBlockElement("static_select", nil, "backup",
		slack.NewOptionBlockObject("b1", label("First"), nil), slack.NewOptionBlockObject("b2", label("Second"), nil))
	pick.InitialOption = pick.Options[0]
	why := slack.NewInputBlock("why", label("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "reason"))
	why.Optional = true
	return slack.ModalViewRequest{
		Type: "modal", Title: label(title), Submit: label("Restore"), Close: label("Dismiss"),
		CallbackID: "confirm", PrivateMetadata: "r-1", ExternalID: "x-" + title,
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("portal", label("Type the portal's name"), label("It is acme."), name),
			slack.NewInputBlock("which", label("Backup"), nil, pick),
			why,
			slack.NewActionBlock("row", button("help", "Help")),
		}},
	}
}

// open opens a modal for U1 with the trigger of a command.
func (b bundle) open(t *testing.T, ws socket, view slack.ModalViewRequest) slacktest.View {
	t.Helper()
	d := b.Command("U1", "C1", "/restore")
	ws.ack(ws.next().EnvelopeID, nil)
	resp, err := b.api.OpenViewContext(t.Context(), d.TriggerID, view)
	if err != nil {
		t.Fatal(err)
	}
	v, ok := b.Modal("U1")
	if !ok || v.ID != resp.ID || v.Hash != resp.Hash || resp.CallbackID != view.CallbackID {
		t.Fatalf("modal %+v, answer %+v", v, resp.View)
	}
	return v
}

// submit submits the modal and acks with the payload.
func (b bundle) submit(t *testing.T, ws socket, v slacktest.View, payload any) slack.InteractionCallback {
	t.Helper()
	d := must[*slacktest.Delivery](t)(b.Submit(v, slacktest.Values{"name": "acme"}))
	f := ws.next()
	if !f.Accepts {
		t.Error("a view_submission takes no payload")
	}
	ws.ack(f.EnvelopeID, payload)
	if _, err := d.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return decode[slack.InteractionCallback](t, f.Payload)
}

func TestSubmission(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	v := b.open(t, ws, confirmModal("Sure?"))
	got := b.submit(t, ws, v, nil)
	if got.Type != "view_submission" || got.View.ID != v.ID || got.View.CallbackID != "confirm" ||
		got.View.PrivateMetadata != "r-1" || got.User.ID != "U1" || got.TriggerID == "" || got.View.Hash != v.Hash {
		t.Errorf("%+v", got)
	}
	values := got.View.State.Values
	if values["portal"]["name"].Value != "acme" || values["which"]["backup"].SelectedOption.Value != "b1" || values["why"]["reason"].Value != "" {
		t.Errorf("%+v", values)
	}
	if _, open := b.Modal("U1"); open {
		t.Error("still open")
	}
	if _, err := b.Submit(v, nil); err == nil {
		t.Error("a closed modal was submitted")
	}
}

func TestSlacksClientChecksInputs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	v := b.open(t, ws, confirmModal("Sure?"))
	for name, values := range map[string]slacktest.Values{
		"nothing":            {},
		"empty":              {"name": ""},
		"too short":          {"name": "a"},
		"too long":           {"name": strings.Repeat("ä", 11)},
		"no such option":     {"name": "acme", "backup": "b9"},
		"no such input":      {"name": "acme", "nothing": "x"},
		"no text":            {"name": 7},
		"two for one":        {"name": []string{"a", "b"}},
		"nothing to fill in": {"help": "x"},
	} {
		if _, err := b.Submit(v, values); err == nil {
			t.Errorf("%s: submitted", name)
		}
	}
	if _, err := b.Submit(v, slacktest.Values{"portal": strings.Repeat("ä", 10), "backup": "b2"}); err != nil {
		t.Error(err)
	}
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	next := confirmModal("Next")
	for name, tc := range map[string]struct {
		ack  any
		want string // what is open then
	}{
		"nothing":             {nil, ""},
		"clear":               {slack.NewClearViewSubmissionResponse(), ""},
		"update":              {slack.NewUpdateViewSubmissionResponse(&next), "Next"},
		"errors":              {slack.NewErrorsViewSubmissionResponse(map[string]string{"portal": "Not that."}), "First ✗"},
		"errors elsewhere":    {slack.NewErrorsViewSubmissionResponse(map[string]string{"row": "x"}), "First !"},
		"update with nothing": {map[string]any{"response_action": "update"}, "First !"},
		"unknown action":      {map[string]any{"response_action": "dance"}, "First !"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ws, _ := b.dial(t)
			first := b.open(t, ws, confirmModal("First"))
			_ = must[*slacktest.Delivery](t)(b.PressIn(first, "help"))
			f := ws.next()
			pressed := decode[slack.InteractionCallback](t, f.Payload)
			if pressed.Container.ViewID != first.ID || pressed.View.ID != first.ID || pressed.ActionCallback.BlockActions[0].ActionID != "help" {
				t.Errorf("%+v", pressed)
			}
			b.submit(t, ws, first, tc.ack)
			v, _ := b.Modal("U1")
			got := v.Title
			if v.Errors["portal"] == "Not that." {
				got += " ✗"
			}
			if v.Problem != "" {
				got += " !"
			}
			if got != tc.want {
				t.Errorf("open is %q, want %q", got, tc.want)
			}
		})
	}
}

func TestUpdateOfAView(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	v := b.open(t, ws, confirmModal("One"))
	resp, err := b.api.UpdateViewContext(t.Context(), confirmModal("Two"), "", v.Hash, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.UpdateViewContext(t.Context(), confirmModal("Three"), "", v.Hash, v.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("an old hash: %v", err)
	}
	if _, err := b.api.UpdateViewContext(t.Context(), confirmModal("Three"), "x-Two", resp.Hash, ""); err != nil {
		t.Errorf("by external_id: %v", err)
	}
	if now, _ := b.Modal("U1"); now.Title != "Three" || now.ID != v.ID {
		t.Errorf("%+v", now)
	}
	if err := b.CloseModal(v); err != nil {
		t.Fatal(err)
	}
	if err := b.CloseModal(v); err == nil {
		t.Error("a modal was closed twice")
	}
	if _, err := b.api.UpdateViewContext(t.Context(), confirmModal("Four"), "", "", v.ID); err == nil || err.Error() != "not_found" {
		t.Errorf("a closed view: %v", err)
	}
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		in := ws.frames()
		for after, want := range map[time.Duration]string{3 * time.Second: "", 3*time.Second + 1: "expired_trigger_id"} {
			d := b.Command("U1", "C1", "/restore")
			ws.ack((<-in).EnvelopeID, nil)
			pass(after)
			_, err := b.api.OpenViewContext(t.Context(), d.TriggerID, confirmModal("Sure?"))
			if got := errorCode(err); got != want {
				t.Errorf("after %s: %q, want %q", after, got, want)
			}
			if want != "" {
				continue
			}
			_, err = b.api.OpenViewContext(t.Context(), d.TriggerID, confirmModal("Sure?"))
			if got := errorCode(err); got != "exchanged_trigger_id" {
				t.Errorf("twice: %q", got)
			}
		}
	})
}

func errorCode(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestModalWithoutAnAckStaysOpen(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		in := ws.frames()
		d := b.Command("U1", "C1", "/restore")
		ws.ack((<-in).EnvelopeID, nil)
		if _, err := b.api.OpenViewContext(t.Context(), d.TriggerID, confirmModal("Sure?")); err != nil {
			t.Fatal(err)
		}
		v, _ := b.Modal("U1")
		_ = must[*slacktest.Delivery](t)(b.Submit(v, slacktest.Values{"name": "acme"}))
		pass(4 * time.Second)
		if v, _ = b.Modal("U1"); !v.Open || !strings.Contains(v.Problem, "operation_timeout") {
			t.Errorf("%+v", v)
		}
	})
}

func TestExternalOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	view := confirmModal("Pick")
	view.Blocks.BlockSet = []slack.Block{slack.NewInputBlock("which", label("Backup"), nil,
		slack.NewOptionsSelectBlockElement("external_select", nil, "backup")).WithDispatchAction(true)}
	v := b.open(t, ws, view)
	d := must[*slacktest.Delivery](t)(b.Suggest(v, "backup", "acm"))
	f := ws.next()
	got := decode[slack.InteractionCallback](t, f.Payload)
	if got.Type != "block_suggestion" || got.Value != "acm" || got.ActionID != "backup" || got.BlockID != "which" || !f.Accepts {
		t.Errorf("%+v", got)
	}
	ws.ack(f.EnvelopeID, map[string]any{"options": []any{}})
	if ack, err := d.Wait(t.Context()); err != nil || string(ack.Payload) != `{"options":[]}` {
		t.Errorf("%s, %v", ack.Payload, err)
	}
	if _, err := b.ChooseIn(v, "backup", "b7"); err != nil {
		t.Error(err)
	}
	chosen := decode[slack.InteractionCallback](t, ws.next().Payload)
	if chosen.ActionCallback.BlockActions[0].SelectedOption.Value != "b7" || chosen.View.State.Values["which"]["backup"].SelectedOption.Value != "b7" {
		t.Errorf("%+v", chosen.View.State)
	}
}

func TestViewsThatSlackRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	title := func(n int) string { return `"title":` + plain(long(n)) }
	input := `{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input"%s}}`
	for name, tc := range map[string]struct{ view, want string }{
		"title 24":            {`{"type":"modal",` + title(24) + `,"blocks":[]}`, "invalid_trigger_id"}, // the view is good
		"title 25":            {`{"type":"modal",` + title(25) + `,"blocks":[]}`, "invalid_arguments"},
		"no title":            {`{"type":"modal","blocks":[]}`, "invalid_arguments"},
		"submit 25":           {`{"type":"modal",` + title(1) + `,"submit":` + plain(long(25)) + `,"blocks":[]}`, "invalid_arguments"},
		"close 25":            {`{"type":"modal",` + title(1) + `,"close":` + plain(long(25)) + `,"blocks":[]}`, "invalid_arguments"},
		"metadata 3,001":      {`{"type":"modal",` + title(1) + `,"private_metadata":"` + long(3_001) + `","blocks":[]}`, "invalid_arguments"},
		"callback_id 256":     {`{"type":"modal",` + title(1) + `,"callback_id":"` + long(256) + `","blocks":[]}`, "invalid_arguments"},
		"100 blocks":          {`{"type":"modal",` + title(1) + `,"blocks":[` + repeat(100, `{"type":"divider"}`) + `]}`, "invalid_trigger_id"},
		"101 blocks":          {`{"type":"modal",` + title(1) + `,"blocks":[` + repeat(101, `{"type":"divider"}`) + `]}`, "invalid_arguments"},
		"container":           {`{"type":"modal",` + title(1) + `,"blocks":[` + container("", aSection) + `]}`, "invalid_arguments"},
		"closes perhaps":      {`{"type":"modal",` + title(1) + `,"clear_on_close":"yes","blocks":[]}`, "invalid_arguments"},
		"a number for an id":  {`{"type":"modal",` + title(1) + `,"callback_id":5,"blocks":[]}`, "invalid_arguments"},
		"input, no submit":    {`{"type":"modal",` + title(1) + `,"blocks":[` + strings.ReplaceAll(input, "%s", "") + `]}`, "invalid_arguments"},
		"input":               {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[` + strings.ReplaceAll(input, "%s", "") + `]}`, "invalid_trigger_id"},
		"input max_length":    {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[` + strings.ReplaceAll(input, "%s", `,"max_length":3001`) + `]}`, "invalid_arguments"},
		"input min_length":    {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[` + strings.ReplaceAll(input, "%s", `,"min_length":-1`) + `]}`, "invalid_arguments"},
		"button in an input":  {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[{"type":"input","label":` + plain("x") + `,"element":` + buttonWith("") + `}]}`, "invalid_arguments"},
		"input, no element":   {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[{"type":"input","label":` + plain("x") + `}]}`, "invalid_arguments"},
		"input, hint 2,001":   {`{"type":"modal",` + title(1) + `,"submit":` + plain("x") + `,"blocks":[{"type":"input","hint":` + plain(long(2001)) + `,"label":` + plain("x") + `,"element":{"type":"plain_text_input"}}]}`, "invalid_arguments"},
		"no blocks":           {`{"type":"modal",` + title(1) + `}`, "invalid_arguments"},
		"unknown member":      {`{"type":"modal",` + title(1) + `,"blocks":[],"state":{}}`, "invalid_arguments"},
		"no view":             {`[]`, "invalid_arguments"},
		"another type":        {`{"type":"popup",` + title(1) + `,"blocks":[]}`, "invalid_arguments"},
		"more than 250,000 B": {`{"type":"modal",` + title(1) + `,"blocks":[]` + strings.Repeat(" ", 250_000) + `}`, "view_too_large"},
	} {
		got := b.call(t, slacktest.DefaultBotToken, "views.open", map[string]string{"trigger_id": "1.2.3", "view": tc.view})
		if got["error"] != tc.want {
			t.Errorf("%s: %v, want %s", name, got, tc.want)
		}
	}
}
