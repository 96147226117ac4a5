package slackchat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// asked answers commands whose text is "prompt", and panics at "panic".
func asked(env Envelope) (json.RawMessage, bool) {
	cmd, err := env.SlashCommand()
	switch {
	case err != nil:
		return nil, false
	case cmd.Text == "panic":
		panic("prompt")
	case cmd.Text == "huge":
		return json.RawMessage(`"` + strings.Repeat("x", maxAckBytes) + `"`), true
	}
	return json.RawMessage(`{"text":"at once"}`), cmd.Text == "prompt"
}

func sendCommand(c *slackEnd, id, text string) error {
	return c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil,
		`{"type":"slash_commands","envelope_id":%q,"accepts_response_payload":true,"payload":{"user_id":"U1","text":%q}}`, id, text))
}

func TestPromptAnswersInHandlesPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var handled atomic.Int64
		s := &Sockets{
			N: 1, API: fake, Dialer: fake.dialer(), Prompt: asked,
			Handle: func(ctx context.Context, env Envelope) any {
				handled.Add(1)
				return echoText(ctx, env)
			},
		}
		runSockets(t, s)
		c := fake.next()
		for n, text := range []string{"prompt", "other", "panic", "huge", "prompt"} {
			if err := sendCommand(c, fmt.Sprintf("e%d", n), text); err != nil {
				t.Fatal(err)
			}
		}
		_ = sendCommand(c, "e0", "prompt") // delivered again
		synctest.Wait()
		for n, want := range []string{`{"text":"at once"}`, `{"text":"got e1"}`, `{"text":"got e2"}`, `{"text":"got e3"}`, `{"text":"at once"}`} {
			id := fmt.Sprintf("e%d", n)
			acks := fake.acksOf(id)
			for _, ack := range acks {
				if string(ack.Payload) != want {
					t.Errorf("%s was acked with %s, want %s", id, ack.Payload, want)
				}
			}
			if times := map[bool]int{true: 2, false: 1}[n == 0]; len(acks) != times {
				t.Errorf("%s was acked %d times, want %d", id, len(acks), times)
			}
		}
		if handled.Load() != 3 {
			t.Errorf("Handle was called %d times, want 3", handled.Load())
		}
	})
}

// Prompt sees a payload in the reader's own buffer; what it leaves to Handle
// must stay as it was while more is read.
func TestPayloadOutlivesItsFrame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Sockets{
			N: 1, API: fake, Dialer: fake.dialer(),
			Prompt: func(Envelope) (json.RawMessage, bool) { return nil, false },
			Handle: func(_ context.Context, env Envelope) any {
				time.Sleep(time.Second) // while others come
				env.command = nil
				cmd, err := env.SlashCommand()
				return []any{cmd.Text, err == nil}
			},
		}
		runSockets(t, s)
		c := fake.next()
		for n := range 20 {
			_ = sendCommand(c, fmt.Sprintf("e%d", n), strings.Repeat(string(rune('a'+n)), 100+n))
		}
		time.Sleep(2 * time.Second)
		for n := range 20 {
			want := fmt.Sprintf(`[%q,true]`, strings.Repeat(string(rune('a'+n)), 100+n))
			if acks := fake.acksOf(fmt.Sprintf("e%d", n)); len(acks) != 1 || string(acks[0].Payload) != want {
				t.Errorf("e%d was acked %d times, or not with %s", n, len(acks), want)
			}
		}
	})
}

// A prompt answer goes to another connection when its own does not take it.
func TestPromptAnswerMovesWhenItsConnectionIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Sockets{API: fake, Dialer: fake.dialer(), Stagger: -1, Prompt: asked, Handle: echoText}
		runSockets(t, s)
		first, second := fake.next(), fake.next()
		synctest.Wait()
		close(first.paused) // it reads no acks any more
		_ = sendCommand(first, "swallowed", "prompt")
		synctest.Wait()
		sent := time.Now()
		_ = sendCommand(first, "e", "prompt")
		time.Sleep(time.Second)
		first.cut()
		synctest.Wait()
		wantAck(t, fake, "e", `{"text":"at once"}`, time.Second, sent)
		if acks := fake.acksOf("e"); !slices.ContainsFunc(acks, func(a seenAck) bool { return a.Conn == second.number }) {
			t.Errorf("acked on %v, want the other connection %d", acks, second.number)
		}
	})
}

func TestPromptIsNotAskedWhileStopping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		until := make(chan struct{})
		s := &Sockets{N: 1, API: fake, Dialer: fake.dialer(), Until: until, Prompt: asked, Handle: echoText}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		c := fake.next()
		synctest.Wait()
		cancel()
		synctest.Wait()
		_ = sendCommand(c, "e", "prompt")
		synctest.Wait()
		close(until)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if acks := fake.acksOf("e"); len(acks) != 1 || !strings.Contains(string(acks[0].Payload), textStopping) {
			t.Errorf("acked with %v, want that the bot is stopping", acks)
		}
	})
}
