package socketmode

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// commandSeeds are payloads of commands, with what is read of them; nil where
// they are refused.
var commandSeeds = map[string]*slack.SlashCommand{
	`{"token":"t","team_id":"T1","team_domain":"d","channel_id":"C1","channel_name":"c","user_id":"U1","user_name":"u","command":"/restore",` +
		`"text":"a\u2014b \"q\" \ud83d\ude00 \ud800 \/ \\","api_app_id":"A1","is_enterprise_install":"false","response_url":"https:\/\/hooks.example.com\/1","trigger_id":"1.2.3"}`: {
		Token: "t", TeamID: "T1", TeamDomain: "d", ChannelID: "C1", ChannelName: "c", UserID: "U1", UserName: "u", Command: "/restore",
		Text: "a\u2014b \"q\" \U0001f600 \ufffd / \\", APIAppID: "A1", ResponseURL: "https://hooks.example.com/1", TriggerID: "1.2.3",
	},
	`{"text":"first","text":"last","enterprise_id":null,"is_enterprise_install":true}`: {Text: "last", IsEnterpriseInstall: true},
	`{"is_enterprise_install":null}`:           {},
	` {"t\u0065xt":"an escaped key"} `:         {Text: "an escaped key"},
	`{"unknown":[[[]]],"text":"x"}`:            {Text: "x"},
	"{\"text\":\"\xff\"}":                      {Text: "\ufffd"},
	`{}`:                                       {},
	`{"text":1}`:                               nil,
	`{"text":["a"]}`:                           nil,
	`{"text":{"text":"inner"},"user_id":"U1"}`: nil,
	`{"is_enterprise_install":"perhaps"}`:      nil,
	`{"is_enterprise_install":1}`:              nil,
	`[]`:                                       nil,
	`"{}"`:                                     nil,
	`null`:                                     nil,
	`1`:                                        nil,
	``:                                         nil,
	`{`:                                        nil,
	`{"text":"x"`:                              nil,
	`{"text":"x"}}`:                            nil,
	`{"text":"a` + "\n" + `b"}`:                nil,
}

func TestCommandIsDecodedOrRefused(t *testing.T) {
	t.Parallel()
	for payload, want := range commandSeeds {
		got, err := Envelope{Type: EnvelopeSlashCommands, Payload: []byte(payload)}.SlashCommand()
		if want == nil {
			if err == nil || got != (slack.SlashCommand{}) {
				t.Errorf("%q: %+v, want it refused", payload, got)
			}
			continue
		}
		if diff := cmp.Diff(*want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", payload, err, diff)
		}
	}
}

// otherCase reports whether some key of data may be one that is known, in
// another case: encoding/json takes such a one.
func otherCase(data []byte) bool {
	lower := bytes.ToLower(data) // of the long s and the Kelvin sign, too
	for _, key := range []string{"type", "envelope_id"} {
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
	const size = 64 << 10
	large := []byte(`{"envelope_id":"e","type":"slash_commands","payload":{"text":"` + strings.Repeat("x", size) + `"}}`)
	frame, err := decodeFrame(large)
	if err != nil || frame.ID != "e" {
		t.Fatalf("frame %q, %v", frame.ID, err)
	}
	cmd, err := Envelope{Type: frame.Type, Payload: frame.Payload}.SlashCommand()
	if err != nil || len(cmd.Text) != size {
		t.Errorf("text of %d bytes, %v", len(cmd.Text), err)
	}
}
