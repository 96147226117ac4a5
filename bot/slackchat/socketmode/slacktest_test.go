package socketmode

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// workspace is a whole Slack in memory, with slack-go between it and Client.
func workspace(t *testing.T, w slacktest.World) (*slacktest.Slack, *Client) {
	t.Helper()
	w.People = []slacktest.Person{{ID: "U1", Name: "ann"}}
	w.Channels = []slacktest.Channel{{ID: "C1", Name: "incident", Members: []string{"U1"}}}
	fake := slacktest.New(w)
	t.Cleanup(fake.Close)
	pipe := fake.Pipe()
	web := pipe.Client()
	t.Cleanup(web.CloseIdleConnections)
	return fake, &Client{
		API: slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
			slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(web)),
		Dialer: &websocket.Dialer{NetDialContext: pipe.DialContext},
		Handle: func(_ context.Context, env Envelope) any {
			time.Sleep(30 * time.Millisecond) // what a record in the database takes
			return TextAck(env, "", "recorded")
		},
	}
}

// waitLive waits until n connections are in use.
func waitLive(t *testing.T, s *Client, n int) {
	t.Helper()
	for range 600 {
		synctest.Wait()
		if s.State().Live == n {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%d connections in use, want %d", s.State().Live, n)
}

// Slack's pace in the recycling tests.
const (
	recycles        = 20
	recycleEvery    = 3 * time.Minute // rarely, as with Slack itself
	recycleCommands = 10_000 / fewer
	commandEvery    = time.Second / 300
)

// 10,000 commands come at 300 a second around 20 recycles; acks count only on
// the connection that brought the envelope.
func TestNoCommandIsLostWhileConnectionsAreRecycled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason   string
		slots    int
		commands int
	}{
		{slacktest.Warning, 2, recycleCommands},
		{slacktest.RefreshRequested, 2, recycleCommands},
		// Without a second connection this holds for a warning only: after
		// refresh_requested Slack has none to use for a round trip.
		{slacktest.Warning, 1, recycleCommands / 5},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %d", test.reason, test.slots), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, s := workspace(t, slacktest.World{Sockets: slacktest.Sockets{StrictAcks: true}})
				s.Slots = test.slots
				runClient(t, s)
				waitLive(t, s, test.slots)

				var sent []*slacktest.Delivery
				burst := test.commands / recycles
				for n := range recycles {
					time.Sleep(recycleEvery)
					for i := range burst {
						if i == burst/4 {
							fake.Recycle(test.reason, slacktest.Grace, fake.Connections()[0].ID)
						}
						sent = append(sent, fake.Command("U1", "C1", fmt.Sprintf("/restore %d-%d", n, i)))
						time.Sleep(commandEvery)
					}
				}
				wantNoneFailed(t, sent)
				stats := fake.Stats()
				if stats.Acked != test.commands || stats.Lost+stats.AckedAgain+stats.AcksIgnored+stats.TimedOut+stats.NoConnection != 0 {
					t.Errorf("stats %+v, want %d acked and nothing else", stats, test.commands)
				}
				if stats.ConnectionsOpened != test.slots+recycles {
					t.Errorf("%d connections opened, want %d", stats.ConnectionsOpened, test.slots+recycles)
				}
			})
		})
	}
}

// 20 recycles within 33 s, so that connections are recycled while others still
// are. An ack may then need another connection than the one that brought its
// envelope, and counts there.
func TestNoCommandIsLostWhileRecyclesOverlap(t *testing.T) {
	t.Parallel()
	for reason, grace := range map[string]time.Duration{
		slacktest.Warning:          slacktest.Grace,
		slacktest.RefreshRequested: time.Second,
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, s := workspace(t, slacktest.World{})
				runClient(t, s)
				waitLive(t, s, 2)
				var sent []*slacktest.Delivery
				const commands = 2_500 // within 33 s, however many there are in other tests
				for i := range commands {
					if burst := commands / recycles; i%burst == burst/4 {
						recycleOldest(t, fake, reason, grace)
					}
					sent = append(sent, fake.Command("U1", "C1", "/restore status"))
					time.Sleep(4 * commandEvery)
				}
				wantNoneFailed(t, sent)
				if opened := fake.Stats().ConnectionsOpened; opened != 2+recycles {
					t.Errorf("%d connections opened, want %d", opened, 2+recycles)
				}
			})
		})
	}
}

// recycleOldest recycles the oldest connection that is not being recycled.
func recycleOldest(t *testing.T, fake *slacktest.Slack, reason string, grace time.Duration) {
	t.Helper()
	open := fake.Connections()
	i := slices.IndexFunc(open, func(c slacktest.Connection) bool { return c.Reason == "" })
	if i < 0 {
		t.Fatal("every connection is being recycled")
	}
	if len(open) > maxConnections {
		t.Errorf("%d connections at once, want at most %d", len(open), maxConnections)
	}
	fake.Recycle(reason, grace, open[i].ID)
}

func wantNoneFailed(t *testing.T, sent []*slacktest.Delivery) {
	t.Helper()
	if failed := failedOf(t, sent); len(failed) > 0 {
		t.Errorf("%d of %d commands failed, first at %v: %v", len(failed), len(sent), failed[0].At, failed[0].Err())
	}
}

// failedOf waits for what became of every command and returns those that failed.
func failedOf(t *testing.T, sent []*slacktest.Delivery) (failed []*slacktest.Delivery) {
	t.Helper()
	for _, d := range sent {
		if _, err := d.Wait(t.Context()); err != nil {
			failed = append(failed, d)
		}
	}
	return failed
}

func TestWorkspaceWithEveryFault(t *testing.T) {
	t.Parallel()
	faults := map[string]func(f *slacktest.Slack, connection int){
		"cut":            func(f *slacktest.Slack, c int) { f.Cut(c) },
		"half-open":      func(f *slacktest.Slack, c int) { f.HalfOpen(time.Minute, c) },
		"closed soon":    func(f *slacktest.Slack, c int) { f.Recycle(slacktest.Warning, 10*time.Millisecond, c) },
		"closed at once": func(f *slacktest.Slack, c int) { f.Recycle(slacktest.RefreshRequested, 0, c) },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, s := workspace(t, slacktest.World{Sockets: slacktest.Sockets{Redeliver: true}})
				var calls atomic.Int64
				handle := s.Handle
				s.Handle = func(ctx context.Context, env Envelope) any {
					calls.Add(1)
					return handle(ctx, env)
				}
				runClient(t, s)
				waitLive(t, s, 2)
				var sent []*slacktest.Delivery
				silent := map[int]bool{} // connections that nobody can answer on
				for range recycles {
					time.Sleep(recycleEvery)
					for i := range 100 {
						if i == 50 {
							oldest := fake.Connections()[0].ID
							silent[oldest] = name == "half-open"
							fault(fake, oldest)
						}
						sent = append(sent, fake.Command("U1", "C1", "/restore status"))
						time.Sleep(commandEvery)
					}
				}
				time.Sleep(recycleEvery)
				waitLive(t, s, 2)
				for _, d := range failedOf(t, sent) {
					if !silent[d.Attempts()[0]] {
						t.Errorf("the command of %v failed: %v", d.At, d.Err())
					}
				}
				if int(calls.Load()) > len(sent) {
					t.Errorf("%d calls of Handle for %d commands", calls.Load(), len(sent))
				}
			})
		})
	}
}

func TestWorkspaceStormEndsQuietly(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{slacktest.Warning, slacktest.RefreshRequested, slacktest.LinkDisabled, slacktest.TooManySockets} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, s := workspace(t, slacktest.World{Unlimited: true})
				calm := fake.Storm(reason)
				runClient(t, s)
				time.Sleep(10 * time.Minute)
				opened := fake.Stats().ConnectionsOpened
				if opened > 2*maxOpensWhileFailing/6+20 {
					t.Errorf("%d connections opened in 10 minutes of storm", opened)
				}
				calm()
				waitLive(t, s, 2)
				if _, err := fake.Command("U1", "C1", "/restore status").Wait(t.Context()); err != nil {
					t.Errorf("after the storm: %v", err)
				}
			})
		})
	}
}

// Replicas beyond Slack's ten connections are turned away, and those that have
// one keep it.
func TestWorkspaceTakesTenConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, first := workspace(t, slacktest.World{})
		replicas := []*Client{first}
		for range 2 {
			replicas = append(replicas, &Client{API: first.API, Dialer: first.Dialer, Handle: first.Handle})
		}
		for _, s := range replicas {
			s.Slots = MaxSlots
			runClient(t, s)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		stats := fake.Stats()
		if stats.Connections != 10 {
			t.Errorf("%d connections, want Slack's 10", stats.Connections)
		}
		// Two slots find no place, nor does a renewal of each replica.
		if limit := 12 + (2+len(replicas))*maxOpensWhileFailing; stats.ConnectionsOpened > limit {
			t.Errorf("%d connections opened in an hour, want at most %d", stats.ConnectionsOpened, limit)
		}
		for _, s := range replicas {
			if !s.Ready() {
				t.Error("a replica has no connection")
			}
		}
		if _, err := fake.Command("U1", "C1", "/restore status").Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWorkspaceRevokesTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, s := workspace(t, slacktest.World{})
		stop := runClient(t, s)
		waitLive(t, s, 2)
		time.Sleep(recycleEvery)
		fake.Revoke(slacktest.DefaultAppToken, "token_revoked")
		fake.Cut()
		synctest.Wait()
		if err := stop(); err == nil || err.Error() != (&FatalError{Code: "token_revoked"}).Error() {
			t.Errorf("Run: %v, want token_revoked", err)
		}
	})
}

// Commands go on while the bot stops: each gets an answer or was never sent.
func TestWorkspaceWhileTheBotStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, s := workspace(t, slacktest.World{})
		stop := runClient(t, s)
		waitLive(t, s, 2)
		ended := make(chan error, 1)
		var sent []*slacktest.Delivery
		for i := range 300 {
			if i == 150 {
				go func() { ended <- stop() }()
			}
			if len(fake.Connections()) > 0 {
				sent = append(sent, fake.Command("U1", "C1", "/restore status"))
			}
			time.Sleep(commandEvery)
		}
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		wantNoneFailed(t, sent)
		answers := map[string]int{}
		for _, d := range sent {
			for _, ack := range d.Acks() {
				answers[string(ack.Payload)]++
			}
		}
		if answers[ephemeralJSON("recorded")] == 0 || answers[ephemeralJSON(said.Stopping)] == 0 {
			t.Errorf("answers %v, want both kinds", answers)
		}
		if stats := fake.Stats(); stats.Connections != 0 {
			t.Errorf("%d connections left", stats.Connections)
		}
	})
}
