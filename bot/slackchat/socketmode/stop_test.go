package socketmode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

func TestStopAnswersEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var calls atomic.Int64
		s := &Client{API: fake, Dialer: fake.dialer(), Handle: func(ctx context.Context, env Envelope) any {
			calls.Add(1)
			return slowEcho(ctx, env)
		}}
		stop := runClient(t, s)
		first, second := fake.next(), fake.next()
		sent := time.Now()
		for i := range maxRunning {
			_ = first.command(fmt.Sprintf("runs%d", i))
		}
		synctest.Wait()
		_ = second.command("queued")
		synctest.Wait()

		stopping := time.Now()
		ended := make(chan error, 1)
		go func() { ended <- stop() }()
		time.Sleep(500 * time.Millisecond)
		_ = second.command("late")
		if err := <-ended; err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
		if took := time.Since(stopping); took != time.Second {
			t.Errorf("stopped after %v, want as soon as the handlers were done", took)
		}
		for i := range maxRunning {
			id := fmt.Sprintf("runs%d", i)
			wantAck(t, fake, id, `{"text":"got `+id+`"}`, time.Second, sent)
		}
		wantAck(t, fake, "queued", ephemeralJSON(said.Stopping), 0, sent)
		wantAck(t, fake, "late", ephemeralJSON(said.Stopping), 500*time.Millisecond, sent)
		if calls.Load() != maxRunning {
			t.Errorf("%d calls, want %d", calls.Load(), maxRunning)
		}
		for _, c := range []*slackEnd{first, second} {
			<-c.done
			if !websocket.IsCloseError(c.closed, websocket.CloseNormalClosure) {
				t.Errorf("connection %d ended with %v, want a close frame", c.number, c.closed)
			}
		}
	})
}

func TestStopIsBoundedWhateverHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Handle: func(context.Context, Envelope) any {
			time.Sleep(time.Hour) // it heeds no ctx
			return nil
		}}
		stop := runClient(t, s)
		first, second := fake.next(), fake.next()
		sent := time.Now()
		_ = first.command("e")
		synctest.Wait()      // so that its read is under way
		close(second.paused) // and this end reads nothing, not even a close frame
		_ = second.command("swallowed")
		synctest.Wait()
		stopping := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
		if took := time.Since(stopping); took >= 4*time.Second {
			t.Errorf("stopped after %v, want under 4 s", took)
		}
		wantAck(t, fake, "e", ephemeralJSON(said.TooSlow), ackWithin, sent)
		time.Sleep(2 * time.Hour)
	})
}

func TestStopWhileNothingIsConnected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		fake.refuse = func(int) error { return errors.New("no route to host") }
		stop := runClient(t, &Client{API: fake, Dialer: fake.dialer(), Handle: echoText})
		time.Sleep(time.Hour)
		stopping := time.Now()
		if err := stop(); err != nil || time.Since(stopping) != 0 {
			t.Errorf("Run: %v after %v, want nil at once", err, time.Since(stopping))
		}
	})
}

// webAPI answers apps.connections.open in the same process.
type webAPI func(*http.Request) (status int, header http.Header, body string)

func (f webAPI) Do(r *http.Request) (*http.Response, error) {
	status, header, body := f(r)
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: header,
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

const appToken = "xapp-1-A1-very-secret"

func slackClient(f webAPI) *slack.Client {
	return slack.New("", slack.OptionAppLevelToken(appToken), slack.OptionHTTPClient(f))
}

func TestRefusedTokenEndsRun(t *testing.T) {
	t.Parallel()
	answers := map[string]int{CodeNotFound: http.StatusNotFound}
	for _, code := range fatalCodes {
		if code != CodeNotFound {
			answers[code] = http.StatusOK
		}
	}
	for code, status := range answers {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log logBuffer
				begun := time.Now()
				s := &Client{Handle: echoText, Log: log.logger(), API: slackClient(func(*http.Request) (int, http.Header, string) {
					return status, nil, fmt.Sprintf(`{"ok":false,"error":%q}`, code)
				})}
				err := s.Run(t.Context())
				fatal, ok := errors.AsType[*FatalError](err)
				if !ok || fatal.Code != code || !strings.Contains(err.Error(), code) {
					t.Errorf("Run: %v, want a FatalError of %s", err, code)
				}
				if took := time.Since(begun); took != 0 {
					t.Errorf("ended after %v, want at once", took)
				}
				if text := log.String() + err.Error(); strings.Contains(text, "very-secret") {
					t.Errorf("the token is told: %s", text)
				}
			})
		})
	}
}

func TestEverythingElseIsRetriedForEver(t *testing.T) {
	t.Parallel()
	answers := map[string]struct {
		status int
		header http.Header
		body   string
		fault  string
	}{
		"internal error":    {http.StatusOK, nil, `{"ok":false,"error":"internal_error"}`, FaultSlack},
		"link_disabled":     {http.StatusOK, nil, `{"ok":false,"error":"link_disabled"}`, disconnectDisabled},
		"no error code":     {http.StatusOK, nil, `{"ok":false}`, FaultAddress},
		"no address":        {http.StatusOK, nil, `{"ok":true}`, FaultAddress},
		"a bad address":     {http.StatusOK, nil, `{"ok":true,"url":"wss://slack.test:port/?ticket=` + ticketMark + `"}`, FaultAddress},
		"another scheme":    {http.StatusOK, nil, `{"ok":true,"url":"file:///?ticket=` + ticketMark + `"}`, FaultAddress},
		"unreachable":       {http.StatusOK, nil, `{"ok":true,"url":"wss://slack.test/?ticket=` + ticketMark + `"}`, FaultNetwork},
		"HTML":              {http.StatusOK, nil, `<html>`, FaultNetwork},
		"401":               {http.StatusUnauthorized, nil, ``, FaultHTTP},
		"503":               {http.StatusServiceUnavailable, nil, `<html>`, FaultHTTP},
		"429":               {http.StatusTooManyRequests, nil, ``, FaultRateLimited},
		"429 with a header": {http.StatusTooManyRequests, http.Header{"Retry-After": {"30"}}, ``, FaultRateLimited},
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log logBuffer
				var opens atomic.Int64
				listener := newPipeListener()
				_ = listener.Close()
				s := &Client{
					Slots: 1, Handle: echoText, Log: log.logger(),
					Dialer: &websocket.Dialer{NetDialContext: listener.DialContext},
					API: slackClient(func(*http.Request) (int, http.Header, string) {
						opens.Add(1)
						return answer.status, answer.header, answer.body
					}),
				}
				stop := runClient(t, s)
				time.Sleep(24 * time.Hour)
				if n := opens.Load(); n < 24*60 || n > 24*maxOpensWhileFailing {
					t.Errorf("%d opens in a day, want %d to %d", n, 24*60, 24*maxOpensWhileFailing)
				}
				if fault := s.State().Fault; fault != answer.fault {
					t.Errorf("fault %q, want %q", fault, answer.fault)
				}
				if err := stop(); err != nil {
					t.Errorf("Run: %v, want nil", err)
				}
				if text := log.String(); strings.Contains(text, ticketMark) || strings.Contains(text, "very-secret") {
					t.Errorf("a secret is logged: %.500s", text)
				}
			})
		})
	}
}

func TestRefusedHandshakeIsNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.URL.String(), http.StatusGone)
		})}
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		var log logBuffer
		s := &Client{
			Slots: 1, Handle: echoText, Log: log.logger(),
			Dialer: &websocket.Dialer{NetDialContext: listener.DialContext},
			API: slackClient(func(*http.Request) (int, http.Header, string) {
				return http.StatusOK, nil, `{"ok":true,"url":"ws://slack.test/?ticket=` + ticketMark + `"}`
			}),
		}
		stop := runClient(t, s)
		time.Sleep(time.Minute)
		_ = stop()
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		text := log.String()
		if strings.Contains(text, ticketMark) || !strings.Contains(text, "HTTP 410") {
			t.Errorf("log %.500s, want the status and no ticket", text)
		}
		if fault := s.State().Fault; fault != FaultHandshake {
			t.Errorf("fault %q, want %q", fault, FaultHandshake)
		}
	})
}

func TestWrongFieldsAreToldByRun(t *testing.T) {
	t.Parallel()
	api := slackClient(nil)
	for name, s := range map[string]*Client{
		"no API":    {Handle: echoText},
		"no Handle": {API: api},
		"5 slots":   {API: api, Handle: echoText, Slots: 5},
		"-1 slots":  {API: api, Handle: echoText, Slots: -1},
	} {
		if err := s.Run(t.Context()); err == nil {
			t.Errorf("%s: Run: nil, want an error", name)
		}
	}
}

func TestEnvelopeThatComesAfterTheDrainIsHarmless(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText}
		stop := runClient(t, s)
		c := fake.next()
		synctest.Wait() // so that its read is under way
		close(c.paused) // so that the close frame is not answered
		_ = c.command("swallowed")
		synctest.Wait()
		ended := make(chan error, 1)
		go func() { ended <- stop() }()
		time.Sleep(closeWithin / 2)
		_ = c.command("late")
		_ = c.command("later")
		if err := <-ended; err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
	})
}

func TestHandshakeThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := newSocketSlack(t)
		var failed []string
		begun := time.Now()
		var took time.Duration
		s := &Client{
			API: fake, Slots: 1, Handle: echoText,
			Dialer: &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) {
				dialed, _ := net.Pipe()
				return dialed, nil
			}},
			Events: Events{OpenFailed: func(fault string) { failed, took = append(failed, fault), time.Since(begun) }},
		}
		stop := runClient(t, s)
		time.Sleep(handshakeWithin)
		synctest.Wait()
		if len(failed) != 1 || took != handshakeWithin {
			t.Errorf("failures %v, the last after %v; want one after %v", failed, took, handshakeWithin)
		}
		if err := stop(); err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
	})
}

func TestErrorThatQuotesTheAddressIsRedacted(t *testing.T) {
	t.Parallel()
	fake := &socketSlack{}
	s := &Client{API: fake, Dialer: fitDialer(&websocket.Dialer{
		NetDialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("no way to ws://slack.test/link?ticket=" + ticketMark + "1 or " + ticketMark + "1")
		},
	})}
	_, err := s.dial(t.Context())
	if err == nil || strings.Contains(err.Error(), ticketMark) || !strings.Contains(err.Error(), "no way to") {
		t.Errorf("error %v, want it without the ticket", err)
	}
}

func TestDialerSendsAnAckInOneFrame(t *testing.T) {
	t.Parallel()
	for _, d := range []*websocket.Dialer{nil, {}, {WriteBufferSize: 4096}} {
		if fit := fitDialer(d); fit.WriteBufferSize < maxAckBytes+1024 || fit.HandshakeTimeout != handshakeWithin {
			t.Errorf("dialer %+v", fit)
		}
	}
	if fit := fitDialer(&websocket.Dialer{HandshakeTimeout: time.Second}); fit.HandshakeTimeout != time.Second {
		t.Errorf("handshake timeout %v, want the caller's", fit.HandshakeTimeout)
	}
}

// While the rest of the bot stops, people are told so, and for 3 s at most.
func TestStopAnswersUntilTheRestHasStopped(t *testing.T) {
	t.Parallel()
	for name, takes := range map[string]time.Duration{"soon": 2 * time.Second, "never": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := newSocketSlack(t)
				rest := make(chan struct{})
				s := &Client{API: fake, Dialer: fake.dialer(), Slots: 1, Handle: echoText, Until: rest}
				stop := runClient(t, s)
				c := fake.next()
				synctest.Wait()
				stopping := time.Now()
				time.AfterFunc(takes, func() { close(rest) })
				ended := make(chan error, 1)
				go func() { ended <- stop() }()
				for i := range 4 {
					time.Sleep(450 * time.Millisecond)
					_ = c.command(fmt.Sprintf("late%d", i))
				}
				if err := <-ended; err != nil {
					t.Errorf("Run: %v, want nil", err)
				}
				if took := time.Since(stopping); took != min(takes, drainWithin) {
					t.Errorf("stopped after %v, want %v", took, min(takes, drainWithin))
				}
				for i := range 4 {
					wantAck(t, fake, fmt.Sprintf("late%d", i), ephemeralJSON(said.Stopping), time.Duration(i+1)*450*time.Millisecond, stopping)
				}
				time.Sleep(2 * time.Hour)
			})
		})
	}
}
