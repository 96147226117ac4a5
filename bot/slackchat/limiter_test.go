package slackchat

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slacktest"
)

// chatInBubble is a Slack in memory, for a synctest bubble, and a chat with it.
func chatInBubble(t *testing.T, w slacktest.World) (*slacktest.Slack, *Chat) {
	t.Helper()
	w.People = append(w.People, slacktest.Person{ID: "U1", Name: "ann"})
	w.Channels = append(w.Channels, slacktest.Channel{ID: "C1", Name: "incidents", Members: []string{"U1"}})
	fake := slacktest.New(w)
	t.Cleanup(fake.Close)
	web := fake.Pipe().Client()
	t.Cleanup(web.CloseIdleConnections)
	return fake, &Chat{API: slack.New(slacktest.DefaultBotToken, slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(web))}
}

// patient repeats a call for as long as the chat is busy.
func patient[T any](t *testing.T, call func() (T, error)) (T, error) {
	t.Helper()
	for n := 0; ; n++ {
		v, err := call()
		if !errors.Is(err, policy.ErrChatBusy) {
			return v, err
		}
		if bot.RetryAfter(err) <= 0 || n == 1000 {
			t.Fatalf("busy for ever, or without a time: %v", err)
		}
		time.Sleep(bot.RetryAfter(err))
	}
}

func postCard(t *testing.T, chat *Chat, card *bot.Card) {
	t.Helper()
	ts, err := patient(t, func() (string, error) { return chat.PostCard(t.Context(), *card) })
	if err != nil {
		t.Fatal(err)
	}
	card.Restore.CardTS = ts
}

// runningCard is the card of a restore whose progress is shown.
func runningCard(n int) bot.Card {
	return viewCard(bot.Running, func(c *bot.Card) {
		c.Restore.ID, c.Restore.Version = fmt.Sprintf("r%d", n), 1
		c.Restore.Shown.State = bot.Running
	})
}

// No schedule of askers gets more through a bucket than its rate, and whoever is
// more urgent never waits behind others.
func TestLineKeepsItsRateAndOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		burst := rapid.IntRange(1, 10).Draw(t, "burst")
		now := time.Unix(1000, 0)
		l := newBucket(time.Second, burst)
		var granted []time.Time
		due := map[string]time.Time{}
		urgent := map[string]urgency{}
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				key := strconv.Itoa(n)
				n++
				urgent[key] = urgency(rapid.IntRange(0, 3).Draw(t, "urgency"))
				due[key] = now
			},
			"pass": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
				var keys []string
				for key, at := range due {
					if !at.After(now) {
						keys = append(keys, key)
					}
				}
				slices.Sort(keys)
				for _, key := range keys {
					wait := l.ask(key, urgent[key], now)
					if wait > 0 {
						due[key] = now.Add(wait)
						continue
					}
					ahead := 0
					for _, w := range l.waiting {
						if w.urgency < urgent[key] {
							ahead++
						}
					}
					if l.until(ahead, now) > 0 {
						t.Fatalf("%s took what %d more urgent ones wait for", key, ahead)
					}
					granted = append(granted, now)
					delete(due, key)
				}
			},
			"": func(t *rapid.T) {
				for i, from := range granted {
					in := 0
					for _, at := range granted[i:] {
						if at.Sub(from) <= time.Minute {
							in++
						}
					}
					if in > burst+61 {
						t.Fatalf("%d went within a minute", in)
					}
				}
				for i := 1; i < len(l.waiting); i++ {
					if l.waiting[i-1].urgency > l.waiting[i].urgency {
						t.Fatalf("%v wait out of order", l.waiting)
					}
				}
			},
		})
	})
}

func TestEndsGoBeforeAlarmsBeforeNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := runningCard(0)
		postCard(t, chat, &card)
		notes := []bot.Note{
			{Kind: bot.NoteStart},
			{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: bot.AlarmStalled}},
			{Kind: bot.NoteEnd, Broadcast: true},
		}
		told := make(chan struct{})
		for _, n := range notes { // each asked for before the one that is more urgent
			go func() {
				if _, err := patient(t, func() (string, error) { return chat.Reply(t.Context(), card, n) }); err != nil {
					t.Error(err)
				}
				told <- struct{}{}
			}()
			synctest.Wait()
		}
		for range notes {
			<-told
		}
		var order []string
		for _, m := range fake.Channel("C1").Messages()[1:] {
			order = append(order, m.Text[:12])
		}
		want := []string{blockkit.Note(card, notes[2]).Text[:12], blockkit.Note(card, notes[1]).Text[:12], blockkit.Note(card, notes[0]).Text[:12]}
		if !slices.Equal(order, want) {
			t.Errorf("posted in the order %q, want %q", order, want)
		}
		wantNo429(t, fake)
	})
}

func wantNo429(t *testing.T, fake *slacktest.Slack) {
	t.Helper()
	if limited := fake.Stats().RateLimited; len(limited) > 0 {
		t.Errorf("429s: %v", limited)
	}
}

func TestProgressLeavesRoomAndIsSharedEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		const cards = 40 // more than the budget can edit each minute
		var running []bot.Card
		edits := map[string]int{}
		for n := range cards {
			card := runningCard(n)
			postCard(t, chat, &card)
			running = append(running, card)
		}
		for range 200 { // 10 minutes
			for i := range running {
				running[i].Restore.Version++
				if err := chat.EditCard(t.Context(), running[i]); err == nil {
					edits[running[i].Restore.ID]++
				} else if !errors.Is(err, policy.ErrChatBusy) {
					t.Fatal(err)
				}
			}
			time.Sleep(3 * time.Second)
		}
		least, most := 1000, 0
		for _, c := range running {
			least, most = min(least, edits[c.Restore.ID]), max(most, edits[c.Restore.ID])
		}
		if least < 8 || most > 2*least {
			t.Errorf("cards were edited between %d and %d times in 10 minutes", least, most)
		}
		end := running[7]
		end.Restore.State = bot.Succeeded
		if err := chat.EditCard(t.Context(), end); err != nil {
			t.Errorf("the end had to wait: %v", err)
		}
		wantNo429(t, fake)
	})
}

func TestNewestEditWins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := runningCard(0)
		postCard(t, chat, &card)
		newer, older := card, card
		newer.Restore.Version, newer.Restore.State = 9, bot.Succeeded
		older.Restore.Version = 8
		fake.Fail("chat.update", slacktest.Failure{Times: 1, Delay: time.Second})
		ended := make(chan error)
		go func() { ended <- chat.EditCard(t.Context(), newer) }()
		synctest.Wait()
		if err := chat.EditCard(t.Context(), older); !errors.Is(err, policy.ErrChatBusy) {
			t.Errorf("an edit during another of the same card: %v", err)
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if err := chat.EditCard(t.Context(), older); err != nil {
			t.Errorf("an outdated edit: %v, want nothing", err)
		}
		if n := fake.Stats().Calls["chat.update"]; n != 1 {
			t.Errorf("%d edits were sent, want the newest one", n)
		}
	})
}

func Test429IsHonored(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{30 * time.Second: 30 * time.Second, 0: heldUnsaid, time.Hour: heldAtMost} {
		synctest.Test(t, func(t *testing.T) {
			fake, chat := chatInBubble(t, slacktest.World{Channels: []slacktest.Channel{{ID: "C2", Name: "two"}, {ID: "C3", Name: "three"}}})
			one, two, three := runningCard(1), runningCard(2), runningCard(3)
			two.Restore.Channel, three.Restore.Channel = "C2", "C3"
			post := func(c bot.Card) error {
				_, err := chat.PostCard(t.Context(), c)
				return err
			}
			wantHeld := func(err error) {
				t.Helper()
				if after := bot.RetryAfter(err); !errors.Is(err, policy.ErrChatBusy) || after < want-time.Second || after > want+time.Second {
					t.Errorf("%v, want it held for %v", err, want)
				}
			}
			heal := fake.Fail("chat.postMessage", slacktest.Failure{Status: http.StatusTooManyRequests, RetryAfter: asked})
			if err := post(one); !errors.Is(err, policy.ErrChatBusy) || bot.RetryAfter(err) != asked {
				t.Errorf("%v, want what Slack asked", err)
			}
			wantHeld(post(one)) // without asking Slack
			_ = post(two)       // another channel may go, until Slack says no there too
			wantHeld(post(three))
			if n := len(fake.Calls("chat.postMessage")); n != 2 {
				t.Errorf("%d posts, want 2", n)
			}
			heal()
			postCard(t, chat, &three)

			heal = fake.Fail("chat.update", slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: asked})
			defer heal()
			three.Restore.State = bot.Succeeded
			_ = chat.EditCard(t.Context(), three)
			wantHeld(chat.EditCard(t.Context(), three))
			if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), three) }); err != nil {
				t.Error(err)
			}
			if n := len(fake.Calls("chat.update")); n != 2 {
				t.Errorf("%d edits, want 2", n)
			}
		})
	}
}

// A Slack that hangs holds up few at a time, and not for longer than a call may
// take; then it is left alone for a while.
func TestSlackThatHangsHoldsUpFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Unlimited: true})
		var cards []bot.Card
		for n := range 20 {
			card := runningCard(n)
			postCard(t, chat, &card)
			cards = append(cards, card)
		}
		time.Sleep(time.Minute)
		heal := fake.Fail("*", slacktest.Failure{Hang: true})
		begun := time.Now()
		took := make(chan time.Duration)
		for _, c := range cards {
			go func() {
				_ = chat.EditCard(t.Context(), c)
				took <- time.Since(begun)
			}()
		}
		stuck := 0
		for range cards {
			switch d := <-took; {
			case d == updateWithin:
				stuck++
			case d != 0:
				t.Errorf("a call was held up for %v", d)
			}
		}
		if stuck > updatesAtOnce {
			t.Errorf("%d calls were held up at once", stuck)
		}
		// From now on one at a time finds out, and rarely.
		calls := fake.Stats().Calls["chat.update"]
		for range 300 {
			_ = chat.EditCard(t.Context(), cards[0])
			time.Sleep(time.Second)
		}
		if n := fake.Stats().Calls["chat.update"] - calls; n > 16 {
			t.Errorf("%d calls in over 5 minutes of silence", n)
		}
		found := chat.Examine(t.Context())
		_, told, _ := strings.Cut(found[0].What, "Slack does not answer them since ")
		if since, err := time.Parse(time.RFC3339, told); err != nil || since.Before(begun.Truncate(time.Second)) || found[0].Grade != bot.Warn || found[0].Public.Needed {
			t.Errorf("found %+v", found)
		}
		heal()
		time.Sleep(pausedAtMost)
		cards[0].Restore.Version++
		if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), cards[0]) }); err != nil {
			t.Error(err)
		}
		if found := chat.Examine(t.Context()); bot.Worst(found) != bot.Pass {
			t.Errorf("found %+v", found)
		}
	})
}

// An edit that was cut off may come to pass after the end was shown: the end is
// shown once more when that can no longer be.
func TestEndIsShownAgainAfterAnEditThatMayComeLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		card := runningCard(0)
		postCard(t, chat, &card)
		fake.Fail("chat.update", slacktest.Failure{Times: 1, Hang: true})
		cut := time.Now()
		if err := chat.EditCard(t.Context(), card); err == nil {
			t.Fatal("an edit that hangs succeeded")
		}
		card.Restore.State, card.Restore.Version = bot.Succeeded, 2
		if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), card) }); err != nil {
			t.Fatal(err)
		}
		calls := fake.Calls("chat.update")
		if len(calls) != 3 || calls[2].At.Sub(cut) < staleWithin || calls[1].At.Sub(cut) > 10*time.Second {
			t.Errorf("edits at %v", calls)
		}
	})
}

// Two replicas know nothing of each other's edits: both slow down until the
// limit is enough for both.
func TestReplicasShareTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		replicas := []*Chat{chat, {API: chat.API}}
		var cards [2][]bot.Card
		for n := range 40 {
			card := runningCard(n)
			postCard(t, chat, &card)
			cards[n%2] = append(cards[n%2], card)
		}
		for range 400 { // 20 minutes
			for i, replica := range replicas {
				for n := range cards[i] {
					cards[i][n].Restore.Version++
					if err := replica.EditCard(t.Context(), cards[i][n]); err != nil && !errors.Is(err, policy.ErrChatBusy) {
						t.Fatal(err)
					}
				}
			}
			time.Sleep(3 * time.Second)
		}
		stats := fake.Stats()
		if n := stats.RateLimited["chat.update"]; n == 0 || n > 8 {
			t.Errorf("%d 429s in 20 minutes, want a few at first", n)
		}
		if n := stats.Calls["chat.update"]; n < 500 {
			t.Errorf("%d edits in 20 minutes are too few", n)
		}
	})
}

// A few cards are edited, and now and then Slack says 429, as a busy workspace
// makes it: each edit waits for as long as Slack asked, and no longer.
func TestAFewEditsAreNotSlowedByA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		const asked = time.Second
		for n := range 60 { // ten minutes
			if n%2 == 0 {
				fake.Fail("chat.update", slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: asked})
			}
			card := runningCard(n)
			postCard(t, chat, &card)
			card.Restore.State = bot.Succeeded
			begun := time.Now()
			if _, err := patient(t, func() (int, error) { return 0, chat.EditCard(t.Context(), card) }); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(begun); waited > asked+retryWhenFull {
				t.Fatalf("the edit of card %d waited for %v", n, waited)
			}
			time.Sleep(10*time.Second - time.Since(begun))
		}
		if n := len(fake.Calls("chat.update")); n != 90 {
			t.Errorf("%d edits, want 60 and 30 that Slack refused", n)
		}
	})
}

// Many cards are edited, and Slack refuses every fourth edit for as long as it
// likes: what is left of the rate still suffices for seven a minute.
func TestEditsGoOnWhile429sGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{})
		var cards []bot.Card
		for n := range 20 {
			card := runningCard(n)
			postCard(t, chat, &card)
			cards = append(cards, card)
		}
		refused := 0
		for began := time.Now(); time.Since(began) < 20*time.Minute; time.Sleep(3 * time.Second) {
			if refused == edited(fake, http.StatusTooManyRequests, began) {
				refused++
				fake.Fail("chat.update", slacktest.Failure{Times: 1, After: 3, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
			}
			for n := range cards {
				cards[n].Restore.Version++
				if err := chat.EditCard(t.Context(), cards[n]); err != nil && !errors.Is(err, policy.ErrChatBusy) {
					t.Fatal(err)
				}
			}
		}
		if n := edited(fake, http.StatusOK, time.Now().Add(-10*time.Minute)); n < 70 {
			t.Errorf("%d edits in the last ten minutes", n)
		}
	})
}

// edited is how many edits ended with a status since a time.
func edited(fake *slacktest.Slack, status int, since time.Time) (n int) {
	for _, call := range fake.Calls("chat.update") {
		if call.Status == status && !call.At.Before(since) {
			n++
		}
	}
	return n
}
