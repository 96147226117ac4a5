package bot

import (
	"context"
	"slices"
	"time"
)

// AlarmKind names a problem of a running restore.
type AlarmKind string

// The alarms. Each has its known cure in the view.
const (
	// AlarmQueued: no worker has picked the task up.
	AlarmQueued AlarmKind = "queued"
	// AlarmStalled: nothing has changed for long; the worker may be dead and the
	// portal locked.
	AlarmStalled AlarmKind = "stalled"
	// AlarmSilent: the portal cannot be asked.
	AlarmSilent AlarmKind = "silent"

	// AlarmSafetyWaits: another backup has held the safety backup up for long.
	AlarmSafetyWaits AlarmKind = "safety_waits"
	// AlarmSafetySlow: the portal says that the safety backup runs, and it has
	// shown no change for long.
	AlarmSafetySlow AlarmKind = "safety_slow"
	// AlarmSafetySilent: the portal does not say how far the safety backup is.
	AlarmSafetySilent AlarmKind = "safety_silent"
)

// AlarmKinds lists the alarms.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{AlarmQueued, AlarmStalled, AlarmSilent, AlarmSafetyWaits, AlarmSafetySlow, AlarmSafetySilent}
}

// Alarm is one problem. Each kind is raised once.
type Alarm struct {
	Kind AlarmKind `json:",omitzero"`
	At   time.Time `json:",omitzero"`
	Told bool      `json:",omitzero"` // posted to the thread
}

// How long a problem may last before its alarm. The server gives no heartbeat, so these
// are generous guesses: a worker picks a task up within seconds, but a download or a copy
// of files may show no change for long.
const (
	queuedFor  = 3 * time.Minute
	stalledFor = 30 * time.Minute
	silentFor  = 2 * time.Minute
	// forgottenFor is how long a portal that is not Active may answer that it knows
	// no task of ours before a person is asked to look.
	forgottenFor = 2 * time.Minute
)

// withDueAlarms returns r with the alarms that are due now.
func (r Restore) withDueAlarms(now time.Time) Restore {
	if kind, due := r.Alarmed(now); due {
		r = r.withAlarm(kind, now)
	}
	return r
}

// Alarmed lists the problems that a running restore has now.
func (r Restore) Alarmed(now time.Time) (AlarmKind, bool) {
	p := r.Progress
	still := now.Sub(p.ChangedAt)
	switch {
	case p.Trouble != "":
		return AlarmSilent, now.Sub(p.TroubleSince) >= silentFor
	case p.Phase == PhaseQueued:
		return AlarmQueued, still >= queuedFor
	}
	return AlarmStalled, still >= stalledFor
}

// withAlarm returns r with an alarm, once a kind.
func (r Restore) withAlarm(kind AlarmKind, now time.Time) Restore {
	if !r.hasAlarm(kind) {
		r.Alarms = append(slices.Clip(r.Alarms), Alarm{Kind: kind, At: now})
	}
	return r
}

func (r Restore) hasAlarm(kind AlarmKind) bool {
	for _, a := range r.Alarms {
		if a.Kind == kind {
			return true
		}
	}
	return false
}

// tellAlarms posts the alarms that are not told yet, in the channel too, and
// records that.
func (b *Bot) tellAlarms(ctx context.Context, r *Restore, p Portal) error {
	for i, alarm := range r.Alarms {
		if alarm.Told {
			continue
		}
		if err := b.postNote(ctx, r, p, Note{Kind: NoteAlarm, Alarm: alarm, Broadcast: true}); err != nil {
			return err
		}
		next := *r
		next.Alarms = slices.Clone(r.Alarms)
		next.Alarms[i].Told = true
		saved, err := b.Store.Save(ctx, *r, next, Event{
			At: time.Now().UTC(), Restore: r.ID, Kind: EventAlarm, Detail: map[string]string{"alarm": string(alarm.Kind)},
		})
		if err != nil {
			return err
		}
		*r = saved
	}
	return nil
}
