package socketmode

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// staying are the connections that are not being recycled.
func staying(w *slacktest.Slack) []slacktest.Connection {
	return slices.DeleteFunc(w.Connections(), func(c slacktest.Connection) bool { return c.Reason != "" })
}

// On real ports, at 300 commands a second, while Slack recycles connections in
// both ways: every command finds a connection and is answered. That each is
// answered in time is proved above, where no other process takes the machine's.
func TestNoCommandIsLostOnRealPorts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	fake := slacktest.New(slacktest.World{
		People:    []slacktest.Person{{ID: "U1", Name: "ann"}},
		Channels:  []slacktest.Channel{{ID: "C1", Name: "incident"}},
		Unlimited: true,
	})
	server := httptest.NewServer(fake)
	web := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		fake.Close()
		web.CloseIdleConnections()
		server.Close()
	})
	s := &Client{
		API: slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
			slack.OptionAPIURL(server.URL+"/api/"), slack.OptionHTTPClient(web)),
		Handle: func(_ context.Context, env Envelope) any { return TextAck(env, "", "recorded") },
	}
	stop := runClient(t, s)

	const recycles, burst = 6, 300 // so that each lives for longer than a second
	pace := time.NewTicker(time.Second / 300)
	defer pace.Stop()
	var sent []*slacktest.Delivery
	for n := range recycles {
		if err := fake.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(staying(w)) > 1 }); err != nil {
			t.Fatal("a connection was not replaced")
		}
		for i := range burst {
			if i == burst/3 {
				reason := []string{slacktest.Warning, slacktest.RefreshRequested}[n%2]
				fake.Recycle(reason, 300*time.Millisecond, staying(fake)[0].ID)
			}
			sent = append(sent, fake.Command("U1", "C1", "/restore status"))
			<-pace.C
		}
	}
	for _, d := range sent {
		select {
		case <-d.Acked():
		case <-ctx.Done():
			t.Fatalf("a command was never answered: %v", d.Err())
		}
	}
	stats := fake.Stats()
	if stats.NoConnection != 0 || stats.Acked+stats.AckedLate != recycles*burst {
		t.Errorf("stats %+v", stats)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
