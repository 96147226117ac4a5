package main

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// cardedStage is a Slack in memory with a card, and a connection that acks what
// comes and does nothing.
func cardedStage(t *testing.T) (s *stage, api *slack.Client, ts string, pressed *atomic.Int64) {
	t.Helper()
	s = &stage{slack: slacktest.New(slacktest.World{
		People: []slacktest.Person{{ID: asker, Name: "asker"}}, Channels: []slacktest.Channel{{ID: "C1", Name: "one", Members: []string{asker}}},
	})}
	t.Cleanup(s.slack.Close)
	pipe := s.slack.Pipe()
	web := pipe.Client()
	t.Cleanup(web.CloseIdleConnections)
	api = slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
		slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(web))
	_, url, err := api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := (&websocket.Dialer{NetDialContext: pipe.DialContext}).DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	pressed = new(atomic.Int64)
	go func() {
		for {
			var envelope struct {
				EnvelopeID string          `json:"envelope_id"`
				Payload    json.RawMessage `json:"payload"`
			}
			if conn.ReadJSON(&envelope) != nil {
				return
			}
			if envelope.EnvelopeID != "" {
				pressed.Add(1)
				_ = conn.WriteJSON(map[string]string{"envelope_id": envelope.EnvelopeID})
			}
		}
	}()
	button := slack.NewButtonBlockElement(confirmButton, "a", slack.NewTextBlockObject(slack.PlainTextType, "Restore", false, false))
	_, ts, err = api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("Restore p0?", false), slack.MsgOptionBlocks(slack.NewActionBlock("b", button)))
	if err != nil {
		t.Fatal(err)
	}
	return s, api, ts, pressed
}

// Somebody whose press seems to have done nothing looks again and presses again,
// until the card or its thread says something.
func TestCrowdPressesAgainUntilSomethingIsSeen(t *testing.T) {
	t.Parallel()
	for name, say := range map[string]func(api *slack.Client, ts string) error{
		"a reply": func(api *slack.Client, ts string) error {
			_, _, err := api.PostMessage("C1", slack.MsgOptionText("it runs", false), slack.MsgOptionTS(ts))
			return err
		},
		"the card without its button": func(api *slack.Client, ts string) error {
			_, _, _, err := api.UpdateMessage("C1", ts, slack.MsgOptionText("Restore of p0", false))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, api, ts, pressed := cardedStage(t)
				c := s.crowd()
				c.patience = 5 * time.Second
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				go c.watch(ctx)
				time.Sleep(3*(thinks+c.patience) - time.Second)
				if err := say(api, ts); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if got := c.counted(); pressed.Load() != 3 || got != (presses{Made: 3, Again: 2}) {
					t.Errorf("pressed %d times, %+v", pressed.Load(), got)
				}
			})
		})
	}
}

func TestCrowdWithoutPatiencePressesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _, _, pressed := cardedStage(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		c := s.crowd()
		go c.watch(ctx)
		time.Sleep(time.Minute)
		if n := pressed.Load(); n != 1 || c.counted().Made != 1 {
			t.Errorf("pressed %d times, %+v", n, c.counted())
		}
	})
}

// A press that Slack tells to be lost is made again without waiting.
func TestCrowdPressesAgainWhatWasLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _, _, pressed := cardedStage(t)
		s.slack.Cut()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		c := s.crowd()
		c.patience = time.Hour
		go c.watch(ctx)
		time.Sleep(3*thinks + thinks/2)
		if got := c.counted(); pressed.Load() != 0 || got.Made != 3 || got.Again != 2 || got.Lost != 3 {
			t.Errorf("%+v", got)
		}
	})
}
