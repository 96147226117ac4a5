package slacktest_test

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

func TestMetadataHasAForm(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Unlimited = true })
	for name, tc := range map[string]struct{ member, value, want string }{
		"metadata":                   {"metadata", `{"event_type":"restore","event_payload":{"id":1}}`, ""},
		"no metadata":                {"metadata", `null`, ""},
		"metadata, a text":           {"metadata", `"x"`, "invalid_metadata_format"},
		"metadata, no JSON":          {"metadata", `{`, "invalid_metadata_format"},
		"metadata, no type":          {"metadata", `{"event_payload":{}}`, "invalid_metadata_schema"},
		"metadata, an empty type":    {"metadata", `{"event_type":"","event_payload":{}}`, "invalid_metadata_schema"},
		"metadata, a number for one": {"metadata", `{"event_type":5,"event_payload":{}}`, "invalid_metadata_schema"},
		"metadata, no payload":       {"metadata", `{"event_type":"x"}`, "invalid_metadata_schema"},
		"metadata, payload a list":   {"metadata", `{"event_type":"x","event_payload":[]}`, "invalid_metadata_schema"},
		"metadata with more":         {"metadata", `{"event_type":"x","event_payload":{},"event_time":1}`, "invalid_metadata_schema"},
		"an attachment":              {"attachments", `[{"color":"#fff","text":"x"}]`, "invalid_attachments"},
		"no attachments":             {"attachments", `[]`, ""},
	} {
		got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": "x", tc.member: tc.value})
		if said, _ := got["error"].(string); said != tc.want {
			t.Errorf("%s: %v, want %q", name, got, tc.want)
		}
	}
}

// An edit counts bytes where a post counts characters.
func TestTextOfAnEditIsCountedInBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	posted := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": long(4_000)})
	ts, _ := posted["ts"].(string)
	for text, want := range map[string]any{long(2_000): nil, long(2_001): "msg_too_long", strings.Repeat("x", 4_000): nil} {
		if got := b.call(t, slacktest.DefaultBotToken, "chat.update", map[string]string{"channel": "C1", "ts": ts, "text": text}); got["error"] != want {
			t.Errorf("%d bytes: %v", len(text), got["error"])
		}
	}
}
