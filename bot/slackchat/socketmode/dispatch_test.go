package socketmode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// said are the texts of the tests' clients.
var said = Texts{
	Title: "Sorry", Stopping: "The app is stopping.", Busy: "The app is busy.", TooSlow: "It took too long.",
	Internal: "Internal error: ", TooLong: "The answer is too long.",
}

// logBuffer is a log that a test may read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *logBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func ephemeralJSON(text string) string {
	return fmt.Sprintf(`{"response_type":"ephemeral","text":%q}`, text)
}

// wantAck checks the only ack of an envelope.
func wantAck(t *testing.T, fake *socketSlack, id, payload string, after time.Duration, since time.Time) {
	t.Helper()
	acks := fake.acksOf(id)
	if len(acks) != 1 {
		t.Fatalf("%d acks of %s, want 1", len(acks), id)
	}
	if got := string(acks[0].Payload); got != payload {
		t.Errorf("ack of %s is\n%.300s, want\n%.300s", id, got, payload)
	}
	if took := acks[0].At.Sub(since); took != after {
		t.Errorf("ack of %s after %v, want %v", id, took, after)
	}
}

func TestStalledHandlerIsAckedInItsPlaceAndStopsNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var log logBuffer
		var ended error
		var endedAfter time.Duration
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Log: log.logger(), Handle: func(ctx context.Context, env Envelope) any {
			if env.ID != "stalls" {
				return echoText(ctx, env)
			}
			<-ctx.Done()
			ended, endedAfter = context.Cause(ctx), time.Since(env.ReceivedAt)
			time.Sleep(time.Minute) // and it does not even listen
			return "too late"
		}}
		runClient(t, s)
		c := fake.next()
		sent := time.Now()
		_ = c.command("stalls")
		_ = c.command("quick")
		time.Sleep(90 * time.Second)
		synctest.Wait()

		wantAck(t, fake, "quick", `{"text":"got quick"}`, 0, sent)
		wantAck(t, fake, "stalls", ephemeralJSON(said.TooSlow), ackWithin, sent)
		if !errors.Is(ended, errHandleSlow) || endedAfter != handleWithin {
			t.Errorf("the handler's ctx ended after %v with %v", endedAfter, ended)
		}
		if !strings.Contains(log.String(), "result came after its ack") {
			t.Errorf("the late result is not logged:\n%s", log.String())
		}
	})
}

func TestPanicIsAckedWithoutItsText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var log logBuffer
		panicked := 0
		s := &Client{
			API: fake, Dialer: fake.dialer(), Slots: 1, Log: log.logger(),
			Events: Events{Panicked: func() { panicked++ }},
			Handle: func(ctx context.Context, env Envelope) any {
				if env.ID == "p" {
					panic("out of cheese")
				}
				return echoText(ctx, env)
			},
		}
		runClient(t, s)
		c := fake.next()
		sent := time.Now()
		_ = c.command("p")
		_ = c.command("q")
		synctest.Wait()
		wantAck(t, fake, "p", ephemeralJSON(said.Internal+"p"), 0, sent)
		wantAck(t, fake, "q", `{"text":"got q"}`, 0, sent)
		if got := log.String(); !strings.Contains(got, "out of cheese") || !strings.Contains(got, "dispatch_test.go") {
			t.Errorf("the log lacks the panic or its stack:\n%s", got)
		}
		if panicked != 1 {
			t.Errorf("%d panics counted, want 1", panicked)
		}
	})
}

func TestFullQueueIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var running, most, calls atomic.Int64
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: func(ctx context.Context, _ Envelope) any {
			calls.Add(1)
			for now := running.Add(1); ; {
				was := most.Load()
				if now <= was || most.CompareAndSwap(was, now) {
					break
				}
			}
			defer running.Add(-1)
			<-ctx.Done()
			return nil
		}}
		runClient(t, s)
		c := fake.next()
		sent := time.Now()
		const extra = 10
		for i := range maxRunning + maxQueued + extra {
			if i == maxRunning {
				synctest.Wait() // the workers have theirs
			}
			_ = c.command(fmt.Sprintf("e%d", i))
		}
		synctest.Wait()
		busy := ephemeralJSON(said.Busy)
		for i := range extra {
			wantAck(t, fake, fmt.Sprintf("e%d", maxRunning+maxQueued+i), busy, 0, sent)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		// Those that ran answered at their deadline; those that waited too long to
		// be worth running were told so then.
		for i := range maxRunning {
			wantAck(t, fake, fmt.Sprintf("e%d", i), "", handleWithin, sent)
		}
		for i := range maxQueued {
			wantAck(t, fake, fmt.Sprintf("e%d", maxRunning+i), busy, maxQueueWait, sent)
		}
		if most.Load() != maxRunning || calls.Load() != maxRunning {
			t.Errorf("%d calls, %d at once, want %d of both", calls.Load(), most.Load(), maxRunning)
		}
	})
}

func TestWorkersThatNeverReturnStillLeaveAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: func(context.Context, Envelope) any {
			time.Sleep(time.Hour)
			return nil
		}}
		runClient(t, s)
		c := fake.next()
		for i := range maxRunning {
			_ = c.command(fmt.Sprintf("e%d", i))
		}
		time.Sleep(time.Minute)
		sent := time.Now()
		_ = c.command("next")
		time.Sleep(3 * time.Second)
		wantAck(t, fake, "next", ephemeralJSON(said.Busy), maxQueueWait, sent)
		time.Sleep(2 * time.Hour)
	})
}

func TestRedeliveryGetsTheSameAckAndNoSecondCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var calls atomic.Int64
		redelivered := 0
		s := &Client{
			API: fake, Dialer: fake.dialer(),
			Events: Events{Redelivered: func(string) { redelivered++ }},
			Handle: func(context.Context, Envelope) any {
				n := calls.Add(1)
				time.Sleep(time.Second)
				return map[string]int64{"n": n}
			},
		}
		runClient(t, s)
		first, second := fake.next(), fake.next()
		_ = first.command("twice")
		time.Sleep(100 * time.Millisecond)
		_ = second.command("twice") // while the first is handled
		time.Sleep(time.Minute)
		_ = second.command("twice") // and long after
		synctest.Wait()

		var got []string
		for _, ack := range fake.acksOf("twice") {
			got = append(got, fmt.Sprintf("%d %s", ack.Conn-first.number, ack.Payload))
		}
		slices.Sort(got) // the first two are written at the same time
		want := []string{`0 {"n":1}`, `1 {"n":1}`, `1 {"n":1}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("connection and ack (-want +got):\n%s", diff)
		}
		if calls.Load() != 1 || redelivered != 2 {
			t.Errorf("%d calls and %d redeliveries, want 1 and 2", calls.Load(), redelivered)
		}
	})
}

// Slack may deliver what a person did in another envelope: the same trigger_id is the
// same act, and each envelope is acked by its own id.
func TestActInAnotherEnvelopeGetsTheSameAck(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{EnvelopeSlashCommands, EnvelopeInteractive} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				var calls atomic.Int64
				runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: func(context.Context, Envelope) any {
					time.Sleep(time.Second)
					return calls.Add(1)
				}})
				c := fake.next()
				deliver := func(id, trigger string) {
					_ = c.write(fmt.Sprintf(`{"type":%q,"envelope_id":%q,"accepts_response_payload":true,"payload":{"trigger_id":%q}}`, kind, id, trigger))
				}
				deliver("first", "1.2.a")
				deliver("meanwhile", "1.2.a")
				time.Sleep(time.Minute)
				deliver("later", "1.2.a")
				deliver("other", "1.3.b")
				deliver("none", "")
				deliver("none too", "")
				time.Sleep(time.Minute)
				got := map[string]string{}
				for _, id := range []string{"first", "meanwhile", "later", "other", "none", "none too"} {
					for _, ack := range fake.acksOf(id) {
						got[id] += string(ack.Payload)
					}
				}
				if got["first"] != "1" || got["meanwhile"] != "1" || got["later"] != "1" || got["other"] == "1" || calls.Load() != 4 {
					t.Errorf("%d calls, acks %v; want 4, the first three the same", calls.Load(), got)
				}
			})
		})
	}
}

func TestAnswerThatSlackWouldNotTake(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", maxAckBytes-1-len(`{"envelope_id":"id","payload":""}`))
	tests := []struct {
		name   string
		answer any
		want   string
	}{
		{"too long", strings.Repeat("x", maxAckBytes), ephemeralJSON(said.TooLong)},
		{"no JSON", func() {}, ephemeralJSON(said.Internal + "id")},
		{"longest", longest, `"` + longest + `"`},
		{"longest and one", longest + "x", ephemeralJSON(said.TooLong)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: func(context.Context, Envelope) any { return test.answer }}
				runClient(t, s)
				c := fake.next()
				sent := time.Now()
				_ = c.command("id")
				synctest.Wait()
				wantAck(t, fake, "id", test.want, 0, sent)
			})
		})
	}
}

func TestUnknownAndUnreadableAreAckedAndNeverLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var log logBuffer
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Log: log.logger(), Handle: func(ctx context.Context, env Envelope) any {
			_, command := env.SlashCommand()
			_, interaction := env.Interaction()
			if command == nil || interaction == nil || env.Type == "tea_time" {
				t.Errorf("%s was handled", env.ID)
			}
			log.logger().WarnContext(ctx, "it cannot be read", "command", command, "interaction", interaction, "envelope_id", env.ID)
			return TextAck(env, "", "Not readable")
		}}
		runClient(t, s)
		c := fake.next()
		sent := time.Now()
		for _, frame := range []string{
			`{"envelope_id":"a","type":"tea_time","payload":{"secret":1},"accepts_response_payload":true}`,
			`{"envelope_id":"b","type":"slash_commands","payload":"secret","accepts_response_payload":true}`,
			`{"envelope_id":"c","type":"slash_commands","payload":{"is_enterprise_install":"secret"},"accepts_response_payload":true}`,
			`{"envelope_id":"d","type":"interactive","payload":{"actions":"secret"}}`,
			`{"envelope_id":"e","type":"interactive"}`,
			`{"type":"tea_time","secret":1}`,
			`secret`,
			`[]`,
			``,
		} {
			if err := c.write(frame); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		wantAck(t, fake, "a", "", 0, sent)
		wantAck(t, fake, "b", ephemeralJSON("Not readable"), 0, sent)
		wantAck(t, fake, "c", ephemeralJSON("Not readable"), 0, sent)
		wantAck(t, fake, "d", "", 0, sent)
		wantAck(t, fake, "e", "", 0, sent)
		if got := log.String(); strings.Contains(got, "secret") || !strings.Contains(got, "envelope_id=c") {
			t.Errorf("the log shows a payload, or no id:\n%s", got)
		}
	})
}

func TestTextGoesWhereItIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		told := map[string]string{}
		s := &Client{
			API: fake, Dialer: fake.dialer(), Slots: 1,
			Handle: func(context.Context, Envelope) any { panic("no") },
			Tell: func(env Envelope, text string) {
				if _, err := env.Interaction(); err != nil {
					t.Errorf("what is told of %s cannot be decoded: %v", env.ID, err)
				}
				told[env.ID] = text
			},
		}
		runClient(t, s)
		c := fake.next()
		sent := time.Now()
		c.interaction("button", "block_actions", false)
		synctest.Wait()
		c.interaction("modal", "view_submission", true)
		synctest.Wait()
		wantAck(t, fake, "button", "", 0, sent)
		wantAck(t, fake, "modal", `{"response_action":"update","view":{"type":"modal",`+
			`"title":{"type":"plain_text","text":"Sorry","emoji":false},`+
			`"blocks":[{"type":"section","text":{"type":"plain_text","text":"`+said.Internal+`modal","emoji":false}}],`+
			`"close":{"type":"plain_text","text":"Close","emoji":false}}}`, 0, sent)
		if diff := cmp.Diff(map[string]string{"button": said.Internal + "button"}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestPayloadIsLeftOutWhereSlackTakesNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		runClient(t, &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText})
		c := fake.next()
		sent := time.Now()
		c.interaction("button", "block_actions", false)
		synctest.Wait()
		wantAck(t, fake, "button", "", 0, sent)
	})
}

// A payload stays as it was while more is read.
func TestPayloadOutlivesItsFrame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{
			Slots: 1, API: fake, Dialer: fake.dialer(),
			Handle: func(_ context.Context, env Envelope) any {
				time.Sleep(time.Second) // while others come
				cmd, err := env.SlashCommand()
				return []any{cmd.Text, err == nil}
			},
		}
		runClient(t, s)
		c := fake.next()
		for n := range 20 {
			_ = c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil,
				`{"type":"slash_commands","envelope_id":"e%d","accepts_response_payload":true,"payload":{"user_id":"U1","text":%q}}`, n, strings.Repeat(string(rune('a'+n)), 100+n)))
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
