package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// PressPick opens the picker with a backup chosen. Its button stands in the list
// of backups; its value is the portal's name and the backup's id, and "dump"
// for one of the whole server.
const PressPick Action = "pick"

// FormPick is the modal in which a backup is chosen. Its Data is a [pickerState].
const FormPick FormKind = "pick"

// The fields of the picker. The backup's field carries the turn in its name:
// after another portal was chosen it is another field, with nothing chosen.
const (
	fieldPortal  = "portal"
	fieldScope   = "scope"
	fieldBackup  = "backup_"
	fieldOptions = "options"
	fieldReason  = "reason"

	scopePortal = "portal"
	scopeServer = "server"

	optionNotify = "notify"
	optionUnsafe = "no-safety-backup"
	optionDryRun = "dry-run"

	// pickerLifetime is how long a picker may stay open: what it shows grows old.
	pickerLifetime = 30 * time.Minute

	maxOptions = 100 // options of a menu: more are searched for
)

// pickerState is what an open picker shows. The portal is asked once a turn;
// backupLists keeps its answer, not the Store.
type pickerState struct {
	Portal string
	Dump   bool
	Turn   int
}

func pickerPlaceholder() Modal {
	return Modal{Title: "Restore a backup", Parts: []Part{Words{"Loading backups ... With many of them on a cloud this takes up to a minute and a half. Nothing was started."}}}
}

// openPicker answers /restore without an id.
func (b *Bot) openPicker(c policy.Caller, portal string) (Answer, FollowUp) {
	return OpenModal{pickerPlaceholder()}, func(ctx context.Context) Answer {
		return b.answerMember(ctx, c, func() Answer { return b.fillPicker(ctx, c, Form{}, pickerState{Portal: portal}, "") })
	}
}

// fillPickerFromList fills the picker after Restore in the list of backups.
func (b *Bot) fillPickerFromList(ctx context.Context, p Press) Answer {
	words := strings.Fields(p.Restore)
	if len(words) < 2 || len(words) > 3 {
		return b.refuse(ctx, p.Caller, "", unknownButton("Use /restore."))
	}
	return b.answerMember(ctx, p.Caller, func() Answer {
		return b.fillPicker(ctx, p.Caller, Form{}, pickerState{Portal: words[0], Dump: len(words) == 3}, words[1])
	})
}

// fillPicker asks the portal for its backups and shows them.
func (b *Bot) fillPicker(ctx context.Context, c policy.Caller, f Form, show pickerState, chosen string) Answer {
	may := b.visiblePortals(ctx, c)
	if show.Portal == "" && len(may) > 0 {
		show.Portal = may[0].Name
	}
	p, no := b.choose(ctx, c, show.Portal, mayUse)
	if no != nil {
		return b.refuse(ctx, c, "", no)
	}
	settings, err := settingsSoon(ctx, p)
	var backups []docspace.Backup
	if err == nil {
		backups, err = p.API.BackupHistory(ctx, show.Dump)
	}
	if err != nil {
		return b.refuse(ctx, c, "", refuseUnlisted(ctx, p, err))
	}
	now := time.Now().UTC()
	b.lists.keep(show.key(), backups, now)
	show.Turn++
	data, err := json.Marshal(show)
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	f.Kind, f.User, f.Team, f.Channel, f.Data, f.Until = FormPick, c.User, c.Team, c.Channel, string(data), now.Add(pickerLifetime)
	if f.ID == "" {
		f.ID = NewID() + NewID()
	}
	if err := b.Store.PutForm(ctx, f); err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	m := pickerModal(f.ID, show, may, p, settings, backups, chosen, b.zoneOf(ctx, c.User))
	for i, part := range m.Parts {
		if field, ok := part.(Field); ok && field.Name == fieldReason {
			field.Optional = !b.Policy.Reason
			m.Parts[i] = field
		}
	}
	return m
}

func pickerModal(id string, show pickerState, may Portals, p Portal, settings docspace.Settings, backups []docspace.Backup, chosen string, zone *time.Location) Modal {
	now := p.portalTime().In(zone)
	backups, expired := unexpired(backups, now)
	m := Modal{ID: id, Title: "Restore a backup", Close: "Cancel"}
	if len(may) > 1 {
		menu := Field{Name: fieldPortal, Label: "Portal", Kind: FieldMenu, Initial: p.Name, Tell: true, Options: may.options("")}
		if len(may) > maxOptions {
			menu.Kind, menu.Options = FieldSearch, Portals{p}.options("")
			menu.Hint = fmt.Sprintf("One of %d. Type a part of the name or of the address.", len(may))
		}
		m.Parts = append(m.Parts, menu)
	} else {
		m.Parts = append(m.Parts, Words{"Portal: " + p.Name + ", version " + settings.Version})
	}
	if settings.Standalone {
		scope := Field{Name: fieldScope, Label: "What to restore", Kind: FieldMenu, Initial: scopePortal, Tell: true, Options: []Option{
			{Value: scopePortal, Text: "This portal"},
			{Value: scopeServer, Text: "The whole server: every portal on it (--dump)"},
		}}
		if show.Dump {
			scope.Initial = scopeServer
		}
		m.Parts = append(m.Parts, scope)
	}
	told := Count(len(backups), "backup", "backups, newest first") + "."
	if expired > 0 {
		told += " " + Count(expired, "more has expired and is", "more have expired and are") + " left out."
	}
	if len(backups) == 0 {
		m.Parts = append(m.Parts, Words{told + " There is nothing to restore from; make a backup in the portal. Nothing was started."})
		return m
	}
	m.Submit = "Request restore"
	field := Field{Name: backupField(show), Label: "Backup", Kind: FieldMenu, Hint: told + pickerHint}
	if len(backups) > maxOptions {
		field.Kind = FieldSearch
		field.Hint = told + " Type a part of the file, the date, the storage or the id." + pickerHint
	}
	field.Options = options(backups, "", now)
	if chosen != "" {
		field.Initial = chosen
		if field.Kind == FieldSearch {
			field.Options = options(backups, chosen, now)
		}
	}
	ticks := Field{Name: fieldOptions, Label: "Options", Kind: FieldTicks, Optional: true, Options: []Option{
		{Value: optionNotify, Text: "Mail every active user how to set a new password", About: "Without this only the owner gets a mail (--notify)"},
		{Value: optionDryRun, Text: "Dry run: check everything, start nothing", About: "It shows whether a restore could start (--dry-run)"},
	}}
	if !p.Safety.IsZero() {
		ticks.Options = append(ticks.Options, Option{
			Value: optionUnsafe, Text: "No safety backup before it", About: "Then there is no way back (--no-safety-backup)",
		})
	}
	m.Parts = append(m.Parts, field, ticks,
		Field{Name: fieldReason, Label: "Reason", Kind: FieldText, Optional: true, Max: command.MaxReason, Hint: "Everybody in the channel sees it."})
	return m
}

func backupField(show pickerState) string { return fmt.Sprintf("%s%d", fieldBackup, show.Turn) }

// options lists the portals that match a query.
func (ps Portals) options(query string) []Option {
	var out []Option
	query = strings.ToLower(strings.TrimSpace(query))
	for _, one := range ps {
		if !strings.Contains(strings.ToLower(one.Name+" "+one.URL), query) {
			continue
		}
		if out = append(out, Option{Value: one.Name, Text: one.Name, About: one.URL}); len(out) == maxOptions {
			break
		}
	}
	return out
}

// pickerHint says where an id can be copied, which no menu allows.
const pickerHint = " To copy an id use /restore list. Nothing starts before somebody confirms it in the channel."

// expiresSoon is when a backup that expires is marked.
const expiresSoon = time.Hour

// options lists the backups that match a query, newest first, and those last that the
// server cannot restore. Times are told in the zone of now.
func options(backups []docspace.Backup, query string, now time.Time) []Option {
	query = strings.ToLower(strings.TrimSpace(query))
	var good, bad []Option
	for _, backup := range backups {
		o, found := option(backup, now)
		switch {
		case !strings.Contains(strings.ToLower(found), query):
		case restorable(backup, now) == nil:
			good = append(good, o)
		default:
			bad = append(bad, o)
		}
		if len(good) == maxOptions {
			break
		}
	}
	all := append(good, bad...)
	return all[:min(len(all), maxOptions)]
}

// option is a backup in the menu: when it was taken, in the zone of now and as long ago,
// then its file and where it lies. found is what a search looks through.
func option(backup docspace.Backup, now time.Time) (o Option, found string) {
	taken := backup.CreatedOn.In(now.Location())
	o = Option{
		Value: backup.ID, Text: localTime(taken, now) + ", " + agoOrAhead(now.Sub(taken)), About: backup.FileName + ", " + string(backup.StorageType),
	}
	found = o.Text + " " + o.About + " " + taken.Format("2006-01-02") + " " + backup.ID
	switch {
	case !backup.ExpiresOn.IsZero() && backup.ExpiresOn.Sub(now) < expiresSoon:
		o.Text = "⚠ " + o.Text
		o.About = "Expires in " + age(backup.ExpiresOn.Sub(now)) + "! " + o.About
	case restorable(backup, now) != nil:
		o.Text = "⚠ " + o.Text
		o.About = "The server cannot restore it. " + o.About
	case !backup.ExpiresOn.IsZero():
		o.About += ", expires in " + age(backup.ExpiresOn.Sub(now))
	}
	return o, found
}

// age tells a time in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", max(d, 0)/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// agoOrAhead is how old a backup is, or how far it is dated ahead.
func agoOrAhead(d time.Duration) string {
	if d < -ClocksAgree {
		return "dated " + age(-d) + " ahead"
	}
	return age(d) + " ago"
}
