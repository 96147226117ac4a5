package slackchat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/bot/slacktest"
)

// ackLimit is the size from which Slack drops an ack.
const ackLimit = 20_480

// ackPayload is the payload of an ack, as it is sent.
func ackPayload(env socketmode.Envelope, payload any) ([]byte, error) {
	if !env.AcceptsResponsePayload || payload == nil {
		return nil, nil
	}
	made, err := json.Marshal(payload)
	if err == nil && len(made)+len(env.ID)+100 >= ackLimit {
		err = errors.New("it is too long for Slack")
	}
	return made, err
}

// webAPI answers calls of the Web API in the same process.
type webAPI func(*http.Request) (status int, header http.Header, body string)

func (f webAPI) Do(r *http.Request) (*http.Response, error) {
	status, header, body := f(r)
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: header,
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

func slackClient(f webAPI) *slack.Client {
	return slack.New("", slack.OptionAppLevelToken("xapp-1-A1-very-secret"), slack.OptionHTTPClient(f))
}

// listeningTo is a Slack in memory whose envelopes handle answers; api is a client of it.
func listeningTo(t *testing.T, handler func(api *slack.Client, web *http.Client) func(context.Context, socketmode.Envelope) any) *slacktest.Slack {
	t.Helper()
	fake := slacktest.New(slacktest.World{
		People:   []slacktest.Person{{ID: "U1", Name: "ann"}},
		Channels: []slacktest.Channel{{ID: "C1", Name: "incident", Members: []string{"U1"}}},
	})
	t.Cleanup(fake.Close)
	pipe := fake.Pipe()
	web := pipe.Client()
	t.Cleanup(web.CloseIdleConnections)
	api := slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
		slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(web))
	s := &socketmode.Client{
		API: api, Dialer: &websocket.Dialer{NetDialContext: pipe.DialContext},
		Handle: handler(api, web),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	for s.State().Live < 2 {
		time.Sleep(time.Second)
		synctest.Wait()
	}
	return fake
}
