package socketmode

import (
	"encoding/json"
	"testing"
)

// BenchmarkDecodeCommand reads a frame and the command in it.
func BenchmarkDecodeCommand(b *testing.B) {
	payload, err := json.Marshal(map[string]string{
		"team_id": "T1", "channel_id": "C1", "user_id": "U1", "command": "/restore", "text": "help", "api_app_id": "A1",
		"is_enterprise_install": "false", "response_url": "https://hooks.example.com/commands/1/2/3", "trigger_id": "1.2.3",
	})
	if err != nil {
		b.Fatal(err)
	}
	frame := []byte(`{"type":"slash_commands","envelope_id":"e","accepts_response_payload":true,"payload":` + string(payload) + `}`)
	b.ReportAllocs()
	for b.Loop() {
		f, err := decodeFrame(frame)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := (Envelope{Type: f.Type, Payload: f.Payload}).SlashCommand(); err != nil {
			b.Fatal(err)
		}
	}
}
