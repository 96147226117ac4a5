package slackchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

var commandSeeds = []string{
	`{"token":"t","team_id":"T1","team_domain":"d","channel_id":"C1","channel_name":"c","user_id":"U1","user_name":"u","command":"/restore",` +
		`"text":"a\u2014b \"q\" \ud83d\ude00 \ud800 \/ \\","api_app_id":"A1","is_enterprise_install":"false","response_url":"https:\/\/hooks.example.com\/1","trigger_id":"1.2.3"}`,
	`{"text":"first","text":"last","enterprise_id":null,"is_enterprise_install":true}`,
	`{"text":1}`, `{"text":["a"]}`, `{"is_enterprise_install":"perhaps"}`, `{"is_enterprise_install":1}`, `{"is_enterprise_install":null}`,
	` {"t\u0065xt":"an escaped key"} `, `{"text":{"text":"inner"},"user_id":"U1"}`, `{"unknown":[[[]]],"text":"x"}`,
	`{}`, `[]`, `"{}"`, `null`, `1`, ``, `{`, `{"text":"x"`, `{"text":"x"}}`, `{"text":"a` + "\n" + `b"}`, "{\"text\":\"\xff\"}",
}

// FuzzCommand holds the quick reader of commands to what encoding/json reads,
// but for keys in another case, that Slack does not write.
func FuzzCommand(f *testing.F) {
	for _, seed := range commandSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if otherCase(payload) {
			return
		}
		var want slack.SlashCommand
		wantErr := decodeObject(EnvelopeSlashCommands, payload, &want)
		got, err := Envelope{Type: EnvelopeSlashCommands, Payload: payload}.SlashCommand()
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("command (-json +got):\n%s", diff)
		}
	})
}

// FuzzFrame holds the quick reader of frames to what encoding/json reads.
func FuzzFrame(f *testing.F) {
	for _, seed := range commandSeeds {
		f.Add([]byte(`{"envelope_id":"e","type":"slash_commands","payload":` + seed + `,"accepts_response_payload":true}`))
		f.Add([]byte(`{"payload": ` + seed + `, "retry_attempt":2,"retry_reason":"timeout","type":"slash_commands"}`))
	}
	f.Add([]byte(`{"type":"hello","num_connections":2,"connection_info":{"app_id":"A1"}}`))
	f.Add([]byte(`{"type":"hello","num_connections":2.5,"connection_info":[{"app_id":"A1"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if otherCase(data) || !utf8.Valid(data) {
			return
		}
		var want socketFrame
		wantErr := json.Unmarshal(data, &want)
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](wantErr); ok && wrong.Field != "" {
			wantErr = nil // what is in the field is left away
		}
		var got socketFrame
		err := got.decodePlain(data)
		if (err == nil) != (wantErr == nil) && !bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if got.readable {
			var cmd slack.SlashCommand
			if err := decodeObject(EnvelopeSlashCommands, got.Payload, &cmd); err != nil || cmd != got.command {
				t.Errorf("command %+v, want %+v (%v)", got.command, cmd, err)
			}
		}
		got.command, got.readable = slack.SlashCommand{}, false
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(socketFrame{})); diff != "" {
			t.Errorf("frame (-json +got):\n%s", diff)
		}
	})
}

// otherCase reports whether some key of data may be one that is known, in
// another case: encoding/json takes such a one.
func otherCase(data []byte) bool {
	lower := bytes.ToLower(data) // of the long s and the Kelvin sign, too
	for _, key := range []string{
		"type", "reason", "num_connections", "connection_info", "app_id", "envelope_id", "payload", "accepts_response_payload", "retry_attempt", "retry_reason",
		"token", "team_id", "team_domain", "enterprise_id", "enterprise_name", "is_enterprise_install", "channel_id", "channel_name", "user_id", "user_name",
		"command", "text", "response_url", "trigger_id", "api_app_id",
	} {
		if quoted := []byte(`"` + key + `"`); bytes.Count(lower, quoted) != bytes.Count(data, quoted) {
			return true
		}
	}
	return bytes.Contains(lower, []byte("\u017f")) || bytes.Contains(lower, []byte(`\u00`)) && bytes.ContainsAny(data, "45")
}

// A frame that is very deep, or large, is read all the same, and no stack grows
// with it.
func TestDeepFrameIsRefused(t *testing.T) {
	t.Parallel()
	deep := []byte(`{"envelope_id":"e","type":"slash_commands","payload":` + strings.Repeat("[", maxFrameBytes-100) + `}`)
	if _, err := decodeFrame(deep); err == nil {
		t.Error("a frame of brackets was decoded")
	}
	large := []byte(`{"envelope_id":"e","type":"slash_commands","payload":{"text":"` + strings.Repeat("x", 2*maxPlainFrame) + `"}}`)
	frame, err := decodeFrame(large)
	if err != nil || frame.EnvelopeID != "e" {
		t.Fatalf("frame %q, %v", frame.EnvelopeID, err)
	}
	cmd, err := Envelope{Type: frame.Type, Payload: frame.Payload}.SlashCommand()
	if err != nil || len(cmd.Text) != 2*maxPlainFrame {
		t.Errorf("text of %d bytes, %v", len(cmd.Text), err)
	}
}
