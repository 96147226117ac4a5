package bot

import (
	"context"
	"slices"
	"time"

	"docspace-restorebot/docspace"
)

// Run is the duration of a restore that succeeded or failed, and what it depends on.
type Run struct {
	State       State
	StorageType docspace.StorageType // "" where the backup was not one of the history
	Dump        bool
	Followed    bool   // it was started elsewhere
	ClosedBy    string // who said that it is over, "" where the bot saw it
	StartedAt   time.Time
	EndedAt     time.Time
}

// Took is how long it ran, 0 where that is not known.
func (r Run) Took() time.Duration {
	if r.StartedAt.IsZero() || r.EndedAt.IsZero() {
		return 0
	}
	return max(0, r.EndedAt.Sub(r.StartedAt))
}

// RunOf is the run of a restore.
func RunOf(r Restore) Run {
	return Run{r.State, r.Backup.StorageType, r.Order.Dump, r.Followed, r.ClosedBy, r.StartedAt, r.EndedAt}
}

// usualRuns is how many of the latest runs say what is usual: enough for nine of
// ten, and few enough to be read while others wait.
const usualRuns = 20

// usual is the usual duration by our own history, zero where that cannot be read.
func (b *Bot) usual(ctx context.Context, r Restore) Usual {
	runs, err := b.Store.Runs(ctx, r.Portal, usualRuns)
	if err != nil {
		b.Log.WarnContext(ctx, "the history could not be read", "restore", r.ID, "err", err)
		return Usual{}
	}
	return usualOf(runs, RunOf(r))
}

// usualOf counts the runs that this bot started and saw end, from the same storage and of
// the same kind.
func usualOf(runs []Run, like Run) Usual {
	var took []time.Duration
	for _, r := range runs {
		if r.State == Succeeded && r.ClosedBy == "" && !r.Followed && !r.StartedAt.IsZero() && r.StorageType == like.StorageType && r.Dump == like.Dump {
			took = append(took, r.Took())
		}
	}
	if len(took) == 0 {
		return Usual{}
	}
	slices.Sort(took)
	return Usual{Runs: len(took), Median: took[(len(took)-1)/2], P90: took[(len(took)*9+9)/10-1]}
}
