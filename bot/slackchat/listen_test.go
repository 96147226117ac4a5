package slackchat

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/docspace"
)

var _ Handler = (*bot.Bot)(nil)

// heard is a Handler and a bot.Chat that write down what they are given.
type heard struct {
	bot.Chat

	mu       sync.Mutex
	commands []bot.Command
	presses  []bot.Press
	answers  []string
	later    bot.FollowUp
}

func (h *heard) Command(_ context.Context, c bot.Command) (bot.Answer, bot.FollowUp) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands = append(h.commands, c)
	return bot.TextAnswer{Text: "Looking"}, h.later // which Slack shows only where it takes a while
}

func (h *heard) Press(_ context.Context, p bot.Press) (bot.Answer, bot.FollowUp) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.presses = append(h.presses, p)
	return bot.TextAnswer{Text: "pressed"}, nil
}

func (h *heard) Submit(context.Context, bot.Submission) (bot.Answer, bot.FollowUp) {
	return bot.TextAnswer{Text: "submitted"}, nil
}

func (h *heard) Choose(context.Context, bot.Submission) (bot.Answer, bot.FollowUp) { return nil, nil }

func (h *heard) Suggest(context.Context, bot.Submission) []bot.Option { return nil }

func (h *heard) Answer(_ context.Context, to bot.Recipient, a bot.Answer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := blockkit.Answer(a).Text
	if to.Replace {
		text += ", in its place"
	}
	h.answers = append(h.answers, to.User+" "+to.Channel+" "+to.URL.Reveal()+" "+text)
	return nil
}

const commandPayload = `{"team_id":"T1","api_app_id":"A1","channel_id":"C1","user_id":"U1","command":"/restore",` +
	`"text":"id &amp;lt; &lt;x&gt; &quot;","trigger_id":"1.2","response_url":"https://hooks.example/c"}`

// An answer that comes at once stands alone: nobody is told to wait for it.
func TestListenCommandIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	h := &heard{later: func(context.Context) bot.Answer { return bot.TextAnswer{Text: "found"} }}
	l := NewListener(t.Context(), h, h, nil)
	ack := l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(commandPayload)})
	l.Wait()
	if ack != nil {
		t.Errorf("ack %v", ack)
	}
	if diff := cmp.Diff([]string{"U1 C1 https://hooks.example/c found"}, h.answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	c := h.commands[0]
	want := policy.Caller{App: "A1", Team: "T1", Channel: "C1", User: "U1", Delivery: "1.2"}
	if c.Caller != want || c.Text != "id &lt; <x> &quot;" || c.Delivery != "1.2" {
		t.Errorf("command %+v", c)
	}
}

// An answer that takes long takes the place of the word that it does.
func TestListenAnswerReplacesTheWordThatItTakesLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &heard{later: func(context.Context) bot.Answer {
			time.Sleep(10 * time.Second)
			return bot.TextAnswer{Text: "found"}
		}}
		l := NewListener(t.Context(), h, h, nil)
		l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(commandPayload)})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		h.mu.Lock()
		first := slices.Clone(h.answers)
		h.mu.Unlock()
		l.Wait()
		if diff := cmp.Diff([]string{"U1 C1 https://hooks.example/c Looking"}, first); diff != "" {
			t.Errorf("answers after 2 s (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"U1 C1 https://hooks.example/c found, in its place"}, h.answers[1:]); diff != "" {
			t.Errorf("later answers (-want +got):\n%s", diff)
		}
	})
}

func TestListenSurvivesAPanicAndRefusesWhenFull(t *testing.T) {
	t.Parallel()
	h := &heard{later: func(context.Context) bot.Answer { panic("no") }}
	l := NewListener(t.Context(), h, h, nil)
	env := socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(commandPayload)}
	l.Handle(t.Context(), env)
	l.Wait()
	if len(h.answers) != 1 || !strings.Contains(h.answers[0], "Internal error") {
		t.Errorf("answers %q", h.answers)
	}
	for range maxFollowUps {
		l.slots <- struct{}{}
	}
	if ack, err := json.Marshal(l.Handle(t.Context(), env)); err != nil || !strings.Contains(string(ack), textBusy) {
		t.Errorf("ack %s", ack)
	}
}

func TestListenTellsWhoPressedWhatWasNotHandled(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	h := &heard{}
	l := NewListener(ctx, h, h, nil)
	stop() // a bot that stops says so all the same
	l.Tell(socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, Payload: json.RawMessage(fuzzPress)}, "It stops.")
	l.Tell(socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, Payload: json.RawMessage(fuzzSubmit)}, "It stops.") // has no response_url
	l.Tell(socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, Payload: json.RawMessage("{")}, "It stops.")
	l.Wait()
	if diff := cmp.Diff([]string{"U2 C1 https://hooks.example/p It stops."}, h.answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestListenPressIsReadStrictly(t *testing.T) {
	t.Parallel()
	const good = `{"type":"block_actions","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U2","team_id":"T2"},"channel":{"id":"C1"},` +
		`"response_url":"https://hooks.example/p","container":{"type":"message","message_ts":"1.5","channel_id":"C1","is_ephemeral":false},` +
		`"actions":[{"type":"button","block_id":"b","action_id":"restore_confirm","value":"k3"}]}`
	for name, change := range map[string][2]string{
		"good":           {"", ""},
		"dismiss":        {"restore_confirm", "restore_dismiss"},
		"unknown action": {"restore_confirm", "other"},
		"no value":       {`"k3"`, `""`},
		"no message":     {`"message_ts":"1.5"`, `"message_ts":""`},
		"ephemeral":      {`"is_ephemeral":false`, `"is_ephemeral":true`},
		"other channel":  {`"channel":{"id":"C1"}`, `"channel":{"id":"C2"}`},
		"no action":      {`"actions":[`, `"actions":[],"x":[`},
		"two actions":    {`"actions":[`, `"actions":[{"type":"button","block_id":"b","action_id":"restore_dismiss","value":"k3"},`},
		"another type":   {"block_actions", "view_closed"},
	} {
		h := &heard{}
		l := NewListener(t.Context(), h, h, nil)
		payload := strings.Replace(good, change[0], change[1], 1)
		if ack := l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeInteractive, Payload: json.RawMessage(payload)}); ack != nil {
			t.Errorf("%s: ack %v", name, ack)
		}
		l.Wait()
		valid := name == "good" || name == "dismiss"
		if len(h.presses) == 1 != valid || len(h.answers) != 1 {
			t.Errorf("%s: presses %+v, answers %q", name, h.presses, h.answers)
		}
		if name == "good" {
			want := bot.Press{
				Caller: policy.Caller{App: "A1", Team: "T1", Home: "T2", Channel: "C1", User: "U2"},
				Action: bot.PressConfirm, Restore: "k3", MessageTS: "1.5", AnswerURL: docspace.NewSecret("https://hooks.example/p"),
			}
			got := h.presses[0]
			if got.AnswerURL.Reveal() != want.AnswerURL.Reveal() {
				t.Error("another response_url")
			}
			got.AnswerURL = want.AnswerURL
			if !reflect.DeepEqual(got, want) {
				t.Errorf("press %+v", got)
			}
		}
	}
}

func TestListenLongestAnswerFitsAnAck(t *testing.T) {
	t.Parallel()
	b := docspace.Backup{ID: strings.Repeat("a", 36), FileName: strings.Repeat("&", 500), CreatedOn: time.Unix(1, 0)}
	all := bot.Backups{Now: viewNow}
	for range 50 {
		all.Backups = append(all.Backups, b)
	}
	for _, a := range []bot.Answer{all, bot.TextAnswer{Text: strings.Repeat("\U0001F600", 9000)}, bot.Help{}} {
		m := blockkit.Answer(a)
		env := socketmode.Envelope{ID: "e", AcceptsResponsePayload: true}
		if _, err := ackPayload(env, answerAck{"ephemeral", blockkit.CutMarkup(m.Text, maxAckText), m.Blocks}); err != nil {
			t.Errorf("%T: %v", a, err)
		}
	}
}

// A portal may take as long for its history as its client waits for it, after what
// else it is asked.
func TestListenWaitsForASlowHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &heard{later: func(ctx context.Context) bot.Answer {
			select {
			case <-ctx.Done():
				return bot.TextAnswer{Text: "cut off"}
			case <-time.After(docspace.DefaultHistoryTimeout + 30*time.Second):
				return bot.TextAnswer{Text: "the list"}
			}
		}}
		l := NewListener(t.Context(), h, h, nil)
		l.Handle(t.Context(), socketmode.Envelope{ID: "e", Type: socketmode.EnvelopeSlashCommands, AcceptsResponsePayload: true, Payload: json.RawMessage(commandPayload)})
		l.Wait()
		if len(h.answers) != 2 || !strings.Contains(h.answers[1], "the list") {
			t.Errorf("answers %q", h.answers)
		}
	})
}
