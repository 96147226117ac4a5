package slacktest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"docspace-restorebot/bot/slacktest"
)

// slack-go's own Socket Mode client, with its watchdog on PINGs, for 90 minutes: commands,
// a recycle, a reset and a connection that goes silent.
func TestSocketModeClientOfTheSDK(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(b inBubble) {
		t := b.t
		ctx, cancel := context.WithCancel(t.Context())
		client := socketmode.New(b.api, socketmode.OptionDialer(&websocket.Dialer{NetDialContext: b.l.DialContext}))
		ended := make(chan error, 1)
		go func() { ended <- client.RunContext(ctx) }()
		go func() {
			for {
				select {
				case e := <-client.Events:
					if e.Type == socketmode.EventTypeSlashCommand {
						if err := client.AckCtx(ctx, e.Request.EnvelopeID, map[string]any{"text": "ok"}); err != nil {
							t.Error(err)
						}
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		command := func(when string) {
			t.Helper()
			synctest.Wait()
			if _, err := b.Command("U1", "C1", "/restore").Wait(t.Context()); err != nil {
				t.Errorf("%s: %v", when, err)
			}
		}
		command("fresh")
		pass(90 * time.Minute)
		if st := b.Stats(); st.ConnectionsOpened != 1 {
			t.Errorf("the watchdog bit: %+v", st)
		}
		command("after 90 minutes")
		b.Recycle(slacktest.Warning, slacktest.Grace)
		pass(time.Second)
		command("after a warning")
		b.Cut()
		pass(time.Second)
		command("after a reset")
		b.HalfOpen(0)
		pass(2 * time.Minute)
		command("after a silence")
		if got := len(b.Ephemerals("U1")); got != 5 {
			t.Errorf("%d answers", got)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
