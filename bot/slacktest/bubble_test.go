package slacktest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// bubble runs a test in fake time, on a listener without a port.
func bubble(t *testing.T, change func(*slacktest.World), test func(inBubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := world()
		if change != nil {
			change(&w)
		}
		s := slacktest.New(w)
		defer s.Close()
		l := s.Pipe()
		client := l.Client()
		defer client.CloseIdleConnections()
		test(inBubble{
			bundle{s, "http://slack.test/api/", slack.New(slacktest.DefaultBotToken, slack.OptionAPIURL("http://slack.test/api/"),
				slack.OptionAppLevelToken(slacktest.DefaultAppToken), slack.OptionHTTPClient(client))}, l, t,
		})
	})
}

type inBubble struct {
	bundle
	l *slacktest.Listener
	t *testing.T
}

// dial opens a connection and reads its hello.
func (b inBubble) dial(t *testing.T) (socket, frame) {
	t.Helper()
	_, url, err := b.api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dialer := websocket.Dialer{NetDialContext: b.l.DialContext}
	c, _, err := dialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	s := socket{c, t}
	return s, s.next()
}

// frames reads a connection in the background: a pipe has no buffer.
func (s socket) frames() <-chan frame {
	out := make(chan frame, 100)
	go func() {
		defer close(out)
		for {
			var f frame
			if s.ReadJSON(&f) != nil {
				return
			}
			out <- f
		}
	}()
	return out
}

// pass lets fake time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
