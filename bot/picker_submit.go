package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// pickerState reads what an open picker shows.
func (f Form) pickerState() (pickerState, error) {
	var show pickerState
	err := json.Unmarshal([]byte(f.Data), &show)
	return show, err
}

// changePicker answers a change of the portal or of the scope.
func (b *Bot) changePicker(ctx context.Context, s Submission, f Form) (Answer, FollowUp) {
	show, err := f.pickerState()
	if err != nil {
		return b.answerUnrecorded(ctx, err), nil
	}
	next := pickerState{Portal: show.Portal, Dump: show.Dump, Turn: show.Turn}
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
	return nil, func(ctx context.Context) Answer { return b.fillPicker(ctx, s.Caller, f, next, "") }
}

// search offers the portals or backups that match the typed text.
func (b *Bot) search(ctx context.Context, s Submission, f Form) []Option {
	show, err := f.pickerState()
	switch {
	case err != nil || f.Kind != FormPick:
		return nil
	case s.Field == fieldPortal:
		return b.visiblePortals(ctx, s.Caller).options(s.Query)
	case s.Field != backupField(show):
		return nil
	}
	p, no := b.choose(ctx, s.Caller, show.Portal, mayUse)
	if no != nil {
		return nil
	}
	backups, known := b.lists.find(show.key(), time.Now())
	if !known {
		backups = b.lists.await(ctx, show.key(), func(ctx context.Context) ([]docspace.Backup, error) {
			return p.API.BackupHistory(ctx, show.Dump)
		})
	}
	now := p.portalTime().In(b.zoneOf(ctx, s.Caller.User))
	backups, _ = unexpired(backups, now)
	return options(backups, s.Query, now)
}

// submitPicker requests the picked restore, as a typed command does.
func (b *Bot) submitPicker(ctx context.Context, s Submission, f Form) Answer {
	show, err := f.pickerState()
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	id := s.Value(backupField(show))
	if fault := b.pickFault(show, id); fault != nil {
		return Faults{backupField(show): fault}
	}
	ticked := s.Values[fieldOptions]
	line := command.Line{Verb: command.VerbRestore, Portal: show.Portal, Order: command.Order{
		BackupID: id, Dump: show.Dump, Reason: strings.TrimSpace(s.Value(fieldReason)),
		Notify: slices.Contains(ticked, optionNotify), DryRun: slices.Contains(ticked, optionDryRun), NoSafety: slices.Contains(ticked, optionUnsafe),
	}}
	if no := command.CheckText(line.Order.Reason); no != nil || len([]rune(line.Order.Reason)) > command.MaxReason {
		return Faults{fieldReason: {Rule: policy.RuleReason, What: "It is too long, or holds a character that shows nothing.", Do: "Write it on one line, of 500 characters at most."}}
	}
	if b.Policy.Reason && !visible(line.Order.Reason) {
		return Faults{fieldReason: {Rule: policy.RuleReason, What: "A reason is needed.", Do: "Say in a few words why."}}
	}
	if no := b.admit(ctx, s.Caller, line); no != nil {
		return b.refuse(ctx, s.Caller, "", no)
	}
	return b.request(ctx, Command{Caller: s.Caller, Delivery: s.Delivery}, line)
}

// pickFault says why a backup cannot be requested, nil if it can. Without a list at
// hand the check of the request looks the backup up.
func (b *Bot) pickFault(show pickerState, id string) *policy.Refusal {
	backups, known := b.lists.find(show.key(), time.Now())
	i := slices.IndexFunc(backups, func(backup docspace.Backup) bool { return backup.ID == id })
	_, guid := docspace.ParseGUID(id)
	switch {
	case id == "", known && i < 0, !known && !guid:
		return &policy.Refusal{Rule: policy.RuleBackup, What: "No backup of the list is chosen.", Do: "Choose one."}
	case known && backups[i].Expired(time.Now()):
		return &policy.Refusal{Rule: policy.RuleBackup, What: "This backup has expired by now.", Do: "Choose another one."}
	case known && restorable(backups[i], time.Now()) != nil:
		return &policy.Refusal{Rule: policy.RuleBackup, What: "The server cannot restore from CustomCloud.", Do: "Choose another one."}
	}
	return nil
}
