package slackchat

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/bot/slacktest"
)

// dialog is a Handler that answers a command with a modal.
type dialog struct {
	Handler

	fill    bot.FollowUp
	submits []bot.Submission
	submit  func(bot.Submission) (bot.Answer, bot.FollowUp)
}

func (d *dialog) Command(context.Context, bot.Command) (bot.Answer, bot.FollowUp) {
	return bot.OpenModal{Modal: bot.Modal{Title: "Restore", Parts: []bot.Part{bot.Words{Text: "Looking ..."}}}}, d.fill
}

func (d *dialog) Submit(_ context.Context, s bot.Submission) (bot.Answer, bot.FollowUp) {
	d.submits = append(d.submits, s)
	return d.submit(s)
}

func (d *dialog) Choose(_ context.Context, s bot.Submission) (bot.Answer, bot.FollowUp) {
	m := form()
	m.Parts = append(m.Parts, bot.Words{Text: "Chosen: " + s.Field + " " + s.Value(s.Field)})
	return m, nil
}

func (d *dialog) Suggest(_ context.Context, s bot.Submission) []bot.Option {
	return []bot.Option{{Value: "b1", Text: "for " + s.Query}, {Value: strings.Repeat("x", 151), Text: "too long to come back whole"}}
}

func form() bot.Modal {
	return bot.Modal{ID: "m1", Title: "Restore docs?", Submit: "Restore", Parts: []bot.Part{
		bot.Field{Name: "word", Label: "Type docs", Kind: bot.FieldText},
		bot.Field{Name: "backup", Label: "Backup", Kind: bot.FieldSearch, Optional: true},
		bot.Field{Name: "kind", Label: "Kind", Kind: bot.FieldMenu, Tell: true, Options: []bot.Option{{Value: "p", Text: "Portal"}, {Value: "s", Text: "Server"}}},
	}}
}

// converse runs act with a modal open that shows form, in fake time.
func converse(t *testing.T, d *dialog, act func(t *testing.T, fake *slacktest.Slack, v slacktest.View)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := listening(t, d)
		if _, err := fake.Command("U1", "C1", "/restore").Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		v, ok := fake.Modal("U1")
		if !ok || v.Title != "Restore docs?" {
			t.Fatalf("the modal is not filled: %+v", v)
		}
		act(t, fake, v)
	})
}

// listening is a Slack in memory that a listener with d hears.
func listening(t *testing.T, d *dialog) *slacktest.Slack {
	t.Helper()
	return listeningTo(t, func(api *slack.Client, web *http.Client) func(context.Context, socketmode.Envelope) any {
		return NewListener(t.Context(), d, &Chat{API: api, HTTP: web}, nil).Handle
	})
}

func TestModalOpensBeforeSlowWorkAndIsFilledAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &dialog{fill: func(context.Context) bot.Answer {
			time.Sleep(20 * time.Second)
			return form()
		}}
		fake := listening(t, d)
		ack, err := fake.Command("U1", "C1", "/restore").Wait(t.Context())
		if err != nil || len(ack.Payload) > 0 {
			t.Fatalf("the ack: %s, %v", ack.Payload, err)
		}
		time.Sleep(time.Second)
		if v, ok := fake.Modal("U1"); !ok || v.Title != "Restore" || v.SubmitText != "" {
			t.Errorf("a second after the command: %+v, %v", v, ok)
		}
		time.Sleep(time.Minute)
		if v, _ := fake.Modal("U1"); v.PrivateMetadata != "m1" || v.SubmitText != "Restore" {
			t.Errorf("a minute after it: %+v", v)
		}
	})
}

func TestModalThatSlackDoesNotOpenIsToldToThePerson(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"expired_trigger_id": "in time", "internal_error": "did not say in time", "a_code_of_tomorrow": "could not be opened"} {
		synctest.Test(t, func(t *testing.T) {
			d := &dialog{fill: func(context.Context) bot.Answer { return bot.TextAnswer{Text: "filled"} }}
			fake := listening(t, d)
			fake.Fail("views.open", slacktest.Failure{Error: code})
			if _, err := fake.Command("U1", "C1", "/restore").Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if got := fake.Ephemerals("U1"); len(got) != 1 || !strings.Contains(got[0].Text, want) || !strings.Contains(got[0].Text, "Nothing was changed") {
				t.Errorf("%s: %+v", code, got)
			}
			if n := len(fake.Calls("views.open")); n != 1 {
				t.Errorf("%s: views.open was called %d times", code, n)
			}
		})
	}
}

func TestModalFilledWithARefusalShowsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := listening(t, &dialog{fill: func(context.Context) bot.Answer {
			return &policy.Refusal{Rule: policy.RulePerson, What: "You may <not>.", Do: "Ask."}
		}})
		_, _ = fake.Command("U1", "C1", "/restore").Wait(t.Context())
		time.Sleep(time.Minute)
		v, _ := fake.Modal("U1")
		body, _ := json.Marshal(v.Blocks)
		if v.SubmitText != "" || !strings.Contains(string(body), "You may") || !strings.Contains(string(body), "Ask.") {
			t.Errorf("the modal: %s", body)
		}
	})
}

func TestModalSubmitIsAnsweredInTheAck(t *testing.T) {
	t.Parallel()
	filled := func(context.Context) bot.Answer { return form() }
	for name, c := range map[string]struct {
		answer bot.Answer
		later  bot.FollowUp
		check  func(v slacktest.View, open bool) bool
	}{
		"nil closes":      {nil, nil, func(_ slacktest.View, open bool) bool { return !open }},
		"Closes closes":   {bot.CloseModals{}, nil, func(_ slacktest.View, open bool) bool { return !open }},
		"Faults are told": {bot.Faults{"word": {What: "Not <that>."}}, nil, func(v slacktest.View, open bool) bool { return open && v.Errors["word"] != "" }},
		"a modal is shown": {bot.Modal{Title: "Next"}, nil, func(v slacktest.View, open bool) bool {
			return open && v.Title == "Next" && v.SubmitText == ""
		}},
		"another answer is shown": {bot.TextAnswer{Text: "done"}, nil, func(v slacktest.View, open bool) bool { return open && v.SubmitText == "" }},
		"what takes longer follows": {
			bot.Modal{Title: "Wait"},
			func(context.Context) bot.Answer { time.Sleep(9 * time.Second); return bot.Modal{Title: "Done"} },
			func(v slacktest.View, open bool) bool { return open && v.Title == "Done" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &dialog{fill: filled, submit: func(bot.Submission) (bot.Answer, bot.FollowUp) { return c.answer, c.later }}
			converse(t, d, func(t *testing.T, fake *slacktest.Slack, v slacktest.View) {
				t.Helper()
				sent, err := fake.Submit(v, slacktest.Values{"word": "docs", "kind": "s"})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := sent.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				now, open := fake.Modal("U1")
				if !c.check(now, open) || now.Problem != "" {
					t.Errorf("open %v: %+v", open, now)
				}
				s := d.submits[0]
				if s.Modal != "m1" || s.Value("word") != "docs" || s.Value("kind") != "s" || s.Value("backup") != "" || s.Caller.User != "U1" || s.Delivery == "" {
					t.Errorf("submission %+v", s)
				}
			})
		})
	}
}

func TestModalSearchAndChangeAreAnswered(t *testing.T) {
	t.Parallel()
	d := &dialog{fill: func(context.Context) bot.Answer { return form() }}
	converse(t, d, func(t *testing.T, fake *slacktest.Slack, v slacktest.View) {
		t.Helper()
		sent, err := fake.Suggest(v, "backup", "mon")
		if err != nil {
			t.Fatal(err)
		}
		ack, err := sent.Wait(t.Context())
		if err != nil || !strings.Contains(string(ack.Payload), `"for mon"`) || strings.Contains(string(ack.Payload), "too long") {
			t.Errorf("suggestions %s, %v", ack.Payload, err)
		}
		if _, err := fake.ChooseIn(v, "kind", "s"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		now, _ := fake.Modal("U1")
		body, _ := json.Marshal(now.Blocks)
		if !strings.Contains(string(body), "Chosen: kind s") {
			t.Errorf("after the change: %s", body)
		}
	})
}

func TestModalOfAnotherKindIsNotRead(t *testing.T) {
	t.Parallel()
	const good = `{"type":"view_submission","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2","team_id":"T1"},"trigger_id":"1.2",` +
		`"view":{"id":"V1","type":"modal","hash":"h","app_id":"A1","callback_id":"restore_modal","private_metadata":"m1",` +
		`"state":{"values":{"word":{"word":{"type":"plain_text_input","value":"docs"}}}}}}`
	for name, change := range map[string][2]string{
		"good":             {"", ""},
		"another callback": {"restore_modal", "other"},
		"another app":      {`"app_id":"A1","callback_id"`, `"app_id":"A2","callback_id"`},
		"no id":            {`"m1"`, `""`},
		"a huge id":        {`"m1"`, `"` + strings.Repeat("m", 3000) + `"`},
		"no user":          {`"id":"U2"`, `"id":""`},
		"no view":          {`"V1"`, `""`},
		"another action":   {`{"word":{"type"`, `{"other":{"type"`},
		"a huge value":     {`"docs"`, `"` + strings.Repeat("d", maxEntered+1) + `"`},
	} {
		d := &dialog{submit: func(bot.Submission) (bot.Answer, bot.FollowUp) { return nil, nil }}
		l := NewListener(t.Context(), d, nil, nil)
		payload := strings.Replace(good, change[0], change[1], 1)
		ack := l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, AcceptsResponsePayload: true, Payload: json.RawMessage(payload)})
		if valid := name == "good"; valid != (len(d.submits) == 1) || valid != (ack == nil) {
			t.Errorf("%s: %d submits, ack %v", name, len(d.submits), ack)
		}
	}
}
