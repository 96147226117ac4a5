package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// Preflight holds the facts that the bot collected before it asked people. The zero value
// is of a request that was not checked.
type Preflight struct {
	At         time.Time `json:",omitzero"`
	Usual      Usual     `json:",omitzero"`
	KeyExpires time.Time `json:",omitzero"` // zero: never
	KeyAll     bool      `json:",omitzero"` // the key may do everything, not only write
	// Backing is set while the portal takes a backup, at BackingPercent.
	Backing        bool   `json:",omitzero"`
	BackingPercent int    `json:",omitzero"`
	BackingTrouble string `json:",omitzero"` // why it could not be told
	Newer          int    `json:",omitzero"` // backups in the history that are newer than the chosen one
	Counts         Counts `json:",omitzero"`
	Charge         Charge `json:",omitzero"` // of the safety backup
	// ClockAhead is how far the portal's clock is ahead of the bot's, where they
	// disagree.
	ClockAhead time.Duration `json:",omitzero"`
	// Unread says why the history could not be read, for an order with --unlisted.
	Unread string `json:",omitzero"`
}

// Usual is how long the restores of a portal from a storage took before.
type Usual struct {
	Runs        int           `json:",omitzero"` // 0: no history yet
	Median, P90 time.Duration `json:",omitzero"`
}

// Counts is what a portal holds. A count below 0 is unknown.
type Counts struct {
	At                    time.Time `json:",omitzero"` // zero: not counted
	Users, Rooms, Backups int       `json:",omitzero"`
	Trouble               string    `json:",omitzero"` // why something could not be counted, one line
}

// String is what was counted, "" for nothing.
func (c Counts) String() string {
	if c.At.IsZero() {
		return ""
	}
	var parts []string
	for _, one := range []struct {
		n         int
		one, more string
	}{{c.Users, "user", "users"}, {c.Rooms, "room", "rooms"}, {c.Backups, "backup", "backups"}} {
		if one.n >= 0 {
			parts = append(parts, Count(one.n, one.one, one.more))
		}
	}
	return strings.Join(parts, ", ")
}

// preflight collects the facts that people should know before they confirm. A
// missing fact is shown as unknown and refuses nothing.
func (b *Bot) preflight(ctx context.Context, r *Restore, p Portal, key docspace.Key, backups []docspace.Backup) {
	o := Preflight{At: time.Now().UTC(), Usual: b.usual(ctx, *r), KeyExpires: key.ExpiresOn, KeyAll: hasAllScopes(key), ClockAhead: p.clockAhead(), Unread: r.Preflight.Unread}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	task, known, err := p.API.BackupProgress(ask, r.Order.Dump)
	switch {
	case err != nil:
		o.BackingTrouble = p.explain(err).why
	case known && !task.Terminal():
		o.Backing, o.BackingPercent = true, task.Percent
	}
	for _, backup := range backups {
		if !r.Backup.CreatedOn.IsZero() && backup.CreatedOn.After(r.Backup.CreatedOn) {
			o.Newer++
		}
	}
	o.Counts = countContent(ask, p)
	if r.Backup.ID != "" && !r.Order.Dump { // otherwise there is no history of this portal
		o.Counts.Backups = len(backups)
	}
	r.Preflight = o
}

func hasAllScopes(k docspace.Key) bool {
	return len(k.Permissions) == 0 || slices.Contains(k.Permissions, docspace.ScopeAll)
}

// countContent counts the people and rooms of a portal, but not its backups.
func countContent(ctx context.Context, p Portal) Counts {
	c := Counts{At: time.Now().UTC(), Users: -1, Rooms: -1, Backups: -1}
	if n, err := p.API.UsersCount(ctx); err == nil {
		c.Users = n
	} else {
		c.Trouble = p.explain(err).why
	}
	if n, err := p.API.RoomsCount(ctx); err == nil {
		c.Rooms = n
	} else {
		c.Trouble = p.explain(err).why
	}
	return c
}

// checkPortal checks the portal, the key and the backup, and records the answers in
// r.
func (b *Bot) checkPortal(ctx context.Context, r *Restore, p Portal) *policy.Refusal {
	if err := r.Order.Check(); err != nil {
		return syntaxRefusal(err)
	}
	settings, no := checkPortalFree(ctx, r, p)
	if no == nil {
		no = checkSafetyTarget(*r, p, settings)
	}
	if no != nil {
		return no
	}
	ask, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	key, err := p.API.KeySelf(ask)
	switch {
	case err != nil:
		return p.refuseUnanswered(err)
	case !key.CanRestore() || key.Expired(time.Now()):
		return &policy.Refusal{Rule: policy.RuleKey, What: "The bot's API key is switched off, expired, or may not write on this portal.", Do: "Give it the permission *:write if it lacks that. Else: " + p.KeyFrom.newKeyHint()}
	}
	backups, no := b.findBackup(ctx, r, p)
	if no == nil {
		b.preflight(ctx, r, p, key, backups)
		r.Preflight.Charge = chargeOf(ctx, *r, p, settings)
	}
	return no
}

// checkPortalFree checks that the portal is active and that no restore runs on it.
func checkPortalFree(ctx context.Context, r *Restore, p Portal) (docspace.Settings, *policy.Refusal) {
	ctx, cancel := context.WithTimeout(ctx, stepCallTimeout)
	defer cancel()
	settings, err := p.API.Settings(ctx)
	if err != nil {
		return settings, p.refuseUnanswered(err)
	}
	if another := r.otherPortal(settings); another != "" {
		return settings, another.refusal()
	}
	r.PortalVersion, r.PortalAlias = settings.Version, settings.TenantAlias
	ts, err := askTasks(ctx, p.API)
	if err != nil {
		return settings, p.refuseUnanswered(err)
	}
	if task, dump, ok := ts.running(); ok {
		return settings, refuseExternal(task, dump)
	}
	r.TaskBefore, r.DumpBefore = ts.own.TaskID, ts.dump.TaskID
	if inactive(settings) {
		return settings, explainStatus(settings.TenantStatus).refusal("The portal is not active")
	}
	if r.Order.Dump && !settings.Standalone {
		return settings, &policy.Refusal{Rule: policy.RulePortal, What: "This portal is not self-hosted, and --dump is for whole self-hosted servers.", Do: "Ask again without --dump."}
	}
	if r.Order.Dump && !knowsDump(settings.Version) {
		return settings, &policy.Refusal{
			Rule: policy.RulePortal,
			What: "The portal does not know --dump, or does not say its version: it would restore the portal alone.",
			Do:   "Ask again without --dump, or bring the server to 3.1 or newer first.",
		}
	}
	return settings, nil
}

// refuseExternal refuses a request while a restore runs that the bot did not start.
func refuseExternal(task docspace.Progress, dump bool) *policy.Refusal {
	what := "A restore runs on the portal"
	if dump {
		what = "A restore of the whole server runs"
	}
	return &policy.Refusal{
		Rule: policy.RuleBusy,
		What: fmt.Sprintf("%s already, at %d %%, and this bot did not start it.", what, task.Percent),
		Do:   "Wait for its end; /restore status shows how far it is.",
	}
}

// knowsDump reports whether a server of this version reads dump. Before 3.1 it
// ignores dump silently.
func knowsDump(version string) bool {
	var major, minor int
	if n, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil || n != 2 {
		return false
	}
	return major > 3 || major == 3 && minor >= 1
}
