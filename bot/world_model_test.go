package bot_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace/docspacetest"
)

// TestOneRestoreInAHostileWorld plays a restore from the request to its end
// while the portal is sick, others restore it, people press, time passes, clocks
// are set, the bot dies and is away, and each of that also in the middle of a
// step. Whatever happens it is started once at most and on an agreement of now,
// never beside what could be seen to run; nobody else's task is called ours; only
// what succeeded on the portal is called so; and it ends, or asks a person.
func TestOneRestoreInAHostileWorld(t *testing.T) {
	t.Parallel()
	tellStories(t, 100, hostileStory)
}

func hostileStory(r *rapid.T) {
	rapid.SyncTest(r, func(r *rapid.T) {
		w := newWorld(r)
		w.ask(r)
		r.Repeat(map[string]func(*rapid.T){
			"ask": w.ask, "happens": w.happens, "meanwhile": w.meanwhile, "go on": w.goOn, "a step": w.goOn, "away": w.away,
			"left": w.leftover, "the clock is set": w.clockSet, "the settings": w.settings, "": w.check,
		})
		w.finish()
	})
}

func (w *world) happens(t *rapid.T) {
	w.happening(t)()
	if w.seam.revived() {
		w.restart()
	}
}

func (w *world) meanwhile(t *rapid.T) {
	w.seam.at(rapid.IntRange(0, 24).Draw(t, "calls"), w.happening(t))
	w.goOn(t)
}

func (w *world) goOn(t *rapid.T) {
	w.steps(rapid.SampledFrom([]time.Duration{0, 0, 0, 5 * time.Second, time.Minute, 10 * time.Minute, 40 * time.Minute}).Draw(t, "for"))
}

func (w *world) away(t *rapid.T) {
	w.unwatched(rapid.SampledFrom(whiles).Draw(t, "for"))
	w.restart()
}

func (w *world) leftover(t *rapid.T) { w.leave(rapid.Bool().Draw(t, "dump")) }

func (w *world) clockSet(t *rapid.T) {
	w.setClock(time.Duration(rapid.SampledFrom([]int{-7200, -600, -40, 40, 600, 7200}).Draw(t, "seconds")) * time.Second)
}

func (w *world) settings(t *rapid.T) {
	if len(w.Portals) > 0 {
		if rapid.IntRange(0, 2).Draw(t, "seldom") > 0 {
			t.Skip("it stays")
		}
		w.Portals = nil
	} else {
		w.Portals = w.home
	}
	w.restart()
}

// grace is how long after the start a task may still be taken for ours.
const grace = 45 * time.Second

// check holds what the bot says to what is so.
func (w *world) check(t *rapid.T) {
	tasks := map[string]bool{} // whether it succeeded
	for _, task := range w.portal.Restores() {
		tasks[task.TaskID] = task.Succeeded
	}
	all, _ := w.memory.Recent(t.Context(), 100)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range all {
		p := w.posts[r.ID]
		blind := p.looks[false].blind || p.looks[true].blind
		if r.TaskID != "" && r.TaskID != p.task && !blind {
			switch first := w.first[r.TaskID]; {
			case first <= p.looks[r.Order.Dump].turn:
				w.fault("a task that was there before the start is called ours")
			case w.began[r.TaskID].Sub(p.at) > grace:
				w.fault("a task that somebody started long after ours is called ours")
			}
		}
		switch said := r.ClosedBy == ""; {
		case said && r.State == bot.Succeeded && (r.TaskID == "" || !tasks[r.TaskID]):
			w.fault("it is called restored, and it was not")
		case said && r.State == bot.Failed && (tasks[r.TaskID] || tasks[p.task]):
			w.fault("it is called failed, and it succeeded")
		case p.n > 0 && (r.State == bot.Requested || r.State == bot.Confirmed || r.State == bot.Saving || r.State == bot.Dismissed || r.State == bot.Expired):
			w.fault("it was started and is " + string(r.State))
		}
	}
	if w.wrong != "" {
		t.Fatal(w.wrong)
	}
}

// asks reports whether a card asks a person who could end it.
func (w *world) asks(r bot.Restore) bool {
	shown := w.chat.shown.Restore
	if shown.ID != r.ID || shown.State != r.State {
		return false
	}
	now := w.chat.shown.Now
	switch r.State { //nolint:exhaustive // the others ask nobody
	case bot.Requested:
		return r.CardTS != ""
	case bot.Saving:
		return shown.CanBeWaived(now) && r.CanBeWaived(time.Now())
	case bot.Running:
		return shown.Stuck(now) && r.Stuck(time.Now())
	case bot.Unclear:
		return r.EndTS != ""
	}
	return false
}

// bound is how long a restore may go on without a word from people, in a portal
// that stays as it is.
func (w *world) bound(r bot.Restore) time.Duration {
	if r.State == bot.Saving || r.State == bot.Confirmed {
		return 28*time.Hour + w.setBack // a backup that stands still is forgotten after a day
	}
	return 90*time.Minute + w.setBack
}

// finish lets the world be as it is, until the restore has ended or asks; answers
// it, and asks for the next.
func (w *world) finish() {
	w.seam.revived() // nothing more happens
	for range 5 {
		r, ok := w.now()
		if !ok || r.State.Ended() {
			break
		}
		w.until(w.bound(r), func(r bot.Restore) bool { return r.State.Ended() || w.asks(r) }, "neither ends nor asks")
		r, _ = w.now()
		w.dismiss()
		if r.State == bot.Unclear || r.State == bot.Running {
			w.settle(rapid.SampledFrom([]bot.Action{bot.PressRestored, bot.PressNothing}).Draw(w.t, "their word"))
		}
		if now, _ := w.now(); !now.State.Ended() && len(w.Portals) > 0 {
			w.t.Fatalf("a person has answered, and it is %s", now.State)
		}
	}
	w.Portals = w.home
	w.until(100*time.Hour, func(r bot.Restore) bool { return r.Settled }, "is not settled")
	w.cured()
	w.portal.AddBackup(docspacetest.Backup{StorageType: 3})
	if a, ok := w.request(false).(bot.Accepted); !ok {
		w.t.Fatalf("whoever asks next is told %+v", a)
	}
	w.until(time.Minute, func(r bot.Restore) bool { return r.State == bot.Requested && w.asks(r) }, "was not let in")
}

// until takes steps until the open restore is as wanted.
func (w *world) until(bound time.Duration, done func(bot.Restore) bool, what string) {
	begun := time.Now()
	for range 100_000 {
		r, ok := w.now()
		if !ok || done(r) {
			return
		}
		if r.Settled || time.Since(begun) > bound {
			w.t.Fatalf("after %s the restore %s: %s, %+v, %+v, %+v", time.Since(begun), what, r.State, r.Reason, r.Safety, r.Progress)
		}
		next, _ := w.Step(w.t.Context(), r.ID, r.Generation)
		if w.seam.revived() {
			w.restart()
		}
		w.check(w.t)
		time.Sleep(next.After)
	}
	w.t.Fatalf("the restore %s, and steps without end", what)
}
