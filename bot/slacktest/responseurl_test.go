package slacktest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func (b bundle) respond(t *testing.T, url string, m slack.WebhookMessage) error {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return slack.PostWebhookCustomHTTPContext(t.Context(), url, client, &m)
}

// raw posts to a response_url without the SDK and returns Slack's error code.
func (b bundle) raw(t *testing.T, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	code, _ := answer(t, req)["error"].(string)
	return code
}

func TestResponseURLAnswersWhereTheBotIsNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	d := b.Command("U1", "C3", "/restore")
	if err := b.respond(t, d.ResponseURL, slack.WebhookMessage{Text: "for you"}); err != nil {
		t.Fatal(err)
	}
	if got := b.Ephemerals("U1"); len(got) != 1 || got[0].Text != "for you" || got[0].Channel != "C3" {
		t.Errorf("%+v", got)
	}
	for range 2 {
		if err := b.respond(t, d.ResponseURL, slack.WebhookMessage{Text: "for all", ResponseType: "in_channel"}); err != nil {
			t.Fatal(err)
		}
	}
	got := b.Channel("C3").Messages()
	if len(got) != 2 || got[0].Typed != "/restore" || got[1].Typed != "" {
		t.Errorf("%+v", got)
	}
}

func TestResponseURLIsGoodForFiveUses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	for range 5 {
		if code := b.raw(t, d.ResponseURL, `{"text":"x"}`); code != "" {
			t.Fatal(code)
		}
	}
	if code := b.raw(t, d.ResponseURL, `{"text":"x"}`); code != "used_url" {
		t.Errorf("the sixth: %q", code)
	}
	err := b.respond(t, d.ResponseURL, slack.WebhookMessage{Text: "x"})
	if status, ok := errors.AsType[slack.StatusCodeError](err); !ok || status.Code != http.StatusNotFound {
		t.Errorf("slack-go sees %v", err)
	}
	if n := b.ResponseURLUses(d.ResponseURL); n != 5 {
		t.Errorf("%d uses", n)
	}
}

func TestResponseURLIsGoodForHalfAnHour(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ws, _ := b.dial(t)
		ws.frames()
		d := b.Command("U1", "C1", "/restore")
		post := func() error {
			return slack.PostWebhookCustomHTTPContext(t.Context(), d.ResponseURL, b.l.Client(), &slack.WebhookMessage{Text: "x"})
		}
		pass(30 * time.Minute)
		if err := post(); err != nil {
			t.Error(err)
		}
		pass(time.Second)
		if err := post(); err == nil {
			t.Error("taken after 30 minutes")
		}
		calls := b.Calls("response_url")
		if len(calls) != 2 || calls[1].Error != "expired_url" {
			t.Errorf("%+v", calls)
		}
	})
}

func TestResponseURLRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	for body, want := range map[string]string{
		`{"blocks":[{"type":"bogus"}]}`: "invalid_blocks",
		`text=x`:                        "invalid_payload",
		`{"text":""}`:                   "no_text",
	} {
		if code := b.raw(t, d.ResponseURL, body); code != want {
			t.Errorf("%s: %q, want %s", body, code, want)
		}
	}
	if code := b.raw(t, d.ResponseURL+"x", `{"text":"x"}`); code != "no_service" {
		t.Errorf("another URL: %q", code)
	}
}

func TestResponseURLOfAPressChangesTheMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	_, err := b.api.PostEphemeralContext(t.Context(), "C1", "U1", slack.MsgOptionBlocks(slack.NewActionBlock("", button("go", "Go"))))
	if err != nil {
		t.Fatal(err)
	}
	card := b.post(t, slack.NewActionBlock("", button("go", "Go")))
	for name, m := range map[string]slacktest.Message{"ephemeral": b.Ephemerals("U1")[0], "in the channel": card} {
		press := must[*slacktest.Delivery](t)(b.Press("U1", m, "go"))
		if err := b.respond(t, press.ResponseURL, slack.WebhookMessage{Text: "going", ReplaceOriginal: true, ResponseType: "in_channel"}); err != nil {
			t.Fatal(err)
		}
		now, _ := b.Message("C1", m.TS)
		if now.Text != "going" || now.Blocks != nil || now.To != m.To || now.Edits != 1 {
			t.Errorf("%s: %+v", name, now)
		}
		if code := b.raw(t, press.ResponseURL, `{"replace_original":true,"blocks":[{"type":"bogus"}]}`); code != "invalid_blocks" {
			t.Errorf("%s: bad blocks: %q", name, code)
		}
	}
}
