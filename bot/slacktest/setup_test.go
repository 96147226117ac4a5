package slacktest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"go.uber.org/goleak"

	"docspace-restorebot/bot/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is the workspace of most tests.
func world() slacktest.World {
	return slacktest.World{
		People: []slacktest.Person{
			{ID: "U1", Name: "ann", RealName: "Ann Lee", TZ: "Europe/Riga"},
			{ID: "U2", Name: "bob"},
			{ID: "U3", Name: "guest", IsRestricted: true},
			{ID: "U9", Name: "eve", TeamID: "T9", IsStranger: true},
		},
		Groups: []slacktest.Group{{ID: "S1", Handle: "oncall", Members: []string{"U1", "U2"}}},
		Channels: []slacktest.Channel{
			{ID: "C1", Name: "incidents"},
			{ID: "C2", Name: "elsewhere", NoBot: true},
			{ID: "C3", Name: "secret", Private: true, NoBot: true},
			{ID: "C4", Name: "old", Archived: true},
			{ID: "C5", Name: "ops", Private: true, Members: []string{"U1"}},
			{ID: "C6", Name: "shared", ExtShared: true},
			{ID: "D1", Members: []string{"U1", "U2"}, NoBot: true},
		},
	}
}

// bundle is a workspace on a real port, and two ways to talk to it.
type bundle struct {
	*slacktest.Slack
	url string // of the Web API
	api *slack.Client
}

func setup(tb testing.TB, change ...func(*slacktest.World)) bundle {
	tb.Helper()
	w := world()
	for _, f := range change {
		f(&w)
	}
	s := slacktest.New(w)
	srv := httptest.NewServer(s)
	client := &http.Client{Transport: &http.Transport{}}
	tb.Cleanup(func() {
		s.Close()
		client.CloseIdleConnections()
		srv.Close()
	})
	url := srv.URL + "/api/"
	return bundle{s, url, slack.New(slacktest.DefaultBotToken, slack.OptionAPIURL(url),
		slack.OptionAppLevelToken(slacktest.DefaultAppToken), slack.OptionHTTPClient(client))}
}

// socket is a Socket Mode client that does nothing by itself.
type socket struct {
	*websocket.Conn
	t testing.TB
}

// dial opens a connection and reads its hello.
func (b bundle) dial(tb testing.TB) (socket, frame) {
	tb.Helper()
	_, url, err := b.api.StartSocketModeContext(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	c, resp, err := websocket.DefaultDialer.DialContext(tb.Context(), url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	_ = resp.Body.Close()
	tb.Cleanup(func() { _ = c.Close() })
	s := socket{c, tb}
	return s, s.next()
}

// frame is what comes down a connection.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	Accepts        bool            `json:"accepts_response_payload"`
	RetryAttempt   int             `json:"retry_attempt"`
	RetryReason    string          `json:"retry_reason"`
	NumConnections int             `json:"num_connections"`
	Reason         string          `json:"reason"`
	DebugInfo      struct {
		Life int `json:"approximate_connection_time"`
	} `json:"debug_info"`
	ConnectionInfo struct {
		AppID string `json:"app_id"`
	} `json:"connection_info"`
}

func (s socket) next() frame {
	s.t.Helper()
	var f frame
	if err := s.ReadJSON(&f); err != nil {
		s.t.Fatal(err)
	}
	return f
}

// closed reads until the connection ends and returns the error.
func (s socket) closed() error {
	for {
		if _, _, err := s.ReadMessage(); err != nil {
			return err
		}
	}
}

func (s socket) ack(id string, payload any) {
	s.t.Helper()
	if err := s.WriteJSON(map[string]any{"envelope_id": id, "payload": payload}); err != nil {
		s.t.Fatal(err)
	}
}

// ackAll acks whatever comes, until the connection ends.
func (s socket) ackAll() {
	for {
		var f frame
		if s.ReadJSON(&f) != nil {
			return
		}
		if f.EnvelopeID != "" && s.WriteJSON(map[string]any{"envelope_id": f.EnvelopeID}) != nil {
			return
		}
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
