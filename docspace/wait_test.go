package docspace_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestWaitSeesThePhasesAndTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{Script: docspacetest.Total(10 * time.Minute)})
		id := start(t, p, c)
		var phases []docspace.Phase
		var last docspace.Look
		for look, err := range c.WaitRestore(t.Context(), docspace.TenantOnly, docspace.Wait{TaskID: id}) {
			if err != nil {
				t.Fatal(err)
			}
			phases = append(phases, look.Phase)
			last = look
		}
		want := []docspace.Phase{
			docspace.PhaseQueued, docspace.PhaseDownloading, docspace.PhaseImporting, docspace.PhaseCopying, docspace.PhaseEnded,
		}
		if diff := cmp.Diff(want, slices.Compact(phases)); diff != "" {
			t.Error(diff)
		}
		if !last.Progress.Succeeded() || last.Elapsed < 10*time.Minute || last.Elapsed > 10*time.Minute+3*time.Second {
			t.Errorf("%+v", last)
		}
	})
}

func TestWaitEndsAsTheTaskDoes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration // from the start to the fault
		fault func(*docspacetest.Faults)
		want  error
	}{
		{"success", 0, func(*docspacetest.Faults) {}, nil},
		{"bad file", 0, func(f *docspacetest.Faults) { f.FailText = "The backup file is invalid." }, docspace.ErrTaskFailed},
		{"late failure", 0, func(f *docspacetest.Faults) { f.FailText, f.FailAt = "No space left.", 75 }, docspace.ErrTaskFailed},
		{"failure nobody caught", 0, func(f *docspacetest.Faults) { f.FailText, f.FailAt, f.FailOutside = "Out of memory.", 40, true }, docspace.ErrTaskFailed},
		{"worker stopped", 10 * time.Second, func(f *docspacetest.Faults) { f.Cancel = true }, docspace.ErrTaskCanceled},
		{"task forgotten", 10 * time.Second, func(f *docspacetest.Faults) { f.NoResponse = true }, docspace.ErrTaskLost},
		{"swap answers 404", 0, func(f *docspacetest.Faults) { f.SwapNotFound = true }, nil},
		{"swap answers 500", 0, func(f *docspacetest.Faults) { f.SwapError = true }, nil},
		{"a short outage", 5 * time.Second, func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Times: 30}} }, nil},
		{"rate limit", 5 * time.Second, func(f *docspacetest.Faults) { f.RateLimited = 20 }, nil},
		{"an outage without end", 5 * time.Second, func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{}} }, docspace.ErrUnavailable},
		{"portal down", 5 * time.Second, func(f *docspacetest.Faults) { f.Down = true }, docspace.ErrUnavailable},
		{"portal suspended", 5 * time.Second, func(f *docspacetest.Faults) { f.Redirect = "https://elsewhere.example.com/" }, docspace.ErrRedirected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				script := docspacetest.Total(20 * time.Second)
				script.Swap = 7 * time.Second // more than one look falls into it
				p, c := bundle(docspacetest.Config{Script: script})
				id := start(t, p, c)
				time.AfterFunc(tt.after, func() { p.Break(tt.fault) })
				var last docspace.Look
				var err error
				troubles := 0
				for last, err = range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{TaskID: id}) {
					if last.Trouble != nil {
						troubles++
					}
				}
				if strings.HasPrefix(tt.name, "swap") && troubles < 2 {
					t.Errorf("%d looks met the swap", troubles)
				}
				if !errors.Is(err, tt.want) || (err == nil) != last.Progress.Succeeded() {
					t.Errorf("%+v: %v, want %v", last, err, tt.want)
				}
				if err != nil && strings.ContainsAny(err.Error(), "\n") {
					t.Errorf("%q", err)
				}
			})
		})
	}
}

func TestWaitCalledOffIsNeverSuccess(t *testing.T) {
	t.Parallel()
	why := errors.New("shutting down")
	// At each moment, also at the very one of the end.
	for _, after := range []time.Duration{0, time.Second, 3 * time.Second, 20 * time.Second, 21 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{})
			id := start(t, p, c)
			ctx, cancel := context.WithCancelCause(t.Context())
			if after == 0 {
				cancel(why)
			} else {
				time.AfterFunc(after, func() { cancel(why) })
			}
			_, err := docspace.Last(c.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{TaskID: id}))
			if after < 21*time.Second && !errors.Is(err, why) {
				t.Errorf("after %s: %v", after, err)
			}
			if after == 21*time.Second && (err == nil) == errors.Is(err, why) {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

func TestWaitCalledOffWhileTheSuccessComesInIsNoSuccess(t *testing.T) {
	t.Parallel()
	why := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := answers(func(*http.Request) (*http.Response, error) {
		cancel(why)
		return reply(200, plainJSON, response(`{"isCompleted":true,"progress":100,"status":2,"taskId":"x"}`)), nil
	})
	if last, err := docspace.Last(c.WaitRestore(ctx, docspace.AnyTask, docspace.Wait{})); !errors.Is(err, why) {
		t.Errorf("%+v %v", last, err)
	}
}

func TestWaitTellsOurTaskFromAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		start(t, p, c)
		_, err := docspace.Last(c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{TaskID: backupID}))
		var failed *docspace.TaskError
		if !errors.Is(err, docspace.ErrOtherTask) || !errors.As(err, &failed) {
			t.Errorf("got %v", err)
		}
		// Between two looks ours ends and somebody starts the next.
		theirs := make(chan string, 1)
		time.AfterFunc(21*time.Second, func() { theirs <- p.StartElsewhere(p.Backups()[0].ID) })
		last, err := docspace.Last(c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{Interval: 11 * time.Second}))
		if !errors.Is(err, docspace.ErrOtherTask) || last.Progress.Terminal() {
			t.Errorf("%+v %v", last, err)
		}
		<-theirs
	})
}

func TestWaitAlarmsForAQueueThatNobodyServes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) { f.StuckQueued = true })
		start(t, p, c)
		var alarms []docspace.Alarm
		for look, err := range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{Interval: time.Minute}) {
			if err != nil {
				t.Fatal(err)
			}
			alarms = append(alarms, look.Alarm)
			if look.Elapsed == 5*time.Minute {
				p.Heal() // the worker is back
			}
		}
		want := []docspace.Alarm{"", "", "", docspace.AlarmQueued, docspace.AlarmQueued, docspace.AlarmQueued, ""}
		if diff := cmp.Diff(want, alarms); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWaitForABackupThatOutlivesTheRestore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.Break(func(f *docspacetest.Faults) { f.BackupWarning = "Some files were not included." })
		task, ok, err := c.StartBackup(t.Context(), docspace.BackupRequest{
			StorageType: docspace.StorageLocal, StorageParams: []docspace.Param{{Key: "filePath", Value: "/backups"}},
		})
		if err != nil || !ok || task.Kind != docspace.KindBackup {
			t.Fatal(task, ok, err)
		}
		last, err := docspace.Last(c.WaitBackup(t.Context(), false, docspace.Wait{TaskID: task.TaskID}))
		if err != nil || last.Progress.Warning != "Some files were not included." || last.Phase != docspace.PhaseEnded {
			t.Fatalf("%+v %v", last, err)
		}
		history, err := c.BackupHistory(t.Context(), false)
		if err != nil || history[0].ID != task.TaskID || !history[0].StorageType.OutlivesRestore() {
			t.Errorf("%+v %v", history, err)
		}
		p.RevokeKeys()
		_, err = docspace.Last(c.WaitBackup(t.Context(), false, docspace.Wait{}))
		if !errors.Is(err, docspace.ErrUnauthorized) {
			t.Errorf("with a dead key: %v", err)
		}
	})
}

func TestWaitForAStartWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for _, began := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			p, c := bundle(docspacetest.Config{})
			p.StartElsewhere(p.Backups()[1].ID)
			time.Sleep(time.Minute) // it ended, and is told of for a day
			c.Key = docspace.NewSecret(p.IssueKey(docspacetest.Key{}))
			before, ok, err := c.RestoreProgress(t.Context(), docspace.AnyTask)
			if !ok || err != nil || !before.Succeeded() {
				t.Fatal(before, ok, err)
			}
			p.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer, f.RefuseStart = true, map[bool]int{false: 500}[began] })
			_, _, err = c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID})
			if !errors.Is(err, docspace.ErrAmbiguous) {
				t.Fatal(err)
			}
			last, err := docspace.Last(c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{Before: before.TaskID}))
			if began && (err != nil || last.Progress.TaskID == before.TaskID) || !began && !errors.Is(err, docspace.ErrTaskLost) {
				t.Errorf("began %v: %+v %v", began, last, err)
			}
		})
	}
}

// What a portal says about credentials is of no interest to a wait that sends
// none: in a swap, and behind a proxy, it passes.
func TestWaitBearsWhatTheSwapSays(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 500, 502, 503} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			c := answers(func(*http.Request) (*http.Response, error) {
				if n++; n > 2 && n < 20 {
					return reply(status, "", ""), nil
				}
				return reply(200, plainJSON, response(`{"isCompleted":`+strconv.FormatBool(n > 2)+`,"progress":100,"status":1,"taskId":"x"}`)), nil
			})
			troubles := 0
			for look, err := range c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{}) {
				if err != nil {
					t.Errorf("%d: %v", status, err)
				}
				if look.Trouble != nil {
					troubles++
				}
			}
			if troubles == 0 {
				t.Errorf("%d: no look told of it", status)
			}
		})
	}
}

func TestWaitBearsAMomentWithoutATask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		id := start(t, p, c)
		time.AfterFunc(4*time.Second, func() { p.Break(func(f *docspacetest.Faults) { f.NoResponse = true }) })
		time.AfterFunc(28*time.Second, p.Heal)
		last, err := docspace.Last(c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{TaskID: id}))
		if err != nil || last.Elapsed < 27*time.Second {
			t.Errorf("%+v %v", last, err)
		}
	})
}

func TestWaitSeesABackupStandStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.StartBackupElsewhere(3)
		time.Sleep(5 * time.Second)
		p.Break(func(f *docspacetest.Faults) { f.BackupDead = true })
		for look, err := range c.WaitBackup(t.Context(), false, docspace.Wait{}) {
			if err != nil {
				t.Fatal(err)
			}
			if look.Alarm == docspace.AlarmStalled {
				p.Heal()
			}
			if look.Phase == docspace.PhaseEnded && look.Elapsed < 30*time.Minute {
				t.Errorf("it ended after %s without an alarm", look.Elapsed)
			}
		}
	})
}

func TestOneWaitCanBeRunTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		w := c.WaitRestore(t.Context(), docspace.AnyTask, docspace.Wait{})
		for range 2 { // each run waits for the task that is there then
			id := p.StartElsewhere(p.Backups()[0].ID)
			last, err := docspace.Last(w)
			if err != nil || last.Progress.TaskID != id || last.Elapsed > 30*time.Second || last.Elapsed < 20*time.Second {
				t.Errorf("%+v %v", last, err)
			}
		}
	})
}

func TestLastOfNothingIsNoSuccess(t *testing.T) {
	t.Parallel()
	if _, err := docspace.Last(func(func(docspace.Look, error) bool) {}); !errors.Is(err, docspace.ErrTaskLost) {
		t.Errorf("got %v", err)
	}
	if _, err := docspace.Last(func(yield func(docspace.Look, error) bool) { yield(docspace.Look{}, nil) }); !errors.Is(err, docspace.ErrTaskLost) {
		t.Errorf("got %v", err)
	}
}
