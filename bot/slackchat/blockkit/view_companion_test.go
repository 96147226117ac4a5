package blockkit

import (
	"fmt"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// planned is a card with all that was found out before people are asked.
func planned(c *bot.Card) {
	c.Safety = "Local /backups"
	c.Restore.PortalVersion = "3.7.2"
	c.Restore.Preflight = bot.Preflight{
		At: viewNow, Usual: bot.Usual{Runs: 7, Median: 12 * time.Minute, P90: 20 * time.Minute},
		KeyExpires: viewNow.Add(40 * 24 * time.Hour), Newer: 2, Backing: true, BackingPercent: 45,
		Counts: bot.Counts{At: viewNow, Users: 42, Rooms: 7, Backups: 3},
	}
}

// saving is a safety backup at a stage.
func saving(stage bot.SafetyStage) func(*bot.Card) {
	return func(c *bot.Card) {
		planned(c)
		c.Restore.StartedAt = time.Time{}
		c.NextEdit = viewNow.Add(10 * time.Second)
		c.Restore.Safety = bot.Safety{
			Stage: stage, Place: "Local /backups", StartedAt: viewNow.Add(-3 * time.Minute), Percent: 45, EndedAt: viewNow,
			Warning: "Some <files> were not included", Why: "the portal stopped it: disk <full>", AskUntil: viewNow.Add(15 * time.Minute), WaivedBy: "U2",
			Backup: docspace.Backup{ID: "9a1c3d52-6b0e-4c59-8d0f-2f6f0c6a7b11", FileName: "docs_<now>.tar.gz", StorageType: docspace.StorageLocal},
		}
	}
}

// doubted is a safety backup of which nobody can tell when it ends.
func doubted(kind bot.AlarmKind) func(*bot.Card) {
	return func(c *bot.Card) {
		stage := bot.SafetyRunning
		if kind == bot.AlarmSafetyWaits {
			stage = bot.SafetyWaiting
		}
		saving(stage)(c)
		s := &c.Restore.Safety
		s.Doubt, s.Why, s.Cure, s.WaivedBy = kind, "it answers <with> 502", "Look at <the> proxy.", ""
		s.ChangedAt, s.StartedAt, s.EndedAt = viewNow.Add(-31*time.Minute), viewNow.Add(-61*time.Minute), time.Time{}
	}
}

// undecided is that nobody decided in time.
func undecided(c *bot.Card) { c.Restore.Safety.AskUntil = viewNow.Add(-time.Second) }

// unseen is a safety backup that the history did not show.
func unseen(c *bot.Card) {
	c.Restore.Safety.Backup.FileName, c.Restore.Safety.Unseen = "", "it does not answer <in> time"
}

// unwaited is a restore that did not wait for its safety backup.
func unwaited(c *bot.Card) {
	c.Restore.Safety.Stage, c.Restore.Safety.Doubt = bot.SafetyWaived, bot.AlarmSafetySlow
}

func working(phase bot.Phase, percent int) func(*bot.Card) {
	return func(c *bot.Card) {
		planned(c)
		c.NextEdit = viewNow.Add(10 * time.Second)
		c.Restore.Progress = bot.Progress{Phase: phase, Percent: percent, ChangedAt: viewNow.Add(-time.Minute)}
	}
}

func slow(c *bot.Card) { c.Restore.StartedAt = viewNow.Add(-31 * time.Minute) }

func elsewhere(c *bot.Card) {
	c.Restore.Followed, c.Restore.Confirmations = true, nil
	c.Restore.Backup, c.Restore.Order = docspace.Backup{}, command.Order{}
}

func restored(c *bot.Card) {
	saving(bot.SafetyDone)(c)
	c.Restore.StartedAt, c.Restore.EndedAt = viewNow.Add(-13*time.Minute), viewNow
	c.Restore.Verdict = bot.Verdict{At: viewNow, Version: "3.7.2", Login: true}
}

func counted(users, rooms int, trouble string) func(*bot.Card) {
	return func(c *bot.Card) {
		restored(c)
		c.Restore.Aftercare = bot.Aftercare{
			Done: true, WayBack: "0b7e4f9c-1d2a-4b3c-9e8f-7a6b5c4d3e2f",
			Counts: bot.Counts{At: viewNow, Users: users, Rooms: rooms, Backups: 3, Trouble: trouble},
		}
	}
}

// todo is an after-care list of which some is done.
func todo(done ...string) func(*bot.Card) {
	return func(c *bot.Card) {
		l := bot.Checklist{TS: "1.2", Revision: len(done)}
		kinds := []bot.CheckKind{bot.CheckFiles, bot.CheckPasswords, bot.CheckKey, bot.CheckTwoFactor, bot.CheckOAuth, bot.CheckAddresses, bot.CheckLinks}
		if c.Restore.Order.Dump {
			kinds = []bot.CheckKind{bot.CheckFiles, bot.CheckPeople, bot.CheckKey, bot.CheckLicence, bot.CheckPortals}
		}
		for _, kind := range kinds {
			l.Items = append(l.Items, bot.CheckItem{ID: string(kind), Kind: kind})
		}
		for i, item := range done {
			user := "U1234567890"
			if item == string(bot.CheckKey) {
				user = ""
			}
			l.Ticks = append(l.Ticks, bot.Tick{Item: item, User: user, At: viewNow, Revision: i + 1})
		}
		c.Restore.Checklist = l
	}
}

// manyThings is a list of more than fits one block of boxes, with foreign words.
func manyThings(c *bot.Card) {
	todo()(c)
	for i := range 25 {
		c.Restore.Checklist.Items = append(c.Restore.Checklist.Items, bot.CheckItem{
			ID: fmt.Sprint("lost", i), Kind: bot.CheckOther, Text: "Sales <!channel>: *contract* 2026 of the third quarter with all its annexes and more", About: "U2 & others",
		})
	}
}

func lost(c *bot.Card) { c.Restore.Aftercare.WayBack = "" }

// companionViews are the views of what goes with a restore: plan, safety
// backup, progress, after-care.
func companionViews() map[string]Message {
	all := map[string]Message{
		"requested-plan":     Card(viewCard(bot.Requested, planned)),
		"requested-first":    Card(viewCard(bot.Requested, planned, func(c *bot.Card) { c.Restore.Preflight.Usual, c.Safety = bot.Usual{}, "" })),
		"requested-charged":  Card(viewCard(bot.Requested, planned, func(c *bot.Card) { c.Restore.Preflight.Charge = bot.Charge{At: viewNow, Service: "off", Free: 2} })),
		"requested-unpriced": Card(viewCard(bot.Requested, planned, func(c *bot.Card) { c.Restore.Preflight.Charge = bot.Charge{At: viewNow, Free: -1, Paid: -1} })),
		"requested-unguided": Card(viewCard(bot.Requested, planned, func(c *bot.Card) { c.Restore.Order.NoSafety = true })),
		"saving-slow":        Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow))),
		"saving-slow-late":   Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow), undecided)),
		"saving-silent":      Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySilent))),
		"saving-held-up":     Card(viewCard(bot.Saving, doubted(bot.AlarmSafetyWaits))),
		"saving-unseen":      Card(viewCard(bot.Saving, saving(bot.SafetyDone), unseen)),
		"succeeded-unwaited": Card(viewCard(bot.Succeeded, restored, unwaited)),
		"note-safety-slow":   Plain(noteText(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow)), bot.Note{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: bot.AlarmSafetySlow}})),
		"saving-asked":       Card(viewCard(bot.Saving, saving(bot.SafetyAsked))),
		"dismissed-saving":   Card(viewCard(bot.Dismissed, saving(bot.SafetyRunning), func(c *bot.Card) { c.Restore.ClosedBy = "U2" })),
		"running-usual":      Card(viewCard(bot.Running, working(bot.PhaseDownloading, 0))),
		"running-slow":       Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), slow)),
		"running-followed":   Card(viewCard(bot.Running, working(bot.PhaseImporting, 40), elsewhere)),
		"succeeded-safe":     Card(viewCard(bot.Succeeded, restored)),
		"succeeded-counted":  Card(viewCard(bot.Succeeded, counted(42, 7, ""))),
		"succeeded-empty":    Card(viewCard(bot.Succeeded, counted(0, 0, "rooms <count>: forbidden"))),
		"succeeded-followed": Card(viewCard(bot.Succeeded, restored, elsewhere)),
		"succeeded-dump":     Card(viewCard(bot.Succeeded, restored, dump)),
		"expired-consent": Card(viewCard(bot.Expired, saving(bot.SafetyDone), func(c *bot.Card) {
			c.Restore.Reason = bot.Reason{Rule: policy.RuleConsent, What: "It was confirmed and could not start for 3 days.", Do: "Ask again with /restore if it is still wanted."}
		})),
		"expired-unsafe":    Card(viewCard(bot.Expired, saving(bot.SafetyAsked), func(c *bot.Card) { c.Restore.Reason.What = "The safety backup failed." })),
		"note-counted":      Plain(noteText(viewCard(bot.Succeeded, counted(20, 7, ""), lost), bot.Note{Kind: bot.NoteCounted})),
		"note-start-saved":  noted(viewCard(bot.Running, saving(bot.SafetyDone)), bot.NoteStart),
		"note-list":         noted(viewCard(bot.Succeeded, restored, todo()), bot.NoteList),
		"note-list-ticked":  noted(viewCard(bot.Succeeded, restored, todo("files", "key", "oauth")), bot.NoteList),
		"note-list-dump":    noted(viewCard(bot.Succeeded, restored, dump, todo()), bot.NoteList),
		"note-list-long":    noted(viewCard(bot.Succeeded, restored, manyThings), bot.NoteList),
		"note-list-open":    noted(viewCard(bot.Succeeded, restored, todo("files")), bot.NoteListOpen),
		"succeeded-todo":    Card(viewCard(bot.Succeeded, restored, todo("files"))),
		"succeeded-all":     Card(viewCard(bot.Succeeded, restored, todo("files", "passwords", "key", "two_factor", "oauth", "addresses", "links"))),
		"note-end-failed":   noted(viewCard(bot.Failed, because("The portal stopped the restore. Its own words: “The backup file is invalid.”", "Choose another backup from /restore list.")), bot.NoteEnd),
		"note-end-unclear":  noted(viewCard(bot.Unclear, because("The answer was lost.", "Look.")), bot.NoteEnd),
		"note-safety-asked": Plain(noteText(viewCard(bot.Saving, saving(bot.SafetyAsked)), bot.Note{Kind: bot.NoteSafety})),
	}
	for _, stage := range []bot.SafetyStage{bot.SafetyWaiting, bot.SafetySent, bot.SafetyRunning, bot.SafetyDone, bot.SafetyWaived} {
		all["saving-"+string(stage)] = Card(viewCard(bot.Saving, saving(stage)))
	}
	for name, a := range companionAnswers() {
		all["answer-"+name] = Answer(a)
	}
	return all
}

// companionAnswers are the answers with buttons of their own.
func companionAnswers() map[string]bot.Answer {
	list := func(n int) (many []docspace.Backup) {
		for i := range n {
			many = append(many, docspace.Backup{
				ID: fmt.Sprintf("3f2504e0-4f89-11d3-9a0c-%012d", i), FileName: "docs_<2026>.tar.gz", StorageType: docspace.StorageLocal,
				CreatedOn: viewNow.Add(-time.Duration(i) * time.Hour),
			})
		}
		return many
	}
	expired := list(2)
	expired[1].ExpiresOn = viewNow.Add(-time.Minute)
	return map[string]bot.Answer{
		"list-long":    bot.Backups{Portal: bot.PortalName{Name: "docs"}, Backups: list(30), Now: viewNow},
		"list-dump":    bot.Backups{Portal: bot.PortalName{Name: "docs"}, Dump: true, Backups: expired, Now: viewNow},
		"status-other": bot.Status{External: []bot.ExternalTask{{Portal: bot.PortalName{Name: "docs"}, Running: true, Task: docspace.Progress{Percent: 40, TaskID: "3f0c5a0e"}}}, Now: viewNow},
		"refusal-busy": &policy.Refusal{Rule: policy.RuleBusy, What: "A restore runs on the portal already.", Do: "Wait for its end.", Follow: "docs"},
	}
}
