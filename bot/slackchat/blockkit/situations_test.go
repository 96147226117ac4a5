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
	return Note(c, bot.Note{Kind: kind})
}

func alarmed(c bot.Card, kind bot.AlarmKind) Message {
	return Note(c, bot.Note{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: kind}})
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
		"asked for":               {Card(viewCard(bot.Requested, planned)), "Restore docs from a backup?", "Nothing was started yet", "\"Restore\""},
		"asked for, whole server": {Card(viewCard(bot.Requested, planned, dump)), "The whole server will be replaced", "Nothing was started yet", "types the portal's name"},
		"posted twice":            {Retired(viewCard(bot.Requested).Restore), "This is not the card", "Nothing was started", "/restore status"},
		"confirmed":               {Card(viewCard(bot.Confirmed)), "Confirmed by <@U2>", "Nothing was started yet", "starts in a moment"},
		"other backup first":      {Card(viewCard(bot.Saving, saving(bot.SafetyWaiting))), "waits: the portal makes another backup", "nothing was restored yet", "Nothing to do"},
		"safety backup sent":      {Card(viewCard(bot.Saving, saving(bot.SafetySent))), "told the portal to back itself up", "nothing was restored yet", "Nothing to do"},
		"safety backup runs":      {Card(viewCard(bot.Saving, saving(bot.SafetyRunning))), "Safety backup", "nothing was restored yet", "Nothing to do"},
		"safety backup slow":      {alarmed(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow)), bot.AlarmSafetySlow), "no change for", "Nothing has failed and nothing was restored", "decide by"},
		"safety backup silent":    {Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySilent))), "does not say how far", "Nothing has failed and nothing was restored", "Restore without it"},
		"safety backup held up":   {alarmed(viewCard(bot.Saving, doubted(bot.AlarmSafetyWaits)), bot.AlarmSafetyWaits), "has waited for another backup", "nothing was restored", "The buttons are on the card"},
		"slow, and decided late":  {Card(viewCard(bot.Saving, doubted(bot.AlarmSafetySlow), undecided)), "no change for", "Nothing has failed", "keeps asking; *Dismiss* drops"},
		"safety backup unseen":    {noted(viewCard(bot.Running, saving(bot.SafetyDone), unseen), bot.NoteStart), "could not read in the history", "has started", "the way back"},
		"done, unseen way back":   {Card(viewCard(bot.Succeeded, restored, unseen)), "was restored in", "does not know the name of its file", "look for that time"},
		"done, not waited for":    {Card(viewCard(bot.Succeeded, restored, unwaited)), "was restored in", "There may be no way back", "/restore list"},
		"safety backup failed":    {Card(viewCard(bot.Saving, saving(bot.SafetyAsked))), "The safety backup failed", "the portal is unchanged", "Restore without it"},
		"safety backup waived":    {Card(viewCard(bot.Saving, saving(bot.SafetyWaived))), "without its safety backup", "Nothing was started yet", "starts in a moment"},
		"safety backup done":      {noted(viewCard(bot.Running, saving(bot.SafetyDone)), bot.NoteStart), "safety backup is done", "has started", "the way back"},
		"safety question expired": {Card(viewCard(bot.Expired, unstarted, because("The safety backup failed, and nobody said in time.", "Ask again with /restore."))), "safety backup failed", "unchanged", "Ask again"},
		"starting":                {Card(viewCard(bot.Starting)), "told the portal to restore, once", "cannot be cancelled", "nothing to do"},
		"running":                 {Card(viewCard(bot.Running, working(bot.PhaseImporting, 40))), "Loading the data", "closed to everybody", "Next update by"},
		"longer than usual":       {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), slow)), "longer than usual", "closed to everybody", "Next update by"},
		"portal silent":           {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), silent)), "does not answer since", "may well go on", "the bot keeps asking"},
		"started elsewhere":       {Card(viewCard(bot.Running, working(bot.PhaseImporting, 40), elsewhere)), "did not start it", "closed to everybody", "Next update by"},
		"begun":                   {noted(viewCard(bot.Running, working(bot.PhaseQueued, 0)), bot.NoteStart), "has started", "cannot be cancelled", "nothing to do"},
		"to do":                   {noted(viewCard(bot.Succeeded, restored, todo("files")), bot.NoteList), "To do after the restore", "1 of 7 done", "Tick what you did"},
		"still to do":             {noted(viewCard(bot.Succeeded, restored, todo("files")), bot.NoteListOpen), "a day after the restore", "6 things are still to do", "Tick them"},
		"bot was away":            {noted(viewCard(bot.Running, working(bot.PhaseCopying, 75), away), bot.NoteDowntime), "The bot was away from", "Nothing was started twice", "The card shows"},
		"never picked up":         {alarmed(viewCard(bot.Running, working(bot.PhaseQueued, 0)), bot.AlarmQueued), "No worker has begun", "unchanged so far", "Look at the server"},
		"stalled and locked":      {alarmed(viewCard(bot.Running, working(bot.PhaseCopying, 75), locked), bot.AlarmStalled), "shows no change", "The portal says that it is *Restoring*", "status back to Active"},
		"cannot be asked":         {alarmed(viewCard(bot.Running, working(bot.PhaseCopying, 75), silent), bot.AlarmSilent), "does not answer", "does not start it again", "Look whether the portal answers"},
		"stuck":                   {Card(viewCard(bot.Running, working(bot.PhaseCopying, 75), stuck)), "does not answer since", "It starts nothing", "press the button that fits"},
		"a worker that died":      {Card(viewCard(bot.Unclear, because("The portal no longer knows it.", "Look."), locked)), "no longer knows", "cannot tell whether anything was changed", "removes the dead task"},
		"another's task":          {Card(viewCard(bot.Unclear, because("The answer was lost.", "Look."), another)), "which this bot did not start", "cannot tell whether anything was changed", "press the button that fits"},
		"unclear":                 {Card(viewCard(bot.Unclear, because("The answer was lost.", "Look."))), "somebody has to look", "cannot tell", "press the button that fits"},
		"done":                    {Card(viewCard(bot.Succeeded, restored)), "was restored in", "It is as it was", "What to do now"},
		"done, to be announced":   {noted(viewCard(bot.Succeeded, restored), bot.NoteEnd), "done", "Verified", "its thread have the rest"},
		"done, not verified":      {Card(viewCard(bot.Succeeded, restored, unverified)), "Not verified", "It is as it was", "Log in and look"},
		"done, whole server":      {noted(viewCard(bot.Succeeded, restored, dump, todo()), bot.NoteList), "To do after the restore", "Look at every other portal", "licence"},
		"done, not by us":         {Card(viewCard(bot.Succeeded, restored, elsewhere)), "did not start it", "The portal was restored", "What to do now"},
		"counted":                 {noted(viewCard(bot.Succeeded, counted(42, 7, "")), bot.NoteCounted), "42 users, 7 rooms, 3 backups", "Nothing was changed by that", "/restore 0b7e4f9c"},
		"counted, empty":          {Card(viewCard(bot.Succeeded, counted(0, 0, ""))), "Something is wrong", "the portal holds no users and no rooms", "Look at it now"},
		"counted, half gone":      {noted(viewCard(bot.Succeeded, counted(20, 7, "")), bot.NoteCounted), "53 % of the users are gone", "Nothing was changed by that", "look at the portal now"},
		"failed":                  {Card(viewCard(bot.Failed, failed)), "disk full", "The old data is intact", "Choose another backup"},
		"failed, whole server":    {Card(viewCard(bot.Failed, failed, dump)), "disk full", "Some of the old data may be gone", "before somebody has looked"},
		"failed before the start": {Card(viewCard(bot.Failed, failed, unstarted)), "disk full", "the portal is unchanged", "Choose another backup"},
		"frozen after its backup": {Card(viewCard(bot.Failed, unstarted, saving(bot.SafetyDone), because("Restores are frozen: deploy.", "Ask who froze them."))), "Restores are frozen", "Nothing was restored and the portal is unchanged.", "Its safety backup is done and stays in the history.\\nAsk"},
		"dry run":                 {Card(viewCard(bot.Rehearsed)), "All checks passed", "the portal is unchanged", "Leave out `--dry-run`"},
		"dismissed":               {Card(viewCard(bot.Dismissed, unstarted, because("", ""))), "Dismissed by", "the portal is unchanged", "Ask again"},
		"expired":                 {Card(viewCard(bot.Expired, unstarted)), "expired", "the portal is unchanged", "Ask again"},
		"confirmed too long ago":  {Card(viewCard(bot.Expired, unstarted, saving(bot.SafetyDone), because("It was confirmed and could not start for 3 days.", "Ask again with /restore."))), "could not start", "the portal is unchanged", "Ask again"},
		"recorded":                {Answer(bot.Accepted{Restore: viewCard(bot.Requested).Restore}), "is recorded and being checked", "Nothing was started", "has to confirm it by"},
		"a busy portal":           {Answer(companionAnswers()["refusal-busy"]), "runs on the portal already", "Nothing was started", "Follow docs"},
		"status of another's":     {Answer(companionAnswers()["status-other"]), "did not start", "No restore of this bot runs", "Follow docs"},
		"backups":                 {Answer(companionAnswers()["list-long"]), "30 backups of docs", "asks before it starts anything", "Show older (20)"},
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
