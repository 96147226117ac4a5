package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// A card is seen before the bot knows its ts: a press in that moment says which
// card it is, and counts.
func TestBinaryTakesAPressOnACardThatIsNotRecordedYet(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		heal := s.Slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Hang: true, Applied: true})
		s.Alice.Types("/restore " + s.Newest())
		s.SeeCard()
		s.Bob.Presses("Restore")
		heal()
		s.WantFinalCard("restored")
		s.WantStarts(1)
		s.WantNoButtons()
		if told := s.Slack.Ephemerals(stage.Bob); len(told) > 0 {
			t.Errorf("the press was answered with:\n%s", s.Text(told[0]))
		}
	})
}

// A bot whose post got no answer posts another card. A press on the first counts
// all the same, and takes its buttons.
func TestBinaryTakesAPressOnAnOrphanCardOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Slack.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
		s.Alice.Types("/restore " + s.Newest())
		orphan := s.SeeCard()
		s.NextCard()
		s.WantCard()
		s.Bob.PressesOn(orphan, "Restore")
		s.WantFinalCard("restored")
		s.Until("the orphan card says what it is", func() bool {
			now, _ := s.Slack.Message(orphan.Channel, orphan.TS)
			return len(now.Buttons()) == 0 && strings.Contains(s.Text(now), "not the card")
		})
		s.Bob.PressesStale(orphan, "Restore")
		s.Bob.WantTold("not on the card of its restore")
		s.WantStarts(1)
		s.WantNoButtons()
	})
}

// All processes are killed between the post of a card and its record. A press on
// that card counts, whether another one has come meanwhile or not: six of six.
func TestBinaryTakesAPressOnACardWhoseRecordWasLost(t *testing.T) {
	t.Parallel()
	for name, replicas := range map[string]int{"sqlite": 1, "postgres": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := new(killer)
			s := setSceneBehind(t, k.wrap)
			k.kill = s.KillBot
			if name == "postgres" {
				onPostgres(t, s)
			}
			for round := range 3 {
				for range replicas {
					s.Starts()
				}
				k.arm()
				killedAtTheCard(t, s, replicas, round == 2)
			}
		})
	}
}

// killedAtTheCard plays one request whose processes die as soon as its card is
// posted. All but the last are dry runs, after which the portal's key lives on.
func killedAtTheCard(t *testing.T, s *stage.Scene, replicas int, last bool) {
	t.Helper()
	text, words := "/restore "+s.Newest()+" --dry-run", "the dry run is over"
	if last {
		text, words = "/restore "+s.Newest(), "restored"
	}
	s.NextCard()
	before := len(s.Slack.Channel(stage.Channel).Messages())
	_ = s.Slack.Command(stage.Alice, stage.Channel, text) // the death may come before the ack
	s.SeeCard()
	s.Kills()
	for range replicas {
		s.Starts()
	}
	s.Bob.Presses("Restore")
	s.Until("the press has come to something", func() bool {
		return slices.ContainsFunc(s.Slack.Channel(stage.Channel).Messages()[before:], func(m slacktest.Message) bool {
			return !m.Reply() && strings.Contains(strings.ToLower(s.Text(m)), words)
		})
	})
	s.Until("no message can be pressed", func() bool {
		return !slices.ContainsFunc(s.Slack.Channel(stage.Channel).Messages(), func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	})
	if n := s.Portal.Starts(); n > 1 || n == 1 != last {
		t.Errorf("%d starts", n)
	}
	s.Kills()
}

// killer kills all bots of a stage once a card was posted.
type killer struct {
	kill func()

	mu    sync.Mutex
	armed bool
}

func (k *killer) arm() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed = true
}

// springs reports whether it is this card that is the last of the bots.
func (k *killer) springs(posted bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	springs := k.armed && posted
	k.armed = k.armed && !springs
	return springs
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
		if k.springs(bytes.Contains(answer.Body.Bytes(), []byte(`"ok":true`)) && bytes.Contains(body, []byte("restore_confirm"))) {
			k.kill()
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}
