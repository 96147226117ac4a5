package slackchat

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/docspace"
)

// shelf is a bot.Store with one request whose card is up. It is written to by
// nothing but a confirmation, which is what no fuzzed payload may be.
type shelf struct {
	bot.Store

	mu    sync.Mutex
	moved int
	r     bot.Restore
}

func (s *shelf) Get(_ context.Context, id string) (bot.Restore, error) {
	if id != s.r.ID {
		return bot.Restore{}, bot.ErrNotFound
	}
	return s.r, nil
}

func (s *shelf) Wake(_ context.Context, _, next bot.Restore, _ ...bot.Event) (bot.Restore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved++
	return next, nil
}

func (s *shelf) Note(context.Context, ...bot.Event) error       { return nil }
func (s *shelf) Frozen(context.Context) (bot.Freeze, error)     { return bot.Freeze{}, nil }
func (s *shelf) PutForm(context.Context, bot.Form) error        { return nil }
func (s *shelf) Form(context.Context, string) (bot.Form, error) { return bot.Form{}, bot.ErrNotFound }

func (s *shelf) Create(context.Context, bot.Restore, ...bot.Event) error { return bot.ErrPortalBusy }

func (s *shelf) OpenOn(context.Context, bot.PortalName) (bot.Restore, bool, error) {
	return s.r, true, nil
}

func (s *shelf) Recent(context.Context, int) ([]bot.Restore, error) { return []bot.Restore{s.r}, nil }

func (s *shelf) Search(_ context.Context, _ int, want func(bot.Restore) bool) ([]bot.Restore, error) {
	if !want(s.r) {
		return nil, nil
	}
	return []bot.Restore{s.r}, nil
}

func (s *shelf) Runs(context.Context, string, int) ([]bot.Run, error) { return nil, nil }

func (s *shelf) Trail(context.Context, string) ([]bot.Event, error) { return nil, nil }

func (s *shelf) Rules(context.Context) (bot.ToldRules, error) { return bot.ToldRules{}, nil }

func (s *shelf) SaveRules(_ context.Context, _, next bot.ToldRules, _ ...bot.Event) (bot.ToldRules, error) {
	return next, nil
}

func (s *shelf) SetFreeze(context.Context, bot.Freeze, ...bot.Event) error { return nil }

// everyone knows everybody: what keeps a payload out is the payload.
type everyone struct{}

func (everyone) Fresh() policy.Directory { return everyone{} }

func (everyone) Person(_ context.Context, id string) (policy.Person, error) {
	return policy.Person{ID: id, Team: "T1"}, nil
}

func (everyone) Place(_ context.Context, id string) (policy.Place, error) {
	return policy.Place{ID: id}, nil
}

func (everyone) Members(context.Context, string) ([]string, error) { return nil, nil }

// mouth is a bot.Chat that checks what it is given to say.
type mouth struct {
	bot.Chat

	t *testing.T
}

func (m mouth) Answer(_ context.Context, _ bot.Recipient, a bot.Answer) error {
	wantHarmless(m.t, blockkit.Answer(a))
	return nil
}

func (m mouth) OpenModal(context.Context, string, bot.Modal) (bot.View, error) {
	return bot.View{ID: "V1"}, nil
}

func (m mouth) UpdateModal(_ context.Context, v bot.View, to bot.Modal) (bot.View, error) {
	wantHarmless(m.t, blockkit.Message{Blocks: blockkit.Modal(to).Blocks.BlockSet})
	return v, nil
}

// wantHarmless fails for a message that calls anybody who is not named by an
// id, or that Slack would refuse for its length.
func wantHarmless(t *testing.T, m blockkit.Message) {
	t.Helper()
	if _, err := json.Marshal(m.Blocks); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString(m.Text)
	for _, b := range m.Blocks {
		if s, ok := b.(*slack.SectionBlock); ok && s.Text != nil {
			text.WriteString(s.Text.Text)
			if len([]rune(s.Text.Text)) > 3000 {
				t.Errorf("a section of %d", len([]rune(s.Text.Text)))
			}
		}
	}
	for _, live := range []string{"<!channel", "<!here", "<!everyone", "<http", "\u202e", "<script"} {
		if strings.Contains(text.String(), live) {
			t.Errorf("the answer holds %q: %s", live, text.String())
		}
	}
}

// cut is a network that is down: it says so at once.
type cut struct{}

func (cut) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("cut") }

// cutOff is a portal that cannot be asked. Nothing is sent again after a pause:
// what is fuzzed would wait for it.
func cutOff() *docspace.Client {
	return &docspace.Client{BaseURL: "https://docs.example.com", Retries: -1, HTTP: &http.Client{Transport: cut{}}}
}

func fuzzBot(t *testing.T) (*Listener, *shelf) {
	t.Helper()
	s := &shelf{r: bot.Restore{
		ID: "k3vq7x2mhd", Portal: "docs", State: bot.Requested, Team: "T1", Channel: "C1", CardTS: "1.5", Requester: "U1",
		ExpiresAt: time.Now().Add(time.Hour), Order: command.Order{Dump: true},
	}}
	b := &bot.Bot{
		Store: s, Chat: mouth{t: t}, Directory: everyone{}, Log: slog.New(slog.DiscardHandler),
		Portals: bot.Portals{{PortalName: bot.PortalName{Name: "docs"}, API: cutOff()}},
		Policy:  policy.Policy{Team: "T1", Users: policy.AllowList{Any: true}, Approvers: policy.AllowList{Any: true}, Channels: policy.AllowList{Any: true}, SelfApproval: true, TTL: time.Hour},
	}
	l := NewListener(t.Context(), b, mouth{t: t}, nil)
	l.App = func() string { return "A1" }
	return l, s
}

const (
	fuzzPress = `{"type":"block_actions","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2","team_id":"T1"},"channel":{"id":"C1"},"trigger_id":"1.2",` +
		`"response_url":"https://hooks.example/p","container":{"type":"message","message_ts":"1.5","channel_id":"C1","is_ephemeral":false},` +
		`"actions":[{"type":"button","block_id":"b","action_id":"restore_confirm","value":"k3vq7x2mhd"}]}`
	fuzzSubmit = `{"type":"view_submission","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2","team_id":"T1"},"trigger_id":"1.2",` +
		`"view":{"id":"V1","type":"modal","hash":"h","app_id":"A1","callback_id":"restore_modal","private_metadata":"m1",` +
		`"state":{"values":{"word":{"word":{"type":"plain_text_input","value":"docs"}}}}}}`
	fuzzSuggest = `{"type":"block_suggestion","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2","team_id":"T1"},"action_id":"backup","block_id":"backup",` +
		`"value":"x","view":{"id":"V1","type":"modal","callback_id":"restore_modal","private_metadata":"m1"}}`
)

// FuzzInteraction gives Handle payloads that Slack never sends. None panics,
// none calls anybody, none moves a dump that takes a typed word, and an ack is
// always one that Slack takes.
func FuzzInteraction(f *testing.F) {
	for _, seed := range []string{fuzzPress, fuzzSubmit, fuzzSuggest} {
		f.Add(seed)
		f.Add(strings.Replace(seed, `"U2"`, `"<!channel>"`, 1))
		f.Add(strings.Replace(seed, `"T1"`, `null`, 1))
		f.Add(strings.Replace(seed, `"modal"`, `"home"`, 1))
		f.Add(strings.Replace(seed, "restore_confirm", "restore_type", 1))
		f.Add(strings.Replace(seed, "restore_confirm", "restore_stop", 1))
		f.Add(strings.Replace(seed, "k3vq7x2mhd", "\u202e<!channel>&amp;<https://evil.example>"+strings.Repeat("\U0001F600", 3000), 1))
		f.Add(strings.Replace(seed, `"actions":[`, `"actions":[null,{},`, 1))
		f.Add(strings.Replace(seed, `{"word":{"word"`, `{"word":{"x":{},"word"`, 1))
	}
	f.Add(`{"type":"block_actions","actions":[]}`)
	f.Add(`{"type":"view_submission","view":null}`)
	f.Add(`{"type":"view_closed"}`)
	f.Add(`{"type":"message_action","message":{"text":"<!here>"}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, payload string) {
		l, s := fuzzBot(t)
		env := socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, AcceptsResponsePayload: true, Payload: json.RawMessage(payload), ReceivedAt: time.Now()}
		made, err := ackPayload(env, l.Handle(t.Context(), env))
		l.Wait()
		if err != nil || len(made) >= ackLimit {
			t.Errorf("the ack: %d bytes, %v", len(made), err)
		}
		if s.moved > 0 && !strings.Contains(payload, "restore_dismiss") {
			t.Errorf("the restore was moved by %s", payload)
		}
	})
}

// fuzzTexts have every command in them.
var fuzzTexts = []string{
	"", "list", "list --dump", "status", "history", "doctor", "freeze x", "unfreeze", "cancel k3vq7x2mhd", "report k3vq7x2mhd", "help",
	"a9b4d8f0-0000-4000-8000-000000000001 --dump",
}

func commandOf(text string) string {
	return `{"text":"` + text + `","team_id":"T1","api_app_id":"A1","channel_id":"C1","user_id":"U1","trigger_id":"1.2","response_url":"https://hooks.example/c"}`
}

// FuzzCommandEnvelope does the same for slash commands.
func FuzzCommandEnvelope(f *testing.F) {
	f.Add(commandPayload)
	f.Add(strings.Replace(commandPayload, `"U1"`, `"<!channel>"`, 1))
	f.Add(`{"text":"freeze <!channel> \u202e","team_id":"T1","api_app_id":"A1","channel_id":"C1","user_id":"U1"}`)
	f.Add(`{"text":"cancel k3vq7x2mhd","team_id":"T1","api_app_id":"A1","channel_id":"D1","user_id":"U1"}`)
	f.Add(`{"text":"help <https://evil.example>","team_id":"T1","api_app_id":"A1","channel_id":"C1","user_id":"U1"}`)
	for _, text := range fuzzTexts {
		f.Add(commandOf(text))
	}
	f.Add(`{"text":1}`)
	f.Fuzz(func(t *testing.T, payload string) {
		l, s := fuzzBot(t)
		s.r.State = bot.Running // a cancel moves nothing, a request is refused by the store
		env := socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(payload), ReceivedAt: time.Now()}
		ack := l.Handle(t.Context(), env)
		l.Wait()
		made, err := ackPayload(env, ack)
		if err != nil || len(made) >= ackLimit || s.moved > 0 {
			t.Errorf("the ack: %d bytes, %v; moved %d", len(made), err, s.moved)
		}
		if a, ok := ack.(answerAck); ok {
			wantHarmless(t, blockkit.Message{Text: a.Text, Blocks: a.Blocks})
		}
	})
}

// What is fuzzed makes thousands of executions a second, since no command waits:
// in a bubble, where only waiting takes time, none passes.
func TestNothingThatIsFuzzedWaits(t *testing.T) {
	t.Parallel()
	for _, text := range fuzzTexts {
		synctest.Test(t, func(t *testing.T) {
			l, _ := fuzzBot(t)
			began := time.Now()
			l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(commandOf(text)), ReceivedAt: began})
			l.Wait()
			if took := time.Since(began); took > 0 {
				t.Errorf("/restore %s waited for %s", text, took)
			}
		})
	}
}
