package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// historyLimit is how many ended restores /restore history shows.
const historyLimit = 10

// answerStatus lists what runs or waits on the portals that the caller may use, and asks
// each portal.
func (b *Bot) answerStatus(ctx context.Context, c policy.Caller) Answer {
	now := time.Now().UTC()
	s := Status{Now: now, Freeze: b.freezeShown(ctx)}
	may := b.visiblePortals(ctx, c)
	last, err := b.Store.Search(ctx, 1, may.ended)
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	if len(last) > 0 {
		s.Last = &last[0]
	}
	if s.Open, err = b.visibleLostRestores(ctx, c); err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	ours := map[string]string{} // task ids by portal
	for _, p := range may {
		open, ok, err := b.Store.OpenOn(ctx, p.PortalName)
		if err != nil {
			return b.answerUnrecorded(ctx, err)
		}
		if ok {
			s.Open = append(s.Open, open)
			ours[p.Name] = open.TaskID
		}
	}
	for _, e := range b.askAll(ctx, may) {
		_, busy := ours[e.Portal.Name]
		mine := e.Running && busy && e.Task.TaskID == ours[e.Portal.Name]
		if locked := e.State != "" && busy; !mine && !locked && (e.Running || e.Trouble != "") {
			s.External = append(s.External, e)
		}
	}
	return s
}

// answerWithin bounds the questions to portals while a person waits. The answer tells what
// is known by then.
const answerWithin = 7 * time.Second

// askAll asks the portals at the same time.
func (b *Bot) askAll(ctx context.Context, ps Portals) []ExternalTask {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	told := make([]ExternalTask, len(ps))
	var asked sync.WaitGroup
	for i, p := range ps {
		asked.Go(func() { told[i] = b.askOne(ctx, p) })
	}
	asked.Wait()
	return told
}

// askOne asks a portal for its tasks, its state, and whether it accepts the key.
func (b *Bot) askOne(ctx context.Context, p Portal) ExternalTask {
	e := ExternalTask{Portal: p.PortalName}
	ts, err := askTasks(ctx, p.API)
	if task, _, runs := ts.running(); runs {
		e.Task, e.Running = task, true
		return e
	}
	var settings docspace.Settings
	if err == nil {
		settings, err = p.API.Settings(ctx)
	}
	if err == nil && inactive(settings) {
		c := explainStatus(settings.TenantStatus)
		e.State, e.Trouble, e.Cure = settings.TenantStatus, c.why, c.do
		return e
	}
	if err == nil {
		_, err = p.API.UsersCount(ctx) // a key that may not count people may not restore either
	}
	if err != nil {
		b.Log.WarnContext(ctx, "a portal could not be asked for its status", "portal", p.Name, "err", err)
		c := p.explain(err)
		e.Trouble, e.Cure = c.why, c.do
	}
	return e
}

// visibleLostRestores lists the open restores whose portal is no longer set up, for
// callers whom the bot's own rules allow.
func (b *Bot) visibleLostRestores(ctx context.Context, c policy.Caller) ([]Restore, error) {
	if b.Policy.MayUse(ctx, b.Directory, c) != nil {
		return nil, nil
	}
	return b.lostRestores(ctx)
}

func (b *Bot) listHistory(ctx context.Context, c policy.Caller) Answer {
	ended, err := b.Store.Search(ctx, historyLimit, b.visiblePortals(ctx, c).ended)
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	return History{Restores: ended, Now: time.Now().UTC()}
}

func (b *Bot) listBackups(ctx context.Context, p Portal, dump bool) Answer {
	_, err := settingsSoon(ctx, p)
	if err != nil {
		return refuseUnlisted(ctx, p, err)
	}
	backups, err := p.API.BackupHistory(ctx, dump)
	if err != nil {
		return refuseUnlisted(ctx, p, err)
	}
	return b.backupsFrom(p, pickerState{Portal: p.Name, Dump: dump}, backups, 0)
}

// backupsFrom shows a list from one of its backups on, and keeps the list for the next
// page.
func (b *Bot) backupsFrom(p Portal, show pickerState, backups []docspace.Backup, from int) Answer {
	b.lists.keep(show.key(), backups, time.Now())
	a := Backups{Portal: p.PortalName, Dump: show.Dump, From: from, Now: p.portalTime()}
	good := func(backup docspace.Backup) bool { return a.Restorable(backup) }
	a.Backups = append(slices.DeleteFunc(slices.Clone(backups), func(backup docspace.Backup) bool { return !good(backup) }),
		slices.DeleteFunc(slices.Clone(backups), good)...)
	return a
}

// PressOlder shows the backups that come after those of a list. Its value is the
// portal's name, how many to pass over, and "dump" for those of the whole server.
const PressOlder Action = "older"

// older is a press on Show older.
func (b *Bot) older(ctx context.Context, p Press) Answer {
	words := strings.Fields(p.Restore)
	from := -1
	if len(words) == 2 || len(words) == 3 && words[2] == "dump" {
		from, _ = strconv.Atoi(words[1])
	}
	if from < 0 {
		return b.refuse(ctx, p.Caller, "", unknownButton("Use /restore list."))
	}
	return b.answerMember(ctx, p.Caller, func() Answer {
		portal, no := b.choose(ctx, p.Caller, words[0], mayUse)
		if no != nil {
			return b.refuse(ctx, p.Caller, "", no)
		}
		show := pickerState{Portal: portal.Name, Dump: len(words) == 3}
		backups, known := b.lists.find(show.key(), time.Now())
		if !known {
			var err error
			if backups, err = portal.API.BackupHistory(ctx, show.Dump); err != nil {
				return refuseUnlisted(ctx, portal, err)
			}
		}
		return b.backupsFrom(portal, show, backups, from)
	})
}

// settingsSoon asks a portal for its settings while a person waits. So a silent portal is
// told from one whose list of backups takes long.
func settingsSoon(ctx context.Context, p Portal) (docspace.Settings, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return p.API.Settings(ctx)
}
