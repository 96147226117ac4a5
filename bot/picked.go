package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/docspace"
)

// picking reads what an open picker shows.
func (f Form) picking() (picking, error) {
	var show picking
	err := json.Unmarshal([]byte(f.Data), &show)
	return show, err
}

// repick answers a change of the portal or of what to restore.
func (b *Bot) repick(s Submission, f Form) (Answer, Later) {
	show, err := f.picking()
	if err != nil {
		return b.unrecorded(err), nil
	}
	next := picking{Portal: show.Portal, Dump: show.Dump, Turn: show.Turn}
	switch s.Field {
	case fieldPortal:
		next.Portal, next.Dump = s.Value(fieldPortal), false
	case fieldScope:
		next.Dump = s.Value(fieldScope) == scopeServer
	default:
		return nil, nil
	}
	if next.Portal == show.Portal && next.Dump == show.Dump {
		return nil, nil
	}
	return nil, func(ctx context.Context) Answer { return b.fillPick(ctx, s.Caller, f, next, "") }
}

// search offers the backups that fit what was typed, from what the picker shows.
func (b *Bot) search(s Submission, f Form) []Option {
	show, err := f.picking()
	if err != nil || f.Kind != FormPick || s.Field != backupField(show) {
		return nil
	}
	return options(show.Backups, s.Query, time.Now().UTC())
}

// picked is the submit of the picker: a request like one that was typed.
func (b *Bot) picked(ctx context.Context, s Submission, f Form) Answer {
	show, err := f.picking()
	if err != nil {
		return b.unrecorded(err)
	}
	id := s.Value(backupField(show))
	i := slices.IndexFunc(show.Backups, func(backup docspace.Backup) bool { return backup.ID == id })
	switch {
	case id == "" || i < 0:
		return Faults{backupField(show): "Choose one of the backups."}
	case show.Backups[i].Expired(time.Now()):
		return Faults{backupField(show): "This backup has expired by now. Choose another one."}
	}
	ticked := s.Values[fieldOptions]
	line := Line{Verb: VerbRestore, Portal: show.Portal, Order: Order{
		BackupID: id, Dump: show.Dump, Reason: strings.TrimSpace(s.Value(fieldReason)),
		Notify: slices.Contains(ticked, optionNotify), DryRun: slices.Contains(ticked, optionDryRun), NoSafety: slices.Contains(ticked, optionUnsafe),
	}}
	if no := legible(line.Order.Reason); no != nil || len([]rune(line.Order.Reason)) > maxReason {
		return Faults{fieldReason: "Write it on one line, of 500 characters at most."}
	}
	if no := b.admit(ctx, s.Caller, line); no != nil {
		return b.refuse(ctx, s.Caller, "", no)
	}
	return b.request(ctx, Command{Caller: s.Caller, Delivery: s.Delivery}, line)
}
