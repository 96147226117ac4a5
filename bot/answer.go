package bot

import (
	"context"
	"time"

	"docspace-restorebot/docspace"
)

// Answer is what one person is told and nobody else sees. It is one of
// [*policy.Refusal], [Accepted], [Help], [Backups], [Status], [History], [FreezeSet],
// [Examination] and [TextAnswer], or, for modals, [OpenModal], [Modal], [Faults] and
// [CloseModals].
type Answer any

// FollowUp works out an answer that takes longer than an ack may. A nil FollowUp
// means that the first answer is all; a nil answer says nothing.
type FollowUp func(ctx context.Context) Answer

// Accepted says that a request was recorded and is being checked.
type Accepted struct {
	Restore Restore
	Portal  PortalName
}

// Help shows usage. Topic is a word of the command line, "" for all of it.
type Help struct{ Topic string }

// Backups lists a portal's history, newest first, and what cannot be restored last.
type Backups struct {
	Portal  PortalName
	Dump    bool
	Backups []docspace.Backup
	From    int // the first of them that is shown
	Now     time.Time
}

// Restorable reports whether a backup of the list can be asked for.
func (a Backups) Restorable(b docspace.Backup) bool { return restorable(b, a.Now) == nil }

// Status says what runs or waits now.
type Status struct {
	Open []Restore // ours
	// External are portals that restore something the bot did not start, or
	// that could not be asked.
	External []ExternalTask
	Last     *Restore // the last one that ended, if nothing is open
	Freeze   FreezeShown
	Now      time.Time
}

// ExternalTask is a portal's word on a task that the bot did not start.
type ExternalTask struct {
	Portal  PortalName
	Task    docspace.Progress
	Running bool
	Trouble string                // why it could not be asked, or could not be restored now
	Cure    string                // what to do about it
	State   docspace.TenantStatus // "" where it is active, or could not be asked
}

// History lists restores that ended, newest first.
type History struct {
	Restores []Restore
	Now      time.Time
}

// FreezeSet says that restores are frozen now, or that Ended is over.
type FreezeSet struct {
	Freeze Freeze
	Ended  Freeze
	Open   []Restore // restores that started before the freeze
}

// TextAnswer is one plain sentence or two.
type TextAnswer struct{ Text string }
