package bot

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/docspace"
)

// Restore is one request and all that became of it. It is a value: methods
// return a changed copy and only [Store.Save] makes a change real.
type Restore struct {
	ID         string // opaque; the value of the card's buttons
	Portal     string // name of the portal
	State      State
	Version    int64 // counted up by every Save; the compare of compare-and-swap
	Generation int64 // fencing token: a step of an older generation is a no-op

	// Delivery is the trigger_id of the command. Slack may deliver a command
	// twice; a second row with the same Delivery cannot exist.
	Delivery string
	Team     string
	Channel  string
	// Requester is the id of the person who asked.
	Requester string
	Order     Order
	// AnswerURL is the command's response_url (30 minutes, 5 uses). It is
	// cleared once the request is answered.
	AnswerURL   docspace.Secret
	RequestedAt time.Time
	ExpiresAt   time.Time

	// Followed is set when the restore was started elsewhere and is only watched.
	Followed bool

	// Backup is what the history says about Order.BackupID. The zero value
	// means that the id is not one of the history (Order.Params name a file).
	Backup        docspace.Backup
	PortalVersion string // as the portal's settings said when it was checked
	Outlook       Outlook

	// Plan is the hash of what was asked for and under which rules, as the card
	// showed it.
	Plan string

	Confirmations []Confirmation // in the order given, one a person
	// Heeded are the deliveries of the last presses that changed something: one
	// that comes again changes nothing, and is not answered as if it were late.
	Heeded   []string
	ClosedBy string // who dismissed or settled it
	ClosedAt time.Time
	Safety   Safety

	// TaskBefore is the id of the task that the portal knew just before the
	// start, "" for none: any other id seen afterwards is ours.
	TaskBefore string
	TaskID     string
	StartedAt  time.Time // when the intent was saved, just before the one POST
	// SilentSince is when the portal first answered that it knows no task of
	// ours. Zero while it does, or has not answered.
	SilentSince time.Time
	Progress    Progress
	EndedAt     time.Time
	// Reason says in plain words why a restore was refused, failed, or is
	// unclear. Foreign text in it is one line, cut, and not yet escaped.
	Reason Reason
	// Suggest is the nearest right spelling of what was refused.
	Suggest string
	SeenAt  time.Time // when a step last looked at it, and SeenBy which process
	SeenBy  string
	Aways   []Away  // when the bot was down while a restore ran
	Alarms  []Alarm // each raised once
	Verdict Verdict // what was checked before the end was told

	// StartsAt is when the countdown of a broken glass ends; GlassTS is the reply
	// that called those who may stop it.
	StartsAt time.Time
	GlassTS  string

	CardTS string // ts of the card, "" until it is posted and when it is gone
	// CardGone is set when somebody removed the card. It is posted anew once
	// there is something new to say.
	CardGone bool
	Cards    int    // how many were posted
	Shown    Shown  // what the card says now
	Astray   Astray // set while the channel cannot be reached
	// PhaseTold is the last phase that was posted to the thread.
	PhaseTold Phase
	EndTS     string // ts of the reply that told the end
	Care      Care   // what is looked after once the end is told
	Settled   bool   // nothing is left to do or to tell
}

// Order is what the command asked for, in the terms of startrestore.
type Order struct {
	BackupID    string
	StorageType docspace.StorageType // "" when the command named none
	Params      []Param
	Notify      bool
	Dump        bool
	Reason      string
	DryRun      bool
	NoSafety    bool // --no-safety-backup
	// BreakGlass lets one person go alone, in front of everybody.
	BreakGlass bool
}

// Param is one --param KEY=VALUE.
type Param struct{ Key, Value string }

// Confirmation is one person's press on the danger button.
type Confirmation struct {
	User string
	At   time.Time
	// MessageTS is the message that held the button.
	MessageTS string
}

// Away is a time without the bot, seen afterwards.
type Away struct{ From, To time.Time }

// Shown is what the card was last edited to.
type Shown struct {
	State   State
	Version int64 // version of the restore that was shown
	Percent int
	Phase   Phase
	At      time.Time
}

// Astray is what became of the story of a restore whose channel cannot be
// reached: the requester is told alone.
type Astray struct {
	Since time.Time
	TS    string // of the direct message that said so
	EndTS string // of the one that told the end
}

// Reason is why a restore went no further.
type Reason struct {
	Rule Rule
	What string // what happened, and whether anything was changed
	Do   string // what to do now
}

// Verdict is what was checked after the portal called its task completed. The
// zero value means not checked yet.
type Verdict struct {
	At      time.Time
	Version string // of the restored portal
	Login   bool   // the login page answered
	Trouble string // why it is not verified, one line
}

// NewID returns a fresh restore id: ten characters that say nothing and can be
// read out over a telephone.
func NewID() string { return strings.ToLower(rand.Text()[:10]) }

// NeedsOther reports whether somebody else than the requester has to confirm,
// whatever the settings say.
func (r Restore) NeedsOther() bool { return r.Order.Dump }

// readySince is since when nothing but the start is left to do.
func (r Restore) readySince() time.Time {
	var since time.Time
	if n := len(r.Confirmations); n > 0 {
		since = r.Confirmations[n-1].At
	}
	for _, at := range []time.Time{r.Safety.EndedAt, r.StartsAt} {
		if at.After(since) {
			since = at
		}
	}
	return since
}

// Confirmers lists the ids of those who confirmed.
func (r Restore) Confirmers() []string {
	ids := make([]string, 0, len(r.Confirmations))
	for _, c := range r.Confirmations {
		ids = append(ids, c.User)
	}
	return ids
}

// heededKept bounds Heeded: few presses change something.
const heededKept = 16

// heeding notes what somebody did, as part of the change that it makes.
func (r Restore) heeding(c Caller) Restore {
	if c.Delivery != "" {
		kept := r.Heeded[max(0, len(r.Heeded)+1-heededKept):]
		r.Heeded = append(slices.Clone(kept), c.Delivery)
	}
	return r
}

func (r Restore) heeded(c Caller) bool {
	return c.Delivery != "" && slices.Contains(r.Heeded, c.Delivery)
}

// People lists who is to be told of the end, each once: the requester first.
func (r Restore) People() []string {
	people := []string{r.Requester}
	for _, id := range r.Confirmers() {
		if id != r.Requester {
			people = append(people, id)
		}
	}
	return people
}

// Elapsed is how long the portal has been, or was, restoring.
func (r Restore) Elapsed(now time.Time) time.Duration {
	switch {
	case r.StartedAt.IsZero():
		return 0
	case !r.EndedAt.IsZero():
		return r.EndedAt.Sub(r.StartedAt)
	default:
		return now.Sub(r.StartedAt)
	}
}

// ended returns r in a final state (or in [Unclear]) with its reason.
func (r Restore) ended(s State, now time.Time, why Reason) Restore {
	r.State, r.Reason, r.EndedAt = s, why, now
	return r
}
