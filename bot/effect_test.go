package bot_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace/docspacetest"
)

// unwritable is a store whose writes of restores fail.
type unwritable struct {
	*memory

	err error
}

func (f unwritable) Wake(context.Context, bot.Restore, bot.Restore, ...bot.Event) (bot.Restore, error) {
	return bot.Restore{}, f.err
}

func (f unwritable) SetFreeze(context.Context, bot.Freeze, ...bot.Event) error { return f.err }

// undecided takes a confirmed restore to where its safety backup failed and a person has
// to decide.
func (s *scene) undecided() bot.Restore {
	s.t.Helper()
	guarded(s)
	s.portal.Break(func(f *docspacetest.Faults) { f.BackupText = "disk full" })
	r := s.request("")
	s.press(r, "UBOB", bot.PressConfirm)
	return s.walk(r.ID, bot.Restore.AsksForWaiver)
}

// What a refusal says of changes is true of the act, whatever runs meanwhile.
func TestEachRefusedActSaysOnceWhatItChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(s *scene) bot.Answer
		want policy.Effect
	}{
		"a request":    {func(s *scene) bot.Answer { return s.turned("11111111-2222-3333-4444-555555555555") }, ""},
		"a wrong flag": {func(s *scene) bot.Answer { return s.ask("x --dmup") }, ""},
		"beside a run": {func(s *scene) bot.Answer { s.running(); return s.ask(s.portal.Backups()[0].ID) }, ""},
		"the picker": {func(s *scene) bot.Answer {
			s.portal.Break(func(f *docspacetest.Faults) { f.Down = true })
			return s.opened("")
		}, ""},
		"confirm, runs":   {func(s *scene) bot.Answer { return s.press(s.running(), "UBOB", bot.PressConfirm) }, policy.PressChangedNothing},
		"stop, runs":      {func(s *scene) bot.Answer { return s.press(s.running(), "UEVE", bot.PressStop) }, policy.PressChangedNothing},
		"a name, runs":    {func(s *scene) bot.Answer { return s.press(s.running(), "UBOB", bot.PressType) }, policy.PressChangedNothing},
		"what goes, runs": {func(s *scene) bot.Answer { return s.press(s.running(), "UEVE", bot.PressLoss) }, policy.PressChangedNothing},
		"a guest, runs": {func(s *scene) bot.Answer {
			r := s.running()
			s.chat.people["UBOB"] = policy.Person{Guest: true}
			return s.press(r, "UBOB", bot.PressRestored)
		}, policy.PressChangedNothing},
		"another workspace, runs": {func(s *scene) bot.Answer {
			r, c := s.running(), caller("UBOB")
			c.Team = "T9"
			a, _ := s.Press(s.t.Context(), bot.Press{Caller: c, Action: bot.PressConfirm, Restore: r.ID, MessageTS: r.CardTS})
			return a
		}, policy.PressChangedNothing},
		"waived in a freeze": {func(s *scene) bot.Answer {
			r := s.undecided()
			if err := s.store.SetFreeze(s.t.Context(), bot.Freeze{By: "UBOB", Reason: "deploy", At: time.Now()}); err != nil {
				s.t.Fatal(err)
			}
			return s.press(r, "UBOB", bot.PressUnsafe)
		}, policy.PressChangedNothing},
		"waived too late": {func(s *scene) bot.Answer {
			r := s.undecided()
			time.Sleep(time.Until(r.Safety.AskUntil))
			return s.press(r, "UBOB", bot.PressUnsafe)
		}, policy.PressChangedNothing},
		"cancelled, runs": {func(s *scene) bot.Answer { return s.ask("cancel " + s.running().ID) }, policy.CommandChangedNothing},
		"cancelled, unclear": {func(s *scene) bot.Answer {
			s.portal.Break(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Path: "startrestore"}} })
			return s.ask("cancel " + s.unclear(s.confirmed()).ID)
		}, policy.CommandChangedNothing},
		"frozen by anybody": {func(s *scene) bot.Answer {
			s.running()
			a, _ := s.Command(s.t.Context(), bot.Command{Caller: caller("UEVE"), Delivery: "eve", Text: "freeze deploy"})
			return a
		}, policy.CommandChangedNothing},
		"let go, not frozen": {func(s *scene) bot.Answer {
			s.Policy.Approvers = s.Policy.Users
			return s.ask("unfreeze")
		}, policy.CommandChangedNothing},
		"a press that fails": {func(s *scene) bot.Answer {
			r := s.request("")
			s.Store = unwritable{s.store, errors.New("disk full")}
			return s.press(r, "UBOB", bot.PressConfirm)
		}, policy.PressChangedNothing},
		"a press whose commit is lost": {func(s *scene) bot.Answer {
			r := s.request("")
			s.Store = unwritable{s.store, fmt.Errorf("commit: %w", bot.ErrUncertain)}
			return s.press(r, "UBOB", bot.PressConfirm)
		}, policy.MayBeRecorded},
		"a freeze whose commit is lost": {func(s *scene) bot.Answer {
			s.Policy.Approvers = s.Policy.Users
			s.Store = unwritable{s.store, fmt.Errorf("commit: %w", bot.ErrUncertain)}
			return s.ask("freeze deploy")
		}, policy.MayBeRecorded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				no, ok := c.act(s).(*policy.Refusal)
				if !ok || no == nil {
					s.t.Fatal("it is not refused")
				}
				if no.Effect != c.want || c.want != policy.MayBeRecorded && len(unchanged.FindAllString(no.String(), -1)) != 1 {
					s.t.Errorf("it says %q, want once %q", no, c.want)
				}
			})
		})
	}
}

func TestRestoreKnowsWhetherItChangedThePortal(t *testing.T) {
	t.Parallel()
	at := time.Now()
	whole := func(r bot.Restore) bot.Restore { r.Order.Dump = true; return r }
	for _, c := range []struct {
		r    bot.Restore
		want string
	}{
		{bot.Restore{State: bot.Requested}, ""},
		{bot.Restore{State: bot.Running, StartedAt: at}, ""},
		{bot.Restore{State: bot.Refused}, bot.Untouched},
		{bot.Restore{State: bot.Expired}, bot.Untouched},
		{bot.Restore{State: bot.Dismissed, ClosedBy: "UBOB"}, bot.Untouched},
		{whole(bot.Restore{State: bot.Rehearsed}), bot.Untouched},
		{whole(bot.Restore{State: bot.Failed}), bot.Untouched},
		{bot.Restore{State: bot.Failed, StartedAt: at}, bot.DataIntact},
		{whole(bot.Restore{State: bot.Failed, StartedAt: at}), bot.DataInDoubt},
		{bot.Restore{State: bot.Failed, StartedAt: at, ClosedBy: "UBOB"}, bot.NotChecked},
		{whole(bot.Restore{State: bot.Failed, StartedAt: at, ClosedBy: "UBOB"}), bot.DataInDoubt},
		{bot.Restore{State: bot.Unclear, StartedAt: at}, bot.NotKnown},
		{bot.Restore{State: bot.Succeeded, StartedAt: at}, ""},
		{bot.Restore{State: bot.Succeeded, StartedAt: at, ClosedBy: "UBOB"}, bot.NotChecked},
	} {
		if got := c.r.Effect(); got != c.want {
			t.Errorf("%s (dump %t, started %t, closed by %q): %q, want %q", c.r.State, c.r.Order.Dump, !c.r.StartedAt.IsZero(), c.r.ClosedBy, got, c.want)
		}
	}
}

func TestReasonOfAnOldRecordSaysNoEffect(t *testing.T) {
	t.Parallel()
	for was, want := range map[string]string{
		"The backup x has expired. Nothing was started.":                                                             "The backup x has expired.",
		"The portal refused to start: it is suspended. Nothing was changed.":                                         "The portal refused to start: it is suspended.",
		"This was a dry run: everything was checked and nothing was started.":                                        "This was a dry run: everything was checked.",
		"The portal no longer knows the restore that was started; how it ended cannot be told from here.":            "The portal no longer knows the restore that was started.",
		"The bot sent the start and lost the answer, and it is silent. It cannot tell whether anything was changed.": "The bot sent the start and lost the answer, and it is silent.",
		"The portal x is no longer set up. Whether the restore has ended, and how, cannot be told from here.":        "The portal x is no longer set up.",
		"The portal stopped the restore. Its own words: “Nothing was started.”":                                      "The portal stopped the restore. Its own words: “Nothing was started.”",
		"A person looked and says that the portal was restored.":                                                     "A person looked and says that the portal was restored.",
		"": "",
	} {
		got := bot.Reason{What: was, Do: "Look."}.WithoutOldEffect()
		if got.What != want || got.Do != "Look." || got != got.WithoutOldEffect() {
			t.Errorf("%q is read as %+v", was, got)
		}
	}
}
