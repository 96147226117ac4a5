package slacktest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// fuzzed is a workspace with a connection that leads nowhere.
func fuzzed(t *testing.T) (*Slack, *link) {
	t.Helper()
	s := New(World{
		Unlimited: true,
		People:    []Person{{ID: "U1", Name: "ann"}},
		Channels:  []Channel{{ID: "C1", Name: "incidents"}},
	})
	l := &link{s: s, id: 1, open: map[string]*Delivery{}, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	s.links = append(s.links, l)
	t.Cleanup(func() {
		s.links = nil
		s.Close()
	})
	return s, l
}

// Blocks never panic: they are refused, or stored and drawn and encoded.
func FuzzBlocks(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"<@U1> <!date^1^{date}|x>"},"fields":[{}],"accessory":{"type":"button"}}]`)
	f.Add(`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"},"confirm":{}},{"type":"static_select","options":[{}],"option_groups":[]}]}]`)
	f.Add(`[{"type":"context","elements":[null,1,"x"]},{"type":"image"},{"type":"input","element":1},null]`)
	f.Add(`[{"type":"header","text":{"type":"plain_text","text":"x"},"block_id":"b"},{"type":"plan","title":"x","tasks":[{}]}]`)
	f.Fuzz(func(t *testing.T, blocks string) {
		s, _ := fuzzed(t)
		answer := s.postMessage(&request{args: map[string]string{"channel": "C1", "text": "x", "blocks": blocks}})
		if _, err := json.Marshal(answer.body); err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Channel("C1").Messages() {
			if s.Render(m, time.UTC) == "" {
				t.Error("nothing to see")
			}
			for _, b := range m.Buttons() {
				if _, err := s.Press("U1", m, b.ActionID); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func FuzzView(f *testing.F) {
	f.Add(`{"type":"modal","title":{"type":"plain_text","text":"x"},"submit":{"type":"plain_text","text":"x"},"blocks":[{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input","max_length":1e3}}]}`)
	f.Add(`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"actions","elements":[{"type":"checkboxes","options":[{"text":{"type":"mrkdwn","text":"x"},"value":"1"}]}]}]}`)
	f.Fuzz(func(t *testing.T, view string) {
		s, _ := fuzzed(t)
		trigger := s.newTrigger("U1")
		s.viewsOpen(&request{args: map[string]string{"trigger_id": trigger, "view": view}})
		if v, ok := s.Modal("U1"); ok {
			s.RenderModal(v, time.UTC)
			_, _ = s.Submit(v, Values{"x": "y"})
			_, _ = s.Submit(v, nil)
		}
	})
}

// An app may write anything on its socket.
func FuzzAck(f *testing.F) {
	f.Add(`{"envelope_id":"ID","payload":{"text":"x","response_type":"in_channel"}}`)
	f.Add(`{"envelope_id":"ID","payload":{"blocks":[{"type":"divider"}]}}`)
	f.Add(`{"envelope_id":"ID","payload":null}`)
	f.Add(`{"envelope_id":"ID","payload":7}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, frame string) {
		s, l := fuzzed(t)
		d := s.Command("U1", "C1", "/restore")
		l.receive([]byte(strings.ReplaceAll(frame, "ID", d.EnvelopeID)))
		l.receive([]byte(`{"envelope_id":"` + d.EnvelopeID + `"}`))
		if st := s.Stats(); st.Acked != 1 {
			t.Errorf("%+v", st)
		}
	})
}

func FuzzMrkdwn(f *testing.F) {
	f.Add("<@U1> <#C1|x> <!subteam^S1> <!date^0^{date_pretty}^https://x|y> &lt;")
	f.Add("<!date^99999999999999999^{date}|x><<>>")
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := fuzzed(t)
		s.plain(text, time.UTC)
		if got := s.plain(escape(text), time.UTC); got != text {
			t.Errorf("escaped %q reads %q", text, got)
		}
	})
}
