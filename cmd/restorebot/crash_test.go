package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// longTests makes TestCrashMatrix kill the bot at every moment of a restore's life;
// otherwise it takes a sample, another one each time.
const longTests = "RESTOREBOT_LONG_TESTS"

const (
	// sampled is how many moments of each kind a sample has.
	sampled = 4
	// livesAtOnce is how many lives are played at once: they mostly wait.
	livesAtOnce = 6
	// lifeWithin is what one life may take, a slow machine and the 30 s until an
	// ambiguous start is called unclear allowed for.
	lifeWithin = 3 * time.Minute
)

// The bot is killed at every moment of a restore's life and started again. Each
// time the restore is started at most once, its true end stands on its card and
// in the channel, no card has a live button and no row is left open.
func TestCrashMatrix(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves the crash matrix out")
	}
	census := playLife(t, newTrap("never", 0))
	var group errgroup.Group
	group.SetLimit(livesAtOnce)
	seed := rand.Uint64()
	t.Logf("a life has %d calls and %d writes; the sample's seed is %d", census.count(beforeCall), census.count(onWrite), seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, when := range []moment{beforeCall, afterCall, onWrite} { //nolint:paralleltest // several at once, but more than -parallel allows: they mostly wait
		moments := random.Perm(census.count(when))
		if os.Getenv(longTests) == "" {
			moments = moments[:min(sampled, len(moments))]
		}
		for _, n := range moments {
			group.Go(func() error {
				// Several at once, but more than -parallel allows: they mostly wait.
				t.Run(fmt.Sprintf("%s %d", when, n+1), func(t *testing.T) { playLife(t, newTrap(when, n+1)) })
				return nil
			})
		}
	}
	_ = group.Wait() // the subtests tell
}

// life is one restore, from the command to its end, with a bot that dies once.
type life struct {
	*stage.Scene

	t    *testing.T
	ctx  context.Context //nolint:containedctx // of one test
	trap *trap
	bot  *stage.Bot
	dead bool // the trap has sprung and the bot is started again

	restarted time.Time
}

func playLife(t *testing.T, tr *trap) *trap {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lifeWithin)
	defer cancel()
	// The life begins without a database: to make one is a part of it.
	s := stage.Set(t, stage.Options{Env: []string{asBot + "=1"}, Portal: quickPortal, Between: tr.wrap})
	l := &life{Scene: s, t: t, ctx: ctx, trap: tr}
	tr.watch(t, l.Database())
	l.up()
	l.requested()
	l.ended(l.confirmed())
	return tr
}

// up starts the bot and waits for its connection, however often it dies.
func (l *life) up() {
	l.t.Helper()
	for {
		l.launch()
		if l.waits(func() bool { return len(l.Slack.Connections()) > 0 }) != nil {
			l.t.Fatal("the bot did not connect")
		}
		if !l.revive() {
			return
		}
	}
}

// launch runs the bot under the trap.
func (l *life) launch() {
	l.t.Helper()
	bot, err := l.Launch(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	l.bot = bot
	l.trap.guard(bot)
	l.t.Cleanup(func() {
		bot.Kill()
		if l.t.Failed() {
			l.t.Logf("the bot's log:\n%s", bot.Log())
		}
	})
}

func (l *life) killed() bool {
	select {
	case <-l.trap.sprung:
		return !l.dead
	default:
		return false
	}
}

// revive notes a death that nobody has noted. It reports whether the bot has to
// be started again.
func (l *life) revive() bool {
	if !l.killed() {
		return false
	}
	l.dead, l.restarted = true, time.Now()
	l.t.Logf("killed %s %d, at %s", l.trap.when, l.trap.n, l.trap.where())
	l.gone()
	return true
}

// waits returns once ok is so, or the bot was killed.
func (l *life) waits(ok func() bool) error {
	waiting, stop := context.WithCancel(l.ctx)
	defer stop()
	go func() {
		select {
		case <-l.trap.sprung:
			_, _ = l.Slack.Say(stage.Eve, stage.Channel, "I hear a bot fall.") // Slack does not see a bot die that has no connection
		case <-waiting.Done():
		}
	}()
	return l.Slack.WaitFor(l.ctx, func(*slacktest.Slack) bool { return ok() || l.killed() })
}

// until waits for ok, and starts the bot again if it dies meanwhile. It reports
// false when the bot died before ok was so.
func (l *life) until(fault string, ok func() bool) bool {
	l.t.Helper()
	if l.waits(ok) != nil {
		l.story()
		l.t.Fatal(fault)
	}
	if !l.revive() {
		return true
	}
	l.up()
	return false
}

// surely waits for ok, however often the bot dies meanwhile.
func (l *life) surely(fault string, ok func() bool) {
	l.t.Helper()
	for done := false; !done; {
		done = l.until(fault, ok)
	}
}

// story logs the channel.
func (l *life) story() {
	for _, m := range l.Slack.Channel(stage.Channel).Messages() {
		l.t.Log(l.Text(m))
	}
	for _, m := range l.Slack.Ephemerals(stage.Alice) {
		l.t.Log(l.Text(m))
	}
}

func settled(d *slacktest.Delivery) bool {
	select {
	case <-d.Settled():
		return true
	default:
		return false
	}
}

// requested asks until the request is known, as a person does who sees that the
// bot did not answer, and waits for a card with buttons.
func (l *life) requested() {
	l.t.Helper()
	for {
		d := l.Slack.Command(stage.Alice, stage.Channel, "/restore "+l.Newest())
		answered := l.until("the command came to nothing", func() bool { return settled(d) })
		if answered {
			break
		}
	}
	l.surely("no card with buttons came", func() bool {
		_, there := l.pressable()
		return there
	})
}

// pressable is the first message of the channel that asks for a confirmation. A
// bot that died between a post and its record has left an orphan.
func (l *life) pressable() (card slacktest.Message, there bool) {
	for _, m := range l.Slack.Channel(stage.Channel).Messages() {
		if _, there := m.Button("restore_confirm"); there {
			return m, true
		}
	}
	return card, false
}

// confirmed presses whatever can be pressed until nothing can, and returns the
// card that counted. An orphan card loses its buttons by the first press, which
// counts like any other.
func (l *life) confirmed() (card slacktest.Message) {
	l.t.Helper()
	for {
		l.surely("no card came in the place of a lost one", func() bool {
			_, there := l.pressable()
			return there || l.counted(&card)
		})
		m, there := l.pressable()
		if !there {
			return card
		}
		d, err := l.Slack.Press(stage.Bob, m, "restore_confirm")
		if err != nil {
			continue // it has no such button any more: the press was heard
		}
		if !l.until("the press came to nothing", func() bool { return settled(d) }) || d.Err() != nil {
			continue
		}
		l.awhile(func() bool {
			now, _ := l.Slack.Message(stage.Channel, m.TS)
			_, there := now.Button("restore_confirm")
			return !there
		})
	}
}

// awhile waits for ok, as long as a person does before they press again.
func (l *life) awhile(ok func() bool) {
	ctx, cancel := context.WithTimeout(l.ctx, 3*time.Second)
	defer cancel()
	_ = l.Slack.WaitFor(ctx, func(*slacktest.Slack) bool { return ok() })
}

// counted finds the card of a restore that was confirmed.
func (l *life) counted(card *slacktest.Message) bool {
	for _, m := range l.Slack.Channel(stage.Channel).Messages() {
		if strings.HasPrefix(m.Text, "Restore of ") {
			*card = m
			return true
		}
	}
	return false
}

// ended waits for the end and checks what the channel and the database say.
func (l *life) ended(card slacktest.Message) {
	l.t.Helper()
	var ends []slacktest.Message
	told := func() bool {
		ends = slices.DeleteFunc(l.Slack.Channel(stage.Channel).Thread(card.TS), func(m slacktest.Message) bool { return !m.ReplyBroadcast })
		return len(ends) > 0
	}
	l.surely("the end was not told", told)
	unclear := strings.Contains(ends[0].Text, "somebody has to look")
	if unclear {
		if l.Portal.Starts() > 0 && l.trap.where() != "startrestore" {
			l.t.Error("a start that the portal knows was called unclear")
		}
		l.Bob.PressesOn(card, "Nothing was restored")
	}
	final := "done"
	if unclear {
		final = "failed"
	}
	l.surely("the card does not show the end", func() bool {
		m, _ := l.Slack.Message(stage.Channel, card.TS)
		return len(m.Buttons()) == 0 && strings.Contains(m.Text, final)
	})
	l.check(card, unclear)
}

func (l *life) check(card slacktest.Message, unclear bool) {
	l.t.Helper()
	began, want := len(l.Portal.Restores()), 1
	if unclear {
		want = 0
	}
	if l.Portal.Starts() > 1 || began != want {
		l.t.Errorf("startrestore was sent %d times and %d restores began, want %d", l.Portal.Starts(), began, want)
	}
	l.WantNoButtons()
	told := 0
	for _, m := range l.Slack.Channel(stage.Channel).Thread(card.TS) {
		if m.ReplyBroadcast {
			told++
		}
	}
	if twice := told == 2 && l.trap.where() == "chat.postMessage"; told != 1 && !unclear && !twice {
		l.t.Errorf("the end was told %d times", told)
	}
	// 5 s are promised; what a life took is for whoever reads, and no test of time.
	for _, r := range l.Portal.Requests() {
		if l.dead && r.At.After(l.restarted) {
			l.t.Logf("at work again %s after the new start", r.At.Sub(l.restarted).Round(time.Millisecond))
			break
		}
	}
	l.rows()
}

// rows stops the bot and looks at its database: nothing is left open. What a
// death at the very end left is put right by the next start or two.
func (l *life) rows() {
	l.t.Helper()
	var left []string
	for range 10 {
		l.finish()
		if left = l.leftOpen(); len(left) == 0 {
			return
		}
		calls := len(l.Slack.Calls(""))
		l.up()
		l.busy(calls)
	}
	l.t.Errorf("left open: %s", left)
}

// busy gives a bot that was just started the time to do what is left: it has
// when it called Slack for more than its connection. One with nothing to call
// for is not waited for long.
func (l *life) busy(calls int) {
	ctx, cancel := context.WithTimeout(l.ctx, 5*time.Second)
	defer cancel()
	_ = l.Slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Calls("")) > calls+4 })
}

// finish stops the bot, unless it dies of that or is dead already.
func (l *life) finish() {
	l.t.Helper()
	if l.revive() {
		return
	}
	err := l.bot.Stop()
	l.trap.guard(nil) // what is still counted is no longer of this bot
	if !l.revive() && err != nil {
		l.t.Errorf("after SIGTERM the bot ended with %v", err)
	}
	l.gone()
}

// gone waits until Slack has seen the last of a bot.
func (l *life) gone() {
	l.t.Helper()
	if err := l.Slack.WaitFor(l.ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) == 0 }); err != nil {
		l.t.Fatal("the dead bot's connections are still there")
	}
}

// leftOpen lists the restores that a stopped bot's database holds as not over.
func (l *life) leftOpen() (left []string) {
	l.t.Helper()
	store, err := durable.Open(l.ctx, "sqlite:"+l.Database())
	if err != nil {
		l.t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Recent(l.ctx, 10)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, r := range all {
		// What is told may be unsettled until the portal has a new key.
		if !r.State.Ended() || (!r.Settled && r.EndTS == "") {
			left = append(left, fmt.Sprintf("%s %s", r.ID, r.State))
		}
	}
	if head, err := store.CheckAudit(l.ctx, durable.AuditHead{}); err != nil || head.Lines == 0 {
		l.t.Errorf("the audit trail of %d lines: %v", head.Lines, err)
	}
	return left
}
