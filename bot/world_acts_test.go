package bot_test

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// sicknesses are what a portal may do to a restore, each until it is healed.
var sicknesses = map[string]func(*docspacetest.Faults){
	"down":                  func(f *docspacetest.Faults) { f.Down = true },
	"no response":           func(f *docspacetest.Faults) { f.NoResponse = true },
	"the answer is lost":    func(f *docspacetest.Faults) { f.LoseStartAnswer = true },
	"the start is lost":     func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} },
	"the start is refused":  func(f *docspacetest.Faults) { f.RefuseStart = http.StatusForbidden },
	"an error at the start": func(f *docspacetest.Faults) { f.RefuseStart = http.StatusInternalServerError },
	"the event is lost":     func(f *docspacetest.Faults) { f.LoseStartEvent = true },
	"the event is dropped":  func(f *docspacetest.Faults) { f.DropStartEvent = true },
	"no worker":             func(f *docspacetest.Faults) { f.StuckQueued = true },
	"the worker is dead":    func(f *docspacetest.Faults) { f.WorkerDead = true },
	"the worker dies at 75": func(f *docspacetest.Faults) { f.WorkerDiesAt = 75 },
	"the worker is stopped": func(f *docspacetest.Faults) { f.Cancel = true },
	"the file is broken":    func(f *docspacetest.Faults) { f.FailText, f.FailAt = "broken", 40 },
	"404 at the swap":       func(f *docspacetest.Faults) { f.SwapNotFound = true },
	"500":                   func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Status: http.StatusInternalServerError}} },
	"too many requests":     func(f *docspacetest.Faults) { f.RateLimited = 20 },
	"garbage":               func(f *docspacetest.Faults) { f.Garbage = true },
	"it hides its status":   func(f *docspacetest.Faults) { f.NoTenantStatus = true },
	"no history":            func(f *docspacetest.Faults) { f.HistoryFails = true },
	"the backup fails":      func(f *docspacetest.Faults) { f.BackupText = "no room" },
	"the backup waits":      func(f *docspacetest.Faults) { f.BackupStuck = true },
	"the backup is lost":    func(f *docspacetest.Faults) { f.LoseBackupAnswer = true },
}

var sicknessNames = slices.Sorted(maps.Keys(sicknesses))

func (w *world) now() (bot.Restore, bool) {
	r, err := w.memory.Get(w.t.Context(), w.open)
	return r, err == nil
}

// ask asks for a restore once none is open. The key is of the portal as it is now.
func (w *world) ask(t *rapid.T) {
	if r, ok := w.now(); ok && !r.Settled || len(w.Portals) == 0 {
		t.Skip("one is open")
	}
	if rapid.Bool().Draw(t, "well") { // or else little is ever started
		w.cured()
	}
	if a := w.request(rapid.IntRange(0, 4).Draw(t, "dump") == 0); a == nil {
		t.Skip("there is no such backup")
	}
	w.steps(5 * time.Second)
	if rapid.IntRange(0, 3).Draw(t, "confirmed") > 0 {
		w.confirm()
		w.meanwhile(t) // much of what may go wrong does so at the start
	}
}

// cured is a portal that is well, and that nobody restores.
func (w *world) cured() {
	w.portal.Heal()
	w.portal.ForgetTasks()
	w.portal.SetTenantStatus(0)
	time.Sleep(5 * time.Minute) // what asked for fewer requests is not asked for a while
}

// request asks for a restore of the newest backup; nil is that there is none.
func (w *world) request(dump bool) bot.Answer {
	w.client.Key = docspace.NewSecret(w.portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}}))
	for _, b := range w.portal.Backups() {
		if b.Dump != dump {
			continue
		}
		w.asked++
		text := b.ID
		if dump {
			text += " --dump"
		}
		a, _ := w.Command(w.t.Context(), bot.Command{Caller: caller("UALICE"), Delivery: string(rune('a' + w.asked)), Text: text})
		if accepted, ok := a.(bot.Accepted); ok {
			w.open, w.agreed, w.unseen = accepted.Restore.ID, time.Time{}, 0
		}
		return a
	}
	return nil
}

// press presses a button of the card, and reports whether it was taken.
func (w *world) press(action bot.Action) bool {
	r, ok := w.now()
	if !ok {
		return false
	}
	press := func(action bot.Action) bot.Answer {
		a, later := w.Press(w.t.Context(), bot.Press{Caller: caller("UBOB"), Action: action, Restore: r.ID, MessageTS: r.CardTS})
		if _, opens := a.(bot.OpenModal); opens {
			return later(w.t.Context())
		}
		return a
	}
	if action != bot.PressConfirm || !r.Order.Dump {
		return press(action) == nil
	}
	modal, ok := press(bot.PressType).(bot.Modal)
	if !ok {
		return false
	}
	who := caller("UBOB")
	who.Channel = ""
	a, _ := w.Submit(w.t.Context(), bot.Submission{Caller: who, Modal: modal.ID, Values: map[string][]string{"word": {"docs"}}})
	return a == nil
}

// confirm is a person who wants the restore, now.
func (w *world) confirm() {
	if w.press(bot.PressConfirm) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.agreed, w.unseen = time.Now(), 0
	}
}

func (w *world) waive() {
	if w.press(bot.PressUnsafe) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.agreed, w.unseen = time.Now(), 0
	}
}

// dismiss is a person who does not want it any more.
func (w *world) dismiss() {
	if w.press(bot.PressDismiss) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.dismissed[w.open] = true
	}
}

// settle is a person's word on what became of it, which is the end.
func (w *world) settle(as bot.Action) {
	was, _ := w.now()
	if !w.press(as) {
		return
	}
	if r, _ := w.now(); !r.State.Ended() || r.ClosedBy == "" {
		w.fault("a person said what became of it, and it is " + string(r.State) + " and was " + string(was.State))
	}
}

// unwatched is time that passes and nothing looks.
func (w *world) unwatched(d time.Duration) {
	time.Sleep(d)
	w.mu.Lock()
	defer w.mu.Unlock()
	if d > time.Minute {
		w.unseen += d
	}
}

var whiles = []time.Duration{time.Second, 7 * time.Second, 25 * time.Second, time.Minute + time.Second, 6 * time.Minute, 20 * time.Minute, 3 * time.Hour, 30 * time.Hour}

func (w *world) others(dump bool) {
	if dump {
		w.theirs(w.portal.StartDumpElsewhere())
		return
	}
	for _, b := range w.portal.Backups() {
		if !b.Dump {
			w.theirs(w.portal.StartElsewhere(b.ID))
			return
		}
	}
}

// leave puts a task of this morning there, where none runs: a task that runs is
// never replaced by one that has ended.
func (w *world) leave(dump bool) {
	r, ok := w.now()
	if ok && (r.State == bot.Starting || r.State == bot.Running && r.Order.Dump == dump) {
		return
	}
	for _, task := range w.portal.Restores() {
		if task.Dump == dump && task.Ended.IsZero() {
			return
		}
	}
	w.left(w.portal.LeaveTask(docspacetest.Leftover{Dump: dump}))
}

// happenings are what may come between any two acts, and, most of them, in the
// middle of a step.
func (w *world) happening(t *rapid.T) func() {
	name := rapid.SampledFrom([]string{
		"others", "others", "the whole server", "forget", "status", "sick", "sick", "sick", "heal", "confirm", "restored", "nothing", "dismiss", "waive",
		"stand still", "stand still", "a peer", "a peer", "die", "die",
	}).Draw(t, "what")
	switch name {
	case "others":
		return func() { w.others(false) }
	case "the whole server":
		return func() { w.others(true) }
	case "forget":
		return w.portal.ForgetTasks
	case "status":
		status := rapid.SampledFrom([]int{0, 0, 0, 1, 4}).Draw(t, "status")
		return func() { w.portal.SetTenantStatus(status) }
	case "sick":
		sick := sicknesses[rapid.SampledFrom(sicknessNames).Draw(t, "how")]
		return func() { w.portal.Break(sick) }
	case "heal":
		return w.portal.Heal
	case "confirm":
		return w.confirm
	case "restored":
		return func() { w.settle(bot.PressRestored) }
	case "nothing":
		return func() { w.settle(bot.PressNothing) }
	case "dismiss":
		return w.dismiss
	case "waive":
		return w.waive
	case "stand still":
		d := rapid.SampledFrom(whiles).Draw(t, "for")
		return func() { w.unwatched(d) }
	case "a peer":
		return func() {
			peer := w.peer()
			if r, ok := w.now(); ok {
				_, _ = peer.Step(w.t.Context(), r.ID, r.Generation)
			}
		}
	}
	return w.seam.die
}

// peer is another process on the same database.
func (w *world) peer() *bot.Bot {
	return &bot.Bot{
		Store: w.Store, Chat: w.Chat, Directory: w.Directory, Poll: w.Poll, Log: w.Log, Process: "peer", Policy: w.Policy, Portals: w.Portals,
	}
}

// steps takes the bot's steps for a while.
func (w *world) steps(while time.Duration) {
	until := time.Now().Add(while)
	for {
		r, ok := w.now()
		if !ok || r.Settled {
			return
		}
		next, _ := w.Step(w.t.Context(), r.ID, r.Generation)
		if w.seam.revived() {
			w.restart()
		}
		w.check(w.t)
		if next.Done || !time.Now().Add(next.After).Before(until) {
			return
		}
		time.Sleep(next.After)
	}
}
