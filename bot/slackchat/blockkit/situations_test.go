package blockkit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// situation is a message that somebody reads at 03:00: it has to say what
// happened, whether anything was changed, and what to do now.
type situation struct {
	shown                  Message
	happened, changed, now string
}

func noted(c bot.Card, kind bot.NoteKind) Message {
	return Plain(noteText(c, bot.Note{Kind: kind}))
}

func alarmed(c bot.Card, kind bot.AlarmKind) Message {
	return Plain(noteText(c, bot.Note{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: kind}}))
}

func because(what, do string) func(*bot.Card) {
	return func(c *bot.Card) {
		c.Restore.Reason = bot.Reason{What: what, Do: do}
		c.Restore.EndedAt, c.Restore.ClosedBy = viewNow, "U2"
	}
}

func unstarted(c *bot.Card) { c.Restore.StartedAt = time.Time{} }

// situations with a card or in its thread; the refusals have a list of their
// own, beside the domain that words them.
func situations() map[string]situation {
	failed := func(c *bot.Card) {
		because("The portal stopped the restore: disk full.", "Choose another backup.")(c)
		c.Restore.ClosedBy = ""
	}
	away := func(c *bot.Card) {
		c.Restore.Downtimes = []bot.Downtime{{From: viewNow.Add(-2 * time.Minute), To: viewNow.Add(-time.Minute)}}
	}
	silent := func(c *bot.Card) {
		c.Restore.Progress.Trouble, c.Restore.Progress.TroubleSince = "the portal does not answer", viewNow.Add(-time.Minute)
	}
	stuck := func(c *bot.Card) {
		silent(c)
		c.Restore.Progress.TroubleSince = viewNow.Add(-time.Hour)
	}
	another := func(c *bot.Card) { c.Restore.Other = bot.OtherTask{ID: "1", SeenAt: viewNow, Ended: true, OK: true} }
	locked := func(c *bot.Card) { c.Restore.Progress.Tenant = docspace.TenantRestoring }
	unverified := func(c *bot.Card) {
		c.Restore.Verdict = bot.Verdict{At: viewNow, Trouble: "the login page does not answer"}
	}
	all := map[string]situation{
		"asked for":               {Card(viewCard(bot.Requested, planned)), "Restore docs from a backup?", "Nothing was started yet", "Press *Restore*"},
		"asked for, whole server": {Card(viewCard(bot.Requested, planned, dump)), "replaces the whole server", "Nothing was started yet", "Press *Restore*"},
		"posted twice":            {Retired(viewCard(bot.Requested).Restore), "This is not the card", "Nothing was started", "/restore status"},
		"confirmed":               {Card(viewCard(bot.Confirmed)), "Confirmed by <@U2>", "Nothing was started yet", "othing to do"},
		"other backup first":      {Card(viewCard(bot.Saving, saving(bot.SafetyWaiting))), "waits: the portal does another backup", "Nothing was restored yet", "nothing to do"},
		"safety backup sent":      {Card(viewCard(bot.Saving, saving(bot.SafetySent))), "told to back itself up", "Nothing was restored yet", "nothing to do"},
		"safety backup runs":      {Card(viewCard(bot.Saving, saving(bot.SafetyRunning))), "safety backup", "Nothing was restored yet", "nothing to do"},
		"safety backup slow":      {alarmed(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow)), bot.AlarmSafetySlow), "no change for", "Nothing has failed and nothing was restored", "can decide by"},
		"safety backup silent":    {Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySilent))), "does not say how far", "Nothing has failed and nothing was restored", "Restore without it"},
		"safety backup held up":   {alarmed(viewCard(bot.Saving, doubted(bot.AlarmSafetyWaits)), bot.AlarmSafetyWaits), "held the safety backup up", "nothing was restored", "The buttons are on the card"},
		"slow, and decided late":  {Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow), undecided)), "no change for", "Nothing has failed", "keeps asking; *Dismiss* drops"},
		"safety backup unseen":    {noted(viewCard(bot.Saving, saving(bot.SafetyDone), unseen), bot.NoteSafety), "the history could not be read", "The restore starts now", "the way back"},
		"done, unseen way back":   {Card(viewCard(bot.Succeeded, restored, unseen)), "was restored in", "name of its file is not known", "look for that time"},
		"done, not waited for":    {Card(viewCard(bot.Succeeded, restored, unwaited)), "was restored in", "There may be no way back", "/restore list"},
		"safety backup failed":    {Card(viewCard(bot.Saving, saving(bot.SafetyAsked))), "The safety backup failed", "the portal is unchanged", "Restore without it"},
		"safety backup waived":    {Card(viewCard(bot.Saving, saving(bot.SafetyWaived))), "without its safety backup", "Nothing was started yet", "starts in a moment"},
		"safety backup done":      {noted(viewCard(bot.Saving, saving(bot.SafetyDone)), bot.NoteSafety), "safety backup is done", "The restore starts now", "the way back"},
		"safety question expired": {Card(viewCard(bot.Expired, unstarted, because("The safety backup failed, and nobody said in time.", "Ask again with /restore."))), "safety backup failed", "unchanged", "Ask again"},
		"starting":                {Card(viewCard(bot.Starting)), "told to start, once", "cannot be cancelled", "nothing to do"},
		"running":                 {Card(viewCard(bot.Running, working(bot.PhaseImporting, 40))), "importing", "locked and being replaced", "Nothing to do but wait"},
		"longer than usual":       {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), slow)), "longer than usual", "locked and being replaced", "Nothing to do but wait"},
		"portal silent":           {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), silent)), "could not be asked since", "may well go on", "the bot keeps asking"},
		"started elsewhere":       {Card(viewCard(bot.Running, working(bot.PhaseImporting, 40), elsewhere)), "did not start it", "locked and being replaced", "Nothing to do but wait"},
		"phase reached":           {noted(viewCard(bot.Running, working(bot.PhaseCopying, 75)), bot.NotePhase), "Now: *copying files*", "goes on by itself", "nothing to do"},
		"bot was away":            {noted(viewCard(bot.Running, working(bot.PhaseCopying, 75), away), bot.NoteDowntime), "The bot was away from", "Nothing was started twice", "The card shows"},
		"never picked up":         {alarmed(viewCard(bot.Running, working(bot.PhaseQueued, 0)), bot.AlarmQueued), "No worker has begun", "unchanged so far", "Look at the server"},
		"stalled and locked":      {alarmed(viewCard(bot.Running, working(bot.PhaseCopying, 75), locked), bot.AlarmStalled), "No change", "says of itself: *Restoring*", "status back to Active"},
		"cannot be asked":         {alarmed(viewCard(bot.Running, working(bot.PhaseCopying, 75), silent), bot.AlarmSilent), "cannot be asked", "starts nothing anew", "Look whether the portal answers"},
		"stuck":                   {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), stuck)), "could not be asked since", "Nothing is started by that", "press the button that is true"},
		"a worker that died":      {Card(viewCard(bot.Unclear, because("The portal no longer knows it.", "Look."), locked)), "no longer knows", "starts nothing by itself", "removes the dead task"},
		"another's task":          {Card(viewCard(bot.Unclear, because("The answer was lost.", "Look."), another)), "does not know the backup", "starts nothing by itself", "press the button that is true"},
		"unclear":                 {Card(viewCard(bot.Unclear, because("The answer was lost.", "Look."))), "unclear", "cannot tell whether", "press the button that is true"},
		"done":                    {Card(viewCard(bot.Succeeded, restored)), "was restored in", "It is now as the backup has it", "What to do now"},
		"done, to be announced":   {noted(viewCard(bot.Succeeded, restored), bot.NoteEnd), "was restored in", "It is now as the backup has it", "What to do now"},
		"done, not verified":      {Card(viewCard(bot.Succeeded, restored, unverified)), "Not verified", "It is now as the backup has it", "Log in and look"},
		"done, whole server":      {Card(viewCard(bot.Succeeded, restored, dump)), "was restored in", "Every other portal", "licence"},
		"done, not by us":         {Card(viewCard(bot.Succeeded, restored, elsewhere)), "did not start it", "The portal was restored", "What to do now"},
		"counted":                 {noted(viewCard(bot.Succeeded, counted(42, 7, "")), bot.NoteCounted), "42 users, 7 rooms, 3 backups", "Nothing was changed by counting", "/restore 0b7e4f9c"},
		"counted, empty":          {Card(viewCard(bot.Succeeded, counted(0, 0, ""))), "Something is wrong", "the portal holds no users and no rooms", "look at it now"},
		"counted, half gone":      {noted(viewCard(bot.Succeeded, counted(20, 7, "")), bot.NoteCounted), "53 % of the users are gone", "Nothing was changed by counting", "look at the portal now"},
		"failed":                  {Card(viewCard(bot.Failed, failed)), "disk full", "The old data is intact", "Choose another backup"},
		"failed, whole server":    {Card(viewCard(bot.Failed, failed, dump)), "disk full", "may be gone in part", "before somebody has looked"},
		"failed before the start": {Card(viewCard(bot.Failed, failed, unstarted)), "disk full", "the portal is unchanged", "Choose another backup"},
		"dry run":                 {Card(viewCard(bot.Rehearsed)), "All checks passed", "The portal is unchanged", "Leave out `--dry-run`"},
		"dismissed":               {Card(viewCard(bot.Dismissed, unstarted, because("", ""))), "Dismissed by", "the portal is unchanged", "Ask again"},
		"expired":                 {Card(viewCard(bot.Expired, unstarted)), "expired", "the portal is unchanged", "Ask again"},
		"confirmed too long ago":  {Card(viewCard(bot.Expired, unstarted, saving(bot.SafetyDone), because("It was confirmed and could not start for 3 days 0 h.", "Ask again with /restore."))), "could not start", "the portal is unchanged", "Ask again"},
		"recorded":                {Answer(bot.Accepted{Restore: viewCard(bot.Requested).Restore}), "Recorded as restore", "Nothing was started", "confirm it there"},
		"a busy portal":           {Answer(companionAnswers()["refusal-busy"]), "runs on the portal already", "rule: `busy`", "Follow docs"},
		"status of another's":     {Answer(companionAnswers()["status-other"]), "did not start", "nothing was changed by asking", "Follow docs"},
		"backups":                 {Answer(companionAnswers()["list-long"]), "Backups of docs", "Nothing was changed", "Restore ..."},
	}
	return all
}

// The list is kept as it is sent, for whoever asks Slack what it thinks of it.
func TestSituationsAreGolden(t *testing.T) {
	t.Parallel()
	shown := map[string]any{}
	for name, s := range situations() {
		shown[name] = map[string]any{"text": s.shown.Text, "blocks": s.shown.Blocks}
	}
	wantGoldenFile(t, "situations", shown)
}

func TestEverySituationSaysWhatHappenedWhetherAnythingWasChangedAndWhatNow(t *testing.T) {
	t.Parallel()
	all := situations()
	if len(all) < 40 {
		t.Errorf("%d situations", len(all))
	}
	for name, s := range all {
		body, err := json.Marshal(s.shown.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(body))
		for about, want := range map[string]string{"what happened": s.happened, "whether anything was changed": s.changed, "what to do now": s.now} {
			if want == "" || !strings.Contains(text, want) {
				t.Errorf("%s does not say %s: %q\n%s", name, about, want, text)
			}
		}
		// What a notification and a screen reader have is the text alone.
		if n := utf8.RuneCountInString(s.shown.Text); n < 20 || n > maxText {
			t.Errorf("%s: a fallback text of %d characters", name, n)
		}
		if strings.Contains(text, `"image"`) && !strings.Contains(text, `"alt_text"`) {
			t.Errorf("%s: a picture without words", name)
		}
		for _, never := range []string{"at ASC.", "sk-", "xoxb-", "<!channel>", "%!"} {
			if strings.Contains(text, never) || strings.Contains(s.shown.Text, never) {
				t.Errorf("%s says %q", name, never)
			}
		}
	}
}
