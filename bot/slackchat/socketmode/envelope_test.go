package socketmode

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestEnvelopeOfAnotherTypeIsNotDecoded(t *testing.T) {
	t.Parallel()
	env := Envelope{Type: EnvelopeEventsAPI, Payload: json.RawMessage(`{}`)}
	if _, err := env.SlashCommand(); err == nil {
		t.Error("an event was decoded as a command")
	}
	if _, err := env.Interaction(); err == nil {
		t.Error("an event was decoded as an interaction")
	}
}

func TestFieldOfAWrongTypeDoesNotLoseTheEnvelope(t *testing.T) {
	t.Parallel()
	got, err := decodeFrame([]byte(`{"retry_attempt":"1","envelope_id":"e","type":"interactive","payload":{"a":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := frame{Envelope: Envelope{ID: "e", Type: "interactive", Payload: json.RawMessage(`{"a":1}`)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
}

// slackFramesFile names a file of frames as Slack sends them, one a line.
const slackFramesFile = "SLACK_FRAMES"

func TestFramesOfSlackAreDecoded(t *testing.T) {
	t.Parallel()
	path := os.Getenv(slackFramesFile)
	if path == "" {
		if os.Getenv("CI_REQUIRE_ALL") == "1" {
			t.Fatalf("%s is not set, and CI_REQUIRE_ALL is", slackFramesFile)
		}
		t.Skipf("%s does not name a file of Slack's frames", slackFramesFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxFrameBytes)
	for lines.Scan() {
		frame, err := decodeFrame(lines.Bytes())
		if err != nil {
			t.Errorf("frame %.80s: %v", lines.Text(), err)
			continue
		}
		seen[frame.Type]++
		env := Envelope{ID: frame.ID, Type: frame.Type, Payload: frame.Payload}
		switch frame.Type {
		case EnvelopeSlashCommands:
			if cmd, err := env.SlashCommand(); err != nil || cmd.UserID == "" || cmd.TeamID == "" || cmd.TriggerID == "" {
				t.Errorf("command %+v, %v", cmd, err)
			}
		case EnvelopeInteractive:
			if callback, err := env.Interaction(); err != nil || callback.User.ID == "" || callback.Team.ID == "" {
				t.Errorf("interaction of %q, %v", callback.User.ID, err)
			}
		case frameHello:
			if frame.NumConnections == 0 || frame.ConnectionInfo.AppID == "" {
				t.Errorf("hello %+v", frame)
			}
		case frameDisconnect:
			if disconnectReason(frame.Reason) == "other" {
				t.Errorf("disconnect for an unknown reason %q", frame.Reason)
			}
		}
	}
	for _, kind := range []string{EnvelopeSlashCommands, EnvelopeInteractive, EnvelopeEventsAPI, frameHello, frameDisconnect} {
		if seen[kind] == 0 {
			t.Errorf("no frame of type %s in the file", kind)
		}
	}
}

// FuzzEnvelope holds what must be true of any frame: it is decoded or refused,
// never a panic, no envelope is lost by what else it says, and every one can be
// acked within Slack's limit.
func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","num_connections":2,"debug_info":{"approximate_connection_time":18060},"connection_info":{"app_id":"A1"}}`,
		`{"type":"disconnect","reason":"too_many_websockets","num_connections":2}`,
		`{"envelope_id":"e","type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/restore","text":"a\u2014b","is_enterprise_install":"false"}}`,
		`{"envelope_id":"e","type":"interactive","accepts_response_payload":true,"payload":{"type":"block_actions","user":{"id":"U1"},"actions":[{"block_id":"b","action_id":"a","type":"button","value":"v"}],"message":{"blocks":[{"type":"divider"}]}}}`,
		`{"envelope_id":"e","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission","view":{"id":"V1","state":{"values":{"b":{"a":{"type":"plain_text_input","value":"x"}}}}}}}`,
		`{"envelope_id":"e","type":"interactive","payload":{"type":"block_actions","state":{"values":null},"actions":[null]}}`,
		`{"envelope_id":"e","type":"events_api","payload":[],"retry_attempt":1,"retry_reason":"timeout"}`,
		`{"envelope_id":"e","type":"events_api","retry_attempt":"1"}`,
		`null`, `[]`, `{}`, ``, "\xff",
	} {
		f.Add([]byte(seed))
	}
	for seed := range commandSeeds {
		f.Add([]byte(`{"envelope_id":"e","type":"slash_commands","payload":` + seed + `,"accepts_response_payload":true}`))
		f.Add([]byte(`{"payload": ` + seed + `, "retry_attempt":2,"retry_reason":"timeout","type":"slash_commands"}`))
	}
	f.Add([]byte(`{"type":"hello","num_connections":2.5,"connection_info":[{"app_id":"A1"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decodeFrame(data)
		var fields map[string]any
		if json.Unmarshal(data, &fields) == nil && !otherCase(data) {
			if id, _ := fields["envelope_id"].(string); id != "" && frame.ID != id {
				t.Errorf("envelope %q was lost: %+v, %v", id, frame, err)
			}
		}
		if err != nil || frame.ID == "" {
			return
		}
		env := Envelope{
			ID: frame.ID, Type: frame.Type, Payload: frame.Payload,
			AcceptsResponsePayload: frame.AcceptsResponsePayload,
		}
		// Errors must not depend on what the payload says, and so be few.
		_, command := env.SlashCommand()
		_, interaction := env.Interaction()
		for _, err := range []error{command, interaction} {
			if err != nil && len(err.Error()) > 100 {
				t.Errorf("error %q", err)
			}
		}
		payload, err := ackPayload(env, TextAck(env, said.Title, said.Internal+LoggedID(env.ID)))
		if err != nil {
			if len(env.ID) < maxAckBytes/12 {
				t.Errorf("no ack: %v", err)
			}
			return
		}
		body := ackBody(env.ID, payload)
		var ack struct {
			EnvelopeID string `json:"envelope_id"`
		}
		if err := json.Unmarshal(body, &ack); err != nil || utf8.ValidString(env.ID) && ack.EnvelopeID != env.ID {
			t.Errorf("ack %q of envelope %q: %v", body, env.ID, err)
		}
		if len(body) >= maxAckBytes {
			t.Errorf("ack of %d bytes", len(body))
		}
	})
}
