package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// A card is seen before the bot knows its ts: a press in that moment says which
// card it is, and counts.
func TestBinaryTakesAPressOnACardThatIsNotRecordedYet(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	heal := s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Hang: true, Applied: true})
	card := s.seen(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	heal()
	s.shows(ctx, card, "restored")
	if n := s.portal.Starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
	s.noButtons()
	if told := s.slack.Ephemerals("UBOB"); len(told) > 0 {
		t.Errorf("the press was answered with:\n%s", s.slack.RenderUnfolded(told[0], time.UTC))
	}
}

// A bot whose post got no answer posts another card. A press on the first counts
// all the same, and takes its buttons.
func TestBinaryTakesAPressOnAnOrphanCardOnce(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
	orphan := s.seen(ctx)
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.TS != orphan.TS && len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no second card")
	}
	s.writtenDown(ctx, card)
	s.press(ctx, "UBOB", orphan, "restore_confirm")
	s.shows(ctx, card, "restored")
	s.shows(ctx, orphan, "not the card")
	if d, err := s.slack.PressStale("UBOB", orphan, "restore_confirm"); err != nil {
		t.Fatal(err)
	} else if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.told(ctx, "UBOB", "not on the card of its restore")
	if n := s.portal.Starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
	s.noButtons()
}

// All processes are killed between the post of a card and its record. A press on
// that card counts, whether another one has come meanwhile or not: six of six.
func TestBinaryTakesAPressOnACardWhoseRecordWasLost(t *testing.T) {
	t.Parallel()
	for name, replicas := range map[string]int{"sqlite": 1, "postgres": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			k := &killer{}
			s := setStageBehind(t, k.wrap)
			if name == "postgres" {
				s.onPostgres()
			}
			for round := range 3 {
				k.up(ctx, s, replicas)
				k.arm()
				s.killedAtTheCard(ctx, k, replicas, round == 2)
			}
		})
	}
}

// killedAtTheCard plays one request whose processes die as soon as its card is
// posted. All but the last are dry runs, after which the portal's key lives on.
func (s *oldStage) killedAtTheCard(ctx context.Context, k *killer, replicas int, last bool) {
	s.t.Helper()
	text, words := "/restore "+s.newest()+" --dry-run", "dry run: nothing was started"
	if last {
		text, words = "/restore "+s.newest(), "restored"
	}
	before := len(s.slack.Channel("COPS").Messages())
	ours := func(m slacktest.Message) bool {
		return (m.ThreadTS == "" || m.ThreadTS == m.TS) && !slices.ContainsFunc(s.slack.Channel("COPS").Messages()[:before], func(old slacktest.Message) bool { return old.TS == m.TS })
	}
	_ = s.slack.Command("UALICE", "COPS", text) // the death may come before the ack
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		s.t.Fatal("no card with buttons")
	}
	k.gone(ctx, s)
	k.up(ctx, s, replicas)
	s.press(ctx, "UBOB", card, "restore_confirm")
	if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
		return ours(m) && strings.Contains(strings.ToLower(s.slack.RenderUnfolded(m, time.UTC)), words)
	}); err != nil {
		for _, m := range s.slack.Channel("COPS").Messages()[before:] {
			s.t.Log(s.slack.RenderUnfolded(m, time.UTC))
		}
		for _, m := range s.slack.Ephemerals("UBOB") {
			s.t.Log(s.slack.RenderUnfolded(m, time.UTC))
		}
		s.t.Fatal("the press came to nothing")
	}
	if err := s.slack.WaitFor(ctx, func(*slacktest.Slack) bool { return s.buttons() == 0 }); err != nil {
		s.noButtons()
	}
	if n := s.portal.Starts(); n > 1 || n == 1 != last {
		s.t.Errorf("%d starts", n)
	}
	k.kill()
	k.gone(ctx, s)
}

// killer kills all processes of a stage once a card was posted.
type killer struct {
	mu    sync.Mutex
	bots  []*exec.Cmd
	armed bool
}

func (k *killer) arm() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed = true
}

// up starts processes and waits until each is connected.
func (k *killer) up(ctx context.Context, s *oldStage, n int) {
	s.t.Helper()
	k.mu.Lock()
	running := len(k.bots)
	k.mu.Unlock()
	for range n - running {
		cmd := s.start(ctx)
		k.mu.Lock()
		k.bots = append(k.bots, cmd)
		k.mu.Unlock()
	}
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) >= n }); err != nil {
		s.t.Fatal("the bots did not connect")
	}
}

func (k *killer) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, cmd := range k.bots {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	k.bots = nil
}

func (*killer) gone(ctx context.Context, s *oldStage) {
	s.t.Helper()
	if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		s.t.Fatal("the bots were not killed")
	}
}

// wrap lets Slack post a card, and its answer come to nobody.
func (k *killer) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) != "chat.postMessage" {
			h.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		posted := bytes.Contains(answer.Body.Bytes(), []byte(`"ok":true`)) && bytes.Contains(body, []byte("restore_confirm"))
		k.mu.Lock()
		springs := k.armed && posted
		k.armed = k.armed && !springs
		k.mu.Unlock()
		if springs {
			k.kill()
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func (s *oldStage) buttons() (n int) {
	for _, m := range s.slack.Channel("COPS").Messages() {
		n += len(m.Buttons())
	}
	return n
}

// noButtons checks that no message of the channel can be pressed.
func (s *oldStage) noButtons() {
	s.t.Helper()
	for _, m := range s.slack.Channel("COPS").Messages() {
		if len(m.Buttons()) > 0 {
			s.t.Errorf("a live button is left on:\n%s", s.slack.RenderUnfolded(m, time.UTC))
		}
	}
}

// seen asks for a restore and waits until people see a card.
func (s *oldStage) seen(ctx context.Context) slacktest.Message {
	s.t.Helper()
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()).Wait(ctx); err != nil {
		s.t.Fatalf("the command was not acked: %v", err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		s.t.Fatal("no card with buttons")
	}
	return card
}
