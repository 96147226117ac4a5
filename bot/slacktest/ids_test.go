package slacktest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

// A post takes a person; what reads or changes takes an id alone.
func TestWhereOnlyAnIDIsTaken(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.Unlimited = true
		w.Scopes = append(slacktest.DefaultScopes, "channels:history", "im:history", "im:read", "files:write")
	})
	card := posted(t, b, `[{"type":"divider"}]`)
	direct := b.DirectMessage("U1")
	upload := b.call(t, slacktest.DefaultBotToken, "files.getUploadURLExternal", map[string]string{"filename": "x", "length": "1"})
	for name, tc := range map[string]struct {
		method, argument string
		more             map[string]string
		takes            []string
		refused          any // what another way to name the channel gets
	}{
		"post":      {"chat.postMessage", "channel", map[string]string{"text": "x"}, []string{"C1", "U1", direct}, "channel_not_found"},
		"ephemeral": {"chat.postEphemeral", "channel", map[string]string{"text": "x", "user": "U1"}, []string{"C1"}, "channel_not_found"},
		"update":    {"chat.update", "channel", map[string]string{"text": "x", "ts": card.TS}, []string{"C1"}, "channel_not_found"},
		"permalink": {"chat.getPermalink", "channel", map[string]string{"message_ts": card.TS}, []string{"C1"}, "channel_not_found"},
		"info":      {"conversations.info", "channel", nil, []string{"C1", direct}, "channel_not_found"},
		"history":   {"conversations.history", "channel", nil, []string{"C1", direct}, "channel_not_found"},
		"upload":    {"files.completeUploadExternal", "channel_id", map[string]string{"files": fmt.Sprintf(`[{"id":%q}]`, upload["file_id"])}, nil, "channel_not_found"},
	} {
		for _, channel := range []string{"C1", direct, "#incidents", "incidents", "U1"} {
			args := map[string]string{tc.argument: channel}
			maps.Copy(args, tc.more)
			got := b.call(t, slacktest.DefaultBotToken, tc.method, args)
			switch {
			case slices.Contains(tc.takes, channel):
				if got["ok"] != true {
					t.Errorf("%s to %s: %v", name, channel, got)
				}
			case channel != "C1" && channel != direct && got["error"] != tc.refused:
				t.Errorf("%s to %s: %v", name, channel, got)
			}
		}
	}
}

// Conversations come in pages.
func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.Unlimited = true
		w.Channels = append(w.Channels, slacktest.Channel{ID: "C7", Name: "team", Private: true, Members: []string{"U2"}},
			slacktest.Channel{ID: "C8", Name: "many", Members: []string{"U1", "U2", "U3"}})
	})
	both := "public_channel,private_channel"
	for args, want := range map[[2]string]string{
		{"limit", "2"}:     "[C1 C4]",
		{"limit", "0"}:     "[C1 C4 C5 C6 C7 C8]",
		{"limit", "many"}:  "invalid_limit",
		{"limit", "-1"}:    "invalid_limit",
		{"cursor", "1"}:    "invalid_cursor",
		{"cursor", "MQ=="}: "invalid_cursor",
	} {
		got := b.call(t, slacktest.DefaultBotToken, "users.conversations", map[string]string{"types": both, args[0]: args[1]})
		var ids []string
		list, _ := got["channels"].([]any)
		for _, c := range list {
			o, _ := c.(slacktest.Object)
			id, _ := o["id"].(string)
			ids = append(ids, id)
		}
		said := fmt.Sprint(ids)
		if code, failed := got["error"].(string); failed {
			said = code
		}
		if said != want {
			t.Errorf("%v: %s, want %s", args, said, want)
		}
	}
}

// What Slack echoes is not byte for byte what it was sent.
func TestEchoesAreNormal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{
		"channel": "C1", "text": "R&D <@U1> a < b &amp; https://x/y, `https://z` &lt;",
		"blocks": `[{"type":"section","text":{"type":"mrkdwn","text":"see https://x/y?a=1&b=2."}},{"type":"header","text":{"type":"plain_text","text":"R&D"}},` +
			`{"type":"section","text":{"type":"mrkdwn","verbatim":true,"text":"https://x"}},` +
			`{"type":"actions","elements":[` + buttonWith(`,"value":"a&b"`) + `]}]`,
	})
	m, _ := got["message"].(map[string]any)
	profile, _ := m["bot_profile"].(map[string]any)
	if profile["id"] != "B0BOT" || profile["app_id"] != "A0RESTORE" || profile["name"] != "restore-bot" || profile["team_id"] != "T0RESTORE" || m["bot_id"] != "B0BOT" {
		t.Errorf("bot_profile = %v", profile)
	}
	if want := "R&amp;D <@U1> a &lt; b &amp; <https://x/y>, `https://z` &lt;"; m["text"] != want {
		t.Errorf("text = %v", m["text"])
	}
	blocks, _ := m["blocks"].([]any)
	text := func(i int) map[string]any { return blocks[i].(map[string]any)["text"].(map[string]any) }
	if o := text(0); o["verbatim"] != false || o["text"] != "see <https://x/y?a=1&amp;b=2>." {
		t.Errorf("mrkdwn = %v", o)
	}
	if o := text(1); o["emoji"] != true || o["text"] != "R&amp;D" {
		t.Errorf("plain_text = %v", o)
	}
	if o := text(2); o["verbatim"] != true || o["text"] != "https://x" {
		t.Errorf("verbatim = %v", o)
	}
	e := blocks[3].(map[string]any)["elements"].([]any)[0].(map[string]any)
	if e["value"] != "a&b" || e["action_id"] == nil || e["text"].(map[string]any)["emoji"] != true {
		t.Errorf("button = %v", e)
	}
	ts, _ := got["ts"].(string)
	if kept, _ := b.Message("C1", ts); kept.Text != "R&D <@U1> a < b &amp; https://x/y, `https://z` &lt;" {
		t.Errorf("what was sent is %q now", kept.Text)
	}
}
