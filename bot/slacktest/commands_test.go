package slacktest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}

func TestCommandPayload(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.EnterpriseID, w.EnterpriseName = "E1", "Grid" })
	ws, _ := b.dial(t)
	d := b.Command("U1", "C1", `/restore  “abc” —dump `)
	f := ws.next()
	if f.Type != "slash_commands" || !f.Accepts || f.EnvelopeID != d.EnvelopeID || f.RetryAttempt != 0 {
		t.Errorf("%+v", f)
	}
	got := decode[slack.SlashCommand](t, f.Payload)
	want := slack.SlashCommand{
		Token: "verification-token", TeamID: "T0RESTORE", TeamDomain: "restorebot",
		EnterpriseID: "E1", EnterpriseName: "Grid", ChannelID: "C1", ChannelName: "incidents",
		UserID: "U1", UserName: "ann", Command: "/restore", Text: "“abc” —dump",
		ResponseURL: d.ResponseURL, TriggerID: d.TriggerID, APIAppID: "A0RESTORE",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(d.ResponseURL, strings.TrimSuffix(b.url, "/api/")+"/commands/T0RESTORE/") {
		t.Errorf("response_url = %s", d.ResponseURL)
	}
}

func TestChannelNamesInPayloads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	for channel, want := range map[string]string{"C1": "incidents", "C5": "privategroup", "D1": "directmessage"} {
		b.Command("U1", channel, "/restore")
		if got := decode[slack.SlashCommand](t, ws.next().Payload).ChannelName; got != want {
			t.Errorf("%s: channel_name = %s, want %s", channel, got, want)
		}
	}
}

func TestCommandsThatNeverReachTheApp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	for name, d := range map[string]*slacktest.Delivery{
		"another command":             b.Command("U1", "C1", "/reboot"),
		"of another organization":     b.Command("U9", "C6", "/restore"),
		"a person who is not there":   b.Command("U99", "C1", "/restore"),
		"a channel that is not there": b.Command("U1", "C99", "/restore"),
	} {
		if _, err := d.Wait(t.Context()); err == nil || d.Acks() != nil || d.Attempts() != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.Stats().Envelopes; got != 0 {
		t.Errorf("%d envelopes", got)
	}
	if got := b.Notices("U9"); len(got) != 1 || got[0].Code != "unknown_command" {
		t.Errorf("%+v", got)
	}
}

func TestAckOfACommandMayAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		payload            any
		ephemeral, channel int
		notice             string
	}{
		"nothing":        {nil, 0, 0, ""},
		"an empty one":   {map[string]any{}, 0, 0, ""},
		"a text":         {map[string]any{"text": "x"}, 1, 0, ""},
		"ephemeral":      {map[string]any{"text": "x", "response_type": "ephemeral"}, 1, 0, ""},
		"for all":        {map[string]any{"text": "x", "response_type": "in_channel"}, 0, 1, ""},
		"blocks":         {map[string]any{"blocks": []any{map[string]any{"type": "divider"}}}, 1, 0, ""},
		"bad blocks":     {map[string]any{"blocks": []any{map[string]any{"type": "bogus"}}}, 0, 0, "invalid_command_response"},
		"a bare string":  {"x", 0, 0, "invalid_command_response"},
		"replaces none":  {map[string]any{"text": "x", "replace_original": true}, 1, 0, ""},
		"only some flag": {map[string]any{"replace_original": false}, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ws, _ := b.dial(t)
			d := b.Command("U1", "C3", "/restore x") // the bot is not a member: it may answer all the same
			ws.ack(ws.next().EnvelopeID, tc.payload)
			if ack, err := d.Wait(t.Context()); err != nil || ack.Connection != 1 || ack.Latency <= 0 {
				t.Fatal(ack, err)
			}
			if e, c := len(b.Ephemerals("U1")), len(b.Channel("C3").Messages()); e != tc.ephemeral || c != tc.channel {
				t.Errorf("%d ephemeral, %d in the channel", e, c)
			}
			for _, m := range b.Channel("C3").Messages() {
				if m.Typed != "/restore x" || m.TypedBy != "U1" {
					t.Errorf("the command is not shown: %+v", m)
				}
			}
			notices := b.Notices("U1")
			if tc.notice == "" && notices != nil || tc.notice != "" && (len(notices) != 1 || notices[0].Code != tc.notice) {
				t.Errorf("notices = %+v", notices)
			}
		})
	}
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.dial(t)
	d := b.Command("U1", "C1", "/restore")
	b.Close()
	if _, err := d.Wait(t.Context()); !errors.Is(err, slacktest.ErrClosed) {
		t.Error(err)
	}
	if err := b.WaitFor(t.Context(), func(*slacktest.Slack) bool { return false }); !errors.Is(err, slacktest.ErrClosed) {
		t.Error(err)
	}
	b.Close() // again
	if b.Command("U1", "C1", "/restore").Err() == nil {
		t.Error("a command was typed in a closed workspace")
	}
}
