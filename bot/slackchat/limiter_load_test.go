package slackchat

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace"
)

const (
	loadRestores = 500 / fewer
	loadWorkers  = 20 // as many steps as the store works at once
	loadPoll     = 3 * time.Second
	loadLatency  = 100 * time.Millisecond // of every call of Slack's
)

// loadPortal is a portal whose restore runs until a time.
type loadPortal struct {
	bot.API // what a running restore does not need

	begun, ends time.Time

	mu    sync.Mutex
	asked []time.Time
}

func (p *loadPortal) RestoreProgress(context.Context, docspace.Scope) (docspace.Progress, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.asked = append(p.asked, now)
	if !now.Before(p.ends) {
		return docspace.Progress{TaskID: "t", Percent: 100, Completed: true, Status: docspace.TaskCompleted}, true, nil
	}
	percent := 10 + int(60*now.Sub(p.begun)/p.ends.Sub(p.begun))
	return docspace.Progress{TaskID: "t", Percent: percent, Status: docspace.TaskRunning}, true, nil
}

func (*loadPortal) Settings(context.Context) (docspace.Settings, error) {
	return docspace.Settings{Version: "3.6.0", TenantStatus: docspace.TenantActive}, nil
}
func (*loadPortal) LoginPage(context.Context) error { return nil }
func (*loadPortal) KeySelf(context.Context) (docspace.Key, error) {
	return docspace.Key{}, docspace.ErrUnauthorized
}

// loadStore keeps restores that run already.
type loadStore struct {
	bot.Store // what a running restore does not need

	mu       sync.Mutex
	restores map[string]bot.Restore
}

func (s *loadStore) Get(_ context.Context, id string) (bot.Restore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restores[id], nil
}

func (s *loadStore) Save(_ context.Context, was, next bot.Restore, _ ...bot.Event) (bot.Restore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restores[was.ID].Version != was.Version {
		return bot.Restore{}, bot.ErrStale
	}
	next.Version = was.Version + 1
	s.restores[was.ID] = next
	return next, nil
}

func (*loadStore) TrailEnd(context.Context) (string, error)                  { return "", nil }
func (*loadStore) Note(context.Context, ...bot.Event) error                  { return nil }
func (*loadStore) Frozen(context.Context) (bot.Freeze, error)                { return bot.Freeze{}, nil }
func (*loadStore) Ended(context.Context, string, int) ([]bot.Restore, error) { return nil, nil }

// due is a queue of steps.
type due []dueStep

type dueStep struct {
	id string
	at time.Time
}

func (d due) Len() int           { return len(d) }
func (d due) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d due) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *due) Push(x any)        { *d = append(*d, x.(dueStep)) }
func (d *due) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

// work works the steps of many restores until ctx ends, a bounded number at once, as
// the store does.
func work(ctx context.Context, b *bot.Bot, ids []string) {
	var mu sync.Mutex
	queue := &due{}
	for i, id := range ids { // their polls are spread over the interval
		heap.Push(queue, dueStep{id, time.Now().Add(loadPoll * time.Duration(i) / time.Duration(len(ids)))})
	}
	var workers sync.WaitGroup
	for range loadWorkers {
		workers.Go(func() {
			for ctx.Err() == nil {
				mu.Lock()
				var step dueStep
				wait := 50 * time.Millisecond // how often the store looks
				if queue.Len() > 0 && !(*queue)[0].at.After(time.Now()) {
					step, wait = heap.Pop(queue).(dueStep), 0
				}
				mu.Unlock()
				if wait > 0 {
					time.Sleep(wait)
					continue
				}
				next, err := b.Step(ctx, step.id, 0)
				switch {
				case err != nil:
					next.After = 2 * time.Second
				case next.Done:
					continue
				}
				mu.Lock()
				heap.Push(queue, dueStep{step.id, time.Now().Add(next.After)})
				mu.Unlock()
			}
		})
	}
	workers.Wait()
}

// startRestores makes many running restores, each with its card, spread over
// channels, and begins to work them.
func startRestores(t *testing.T, restores, channels int, ends func(n int) time.Time) (*slacktest.Slack, map[string]*loadPortal) {
	t.Helper()
	w := slacktest.World{Unlimited: true}
	for n := range channels {
		w.Channels = append(w.Channels, slacktest.Channel{ID: fmt.Sprintf("C9%d", n), Name: fmt.Sprintf("c%d", n)})
	}
	fake, chat := chatInBubble(t, w)
	store := &loadStore{restores: map[string]bot.Restore{}}
	b := &bot.Bot{
		Store: store, Chat: chat, Directory: &Directory{API: chat.API}, Poll: loadPoll, Log: slog.New(slog.DiscardHandler),
	}
	portals := map[string]*loadPortal{}
	var ids []string
	for n := range restores {
		card := runningCard(n)
		r := &card.Restore
		r.Portal, r.Channel, r.Generation, r.TaskID = fmt.Sprintf("p%d", n), w.Channels[n%channels].ID, 0, "t"
		_, ts, err := chat.API.PostMessage(r.Channel, slack.MsgOptionText("the card", false))
		if err != nil {
			t.Fatal(err)
		}
		r.CardTS, r.StartedAt, r.PhaseTold = ts, time.Now(), bot.PhaseFinishing
		r.Progress = bot.Progress{Phase: bot.PhaseImporting, Percent: 10, Seen: 10, ChangedAt: time.Now()}
		portal := &loadPortal{begun: time.Now(), ends: ends(n)}
		portals[r.ID] = portal
		b.Portals = append(b.Portals, bot.Portal{PortalName: bot.PortalName{Name: r.Portal}, API: portal})
		store.restores[r.ID] = *r
		ids = append(ids, r.ID)
	}
	fake.SetUnlimited(false)
	fake.Fail("*", slacktest.Failure{Delay: loadLatency})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work(ctx, b, ids)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return fake, portals
}

// endsOf says when the end of each restore was told.
func endsOf(fake *slacktest.Slack) map[string]time.Time {
	told := map[string]time.Time{}
	for _, call := range fake.Calls("chat.postMessage") {
		if call.Error != "" || !strings.Contains(call.Args["metadata"], `"end succeeded"`) {
			continue
		}
		_, rest, _ := strings.Cut(call.Args["metadata"], `"restore":"`)
		id, _, _ := strings.Cut(rest, `"`)
		told[id] = call.At
	}
	return told
}

func wantAskedInTime(t *testing.T, portals map[string]*loadPortal, most time.Duration) {
	t.Helper()
	late := 0
	for _, p := range portals {
		p.mu.Lock()
		for i := 1; i < len(p.asked); i++ {
			if p.asked[i].Sub(p.asked[i-1]) > most {
				late++
			}
		}
		p.mu.Unlock()
	}
	if late > 0 {
		t.Errorf("portals were asked late %d times", late)
	}
}

// 500 restores run, and all of them end at the same moment.
func TestEndsOf500RestoresAreToldWithoutA429(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ restores, channels int }{{loadRestores, loadRestores}, {100, 10}} {
		t.Run(fmt.Sprintf("%d in %d channels", c.restores, c.channels), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const before = 15 * time.Second
				end := time.Now().Add(before)
				fake, portals := startRestores(t, c.restores, c.channels, func(int) time.Time { return end })
				// A channel takes one message a second.
				allowed := 10*time.Second + time.Duration(c.restores/c.channels-1)*time.Second
				time.Sleep(before + allowed + time.Second)
				told := endsOf(fake)
				for id := range portals {
					if at, ok := told[id]; !ok || at.Sub(end) > allowed {
						t.Fatalf("%d ends were told, that of %s %v after it", len(told), id, at.Sub(end))
					}
				}
				budget := editsBurst + int((before+allowed+time.Second)/editsEvery)
				if n := fake.Stats().Calls["chat.update"]; n < budget/2 || n > budget {
					t.Errorf("%d edits of cards, want what the budget of %d allows", n, budget)
				}
				wantAskedInTime(t, portals, 2*loadPoll)
				wantNo429(t, fake)
			})
		})
	}
}

// In the middle Slack hangs for half a minute, then refuses everything for
// another half.
func TestPortalsAreAskedInTimeWhileSlackIsIll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const restores = 100
		begun := time.Now()
		// Half of them end while Slack is ill, the last ones after that.
		fake, portals := startRestores(t, restores, restores, func(n int) time.Time {
			return begun.Add(10*time.Second + time.Duration(n)*1200*time.Millisecond)
		})
		time.Sleep(20 * time.Second)
		hang := fake.Fail("chat.postMessage", slacktest.Failure{Hang: true})
		hangToo := fake.Fail("chat.update", slacktest.Failure{Hang: true})
		time.Sleep(30 * time.Second)
		hang()
		hangToo()
		ill := fake.Fail("*", slacktest.Failure{Status: http.StatusServiceUnavailable, Body: "<html>"})
		time.Sleep(30 * time.Second)
		ill()
		well := time.Now()
		time.Sleep(begun.Add(3 * time.Minute).Sub(well))
		wantAskedInTime(t, portals, 2*loadPoll)
		told := endsOf(fake)
		for id, p := range portals {
			at, ok := told[id]
			since := p.ends
			if found := well.Add(pausedAtMost); since.Before(found) {
				since = found // until then nobody can know that Slack is well again
			}
			if !ok || at.Sub(since) > 10*time.Second {
				t.Errorf("the end of %s was told %v after it", id, at.Sub(p.ends))
			}
		}
		wantNo429(t, fake)
	})
}
