package bot

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/loss"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// Restore is one request and its story to the end. It is a value: methods return a
// changed copy, and only [Store.Save] makes a change real. Zero fields are omitted
// from the stored JSON.
type Restore struct {
	ID         string `json:",omitzero"` // opaque; the value of the card's buttons
	Portal     string `json:",omitzero"` // name that the portal had when it was asked for
	State      State  `json:",omitzero"`
	Version    int64  `json:",omitzero"` // counted up by every Save; the compare of compare-and-swap
	Generation int64  `json:",omitzero"` // fencing token: a step of an older generation is a no-op

	// Address is the portal that the restore is bound to, whatever its name is now:
	// see [PortalName.Address]. "" only in what was recorded before it was kept.
	Address string `json:",omitzero"`

	// Delivery is the trigger_id of the command. Slack may deliver a command
	// twice; a second row with the same Delivery cannot exist.
	Delivery string `json:",omitzero"`
	Team     string `json:",omitzero"`
	Channel  string `json:",omitzero"`
	// Requester is the id of the person who asked.
	Requester string        `json:",omitzero"`
	Order     command.Order `json:",omitzero"`
	// AnswerURL is the command's response_url (30 minutes, 5 uses). It is
	// cleared once the request is answered.
	AnswerURL   docspace.Secret `json:",omitzero"`
	RequestedAt time.Time       `json:",omitzero"`
	ExpiresAt   time.Time       `json:",omitzero"`

	// Followed is set when the restore was started elsewhere and is only watched.
	Followed bool `json:",omitzero"`

	// Backup is what the history says about Order.BackupID. The zero value
	// means that the id is not one of the history (Order.Params name a file).
	Backup        docspace.Backup `json:",omitzero"`
	PortalVersion string          `json:",omitzero"` // as the portal's settings said when it was checked
	PortalAlias   string          `json:",omitzero"` // likewise: another portal of the same server has another one
	Preflight     Preflight       `json:"Outlook,omitzero"`

	Loss  loss.Summary `json:",omitzero"`
	Setup Setup        `json:",omitzero"`

	// Plan is the hash of what was asked for and under which rules, as the card
	// showed it.
	Plan string `json:",omitzero"`

	Confirmations []Confirmation `json:",omitzero"` // in the order given, one a person
	// Reminded is set once those who may confirm were reminded of it.
	Reminded bool `json:",omitzero"`
	// Withdrawn lists the confirmers who could not confirm any more at the start.
	Withdrawn     []string `json:",omitzero"`
	WithdrawnTold int      `json:",omitzero"` // how many of them the channel was told of
	// Handled lists the deliveries of the last presses that changed something. A
	// repeated delivery changes nothing and is not answered as late.
	Handled  []string  `json:"Heeded,omitzero"`
	ClosedBy string    `json:",omitzero"` // who dismissed or settled it
	ClosedAt time.Time `json:",omitzero"`
	// ClosedWhy is what they said when they dismissed it, not yet escaped.
	ClosedWhy string `json:",omitzero"`
	Safety    Safety `json:",omitzero"`

	// TaskBefore and DumpBefore are the ids of the portal's own restore task and of
	// that of the whole server just before the start, "" for none.
	TaskBefore string `json:",omitzero"`
	DumpBefore string `json:",omitzero"`
	// TaskID is the portal's task of this restore, "" until it is known.
	TaskID string `json:",omitzero"`
	// Other is a task that appeared on the portal and may not be this restore. It is
	// watched; its backup is unknown.
	Other OtherTask `json:",omitzero"`
	// StartedAt is when the intent was saved, just before the one POST; zero again
	// once it is known that nothing was started.
	StartedAt time.Time `json:",omitzero"`
	// SilentSince is when the portal first answered that it knows no task of
	// ours. Zero while it does, or has not answered.
	SilentSince time.Time `json:",omitzero"`
	Progress    Progress  `json:",omitzero"`
	EndedAt     time.Time `json:",omitzero"`
	// Reason says in plain words why a restore was refused, failed, or is
	// unclear. Foreign text in it is one line, cut, and not yet escaped.
	Reason Reason `json:",omitzero"`
	// Suggest is the nearest right spelling of what was refused.
	Suggest   string     `json:",omitzero"`
	SeenAt    time.Time  `json:",omitzero"` // last look by a step; SeenBy is its process
	SeenBy    string     `json:",omitzero"`
	Downtimes []Downtime `json:"Aways,omitzero"` // when the bot was down while a restore ran
	Alarms    []Alarm    `json:",omitzero"`      // each raised once
	Verdict   Verdict    `json:",omitzero"`      // what was checked before the end was told

	// StartsAt is the end of the countdown of --break-glass. CountdownTS is the reply
	// that mentioned the people who may stop it.
	StartsAt    time.Time `json:",omitzero"`
	CountdownTS string    `json:"GlassTS,omitzero"`

	CardTS string `json:",omitzero"` // ts of the card, "" until it is posted and when it is gone
	// CardGone is set when somebody removed the card. It is posted again once
	// there is something new to say.
	CardGone    bool        `json:",omitzero"`
	Cards       int         `json:",omitzero"`       // how many were posted
	Shown       Shown       `json:",omitzero"`       // what the card says now
	ChannelLost ChannelLost `json:"Astray,omitzero"` // set while the channel cannot be reached
	// PhaseTold is the phase in which the thread was told that it began, "" before.
	PhaseTold Phase     `json:",omitzero"`
	EndTS     string    `json:",omitzero"`     // ts of the reply that told the end
	Aftercare Aftercare `json:"Care,omitzero"` // what the bot checks after the end
	Checklist Checklist `json:",omitzero"`
	Settled   bool      `json:",omitzero"` // nothing is left to do or to tell

	// Seal is the result of the check of the record's seal. AlteredAt is when the bot
	// noticed a change from outside. Both stay.
	Seal      Seal      `json:",omitzero"`
	AlteredAt time.Time `json:",omitzero"`
}

// Confirmation is one person's press on the danger button.
type Confirmation struct {
	User string    `json:",omitzero"`
	At   time.Time `json:",omitzero"`
	// MessageTS is the message that held the button.
	MessageTS string `json:",omitzero"`
}

// OtherTask is a task on the portal that may not be the bot's.
type OtherTask struct {
	ID      string    `json:",omitzero"`
	SeenAt  time.Time `json:",omitzero"` // first
	Percent int       `json:",omitzero"`
	Ended   bool      `json:",omitzero"`
	OK      bool      `json:",omitzero"` // ended, and the portal calls it completed
}

// Downtime is a time in which the bot was down, found afterwards.
type Downtime struct{ From, To time.Time }

// Shown is the content of the card's last edit.
type Shown struct {
	State   State     `json:",omitzero"`
	Version int64     `json:",omitzero"` // version of the restore that was shown
	Percent int       `json:",omitzero"`
	Phase   Phase     `json:",omitzero"`
	At      time.Time `json:",omitzero"`
}

// ChannelLost says since when the channel of a restore cannot be reached, and which
// direct messages told the requester.
type ChannelLost struct {
	Since time.Time `json:",omitzero"`
	TS    string    `json:",omitzero"` // of the direct message that said so
	EndTS string    `json:",omitzero"` // of the one that told the end
}

// Reason says why a restore went no further.
type Reason struct {
	Rule policy.Rule `json:",omitzero"`
	What string      `json:",omitzero"` // what happened; [Restore.Effect] says whether anything was changed
	Do   string      `json:",omitzero"` // what to do now
}

// Verdict is the check of the portal after its task was completed. The zero value
// means not checked yet.
type Verdict struct {
	At            time.Time `json:",omitzero"`
	Version       string    `json:",omitzero"`       // of the restored portal
	Login         bool      `json:",omitzero"`       // the login page answered
	StatusUnknown bool      `json:"Untold,omitzero"` // the portal does not say whether it is active
	Trouble       string    `json:",omitzero"`       // why it is not verified, one line
}

// NewID returns a fresh restore id: ten characters that say nothing and can be
// read out over a telephone.
func NewID() string { return strings.ToLower(rand.Text()[:10]) }

// request is the part of r on which a policy decides.
func (r Restore) request() policy.Request {
	return policy.Request{Team: r.Team, Channel: r.Channel, Requester: r.Requester, Order: r.Order}
}

// readySince is the time from which only the start was left to do.
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

// maxHandled bounds Handled: few presses change something.
const maxHandled = 16

// markHandled records the delivery of an act, as part of the change that it makes.
func (r Restore) markHandled(c policy.Caller) Restore {
	if c.Delivery != "" {
		kept := r.Handled[max(0, len(r.Handled)+1-maxHandled):]
		r.Handled = append(slices.Clone(kept), c.Delivery)
	}
	return r
}

func (r Restore) wasHandled(c policy.Caller) bool {
	return c.Delivery != "" && slices.Contains(r.Handled, c.Delivery)
}

// People lists the requester and the confirmers, each once: they are told of the
// end.
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

// Outcome is the state in words. A restore that never started is "not started" and
// not "failed".
func (r Restore) Outcome() string {
	if r.State == Failed && r.StartedAt.IsZero() {
		return "not started"
	}
	return string(r.State)
}

// withEnd returns r in a final state, or in [Unclear], with its reason.
func (r Restore) withEnd(s State, now time.Time, why Reason) Restore {
	r.State, r.Reason, r.EndedAt = s, why, now
	return r
}

// withoutStart returns r as failed although its intent was saved: the start was not
// sent, or the portal refused it.
func (r Restore) withoutStart(now time.Time, why Reason) Restore {
	r = r.withEnd(Failed, now, why)
	r.StartedAt = time.Time{}
	return r
}

// reasonFrom is a refusal as the end of a restore. A card lists no people to ask.
func reasonFrom(no *policy.Refusal) Reason {
	out := no.WithoutPeople()
	return Reason{Rule: no.Rule, What: out.What, Do: out.Do}
}
