package blockkit

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

var update = flag.Bool("update", false, "write the golden views")

var viewNow = time.Date(2026, 3, 2, 3, 4, 5, 0, time.UTC)

// viewCard is a card with every field that a view may show.
func viewCard(state bot.State, change ...func(*bot.Card)) bot.Card {
	c := bot.Card{
		Now:    viewNow,
		Portal: bot.PortalName{Name: "docs", URL: "https://docs.example.com"}, KeyFrom: bot.KeySource{Setting: "DOCSPACE_API_KEY_FILE", File: true},
		Rules: policy.ConfirmRules{Approvers: policy.AllowList{IDs: []string{"U2"}, Groups: []string{"S1"}}, Needed: 1},
		Restore: bot.Restore{
			ID: "k3vq7x2mhd", Portal: "docs", State: state, Channel: "C1", Requester: "U1",
			RequestedAt: viewNow.Add(-2 * time.Minute), ExpiresAt: viewNow.Add(13 * time.Minute),
			Order: command.Order{BackupID: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", Reason: "a <!channel> & lost room"},
			Backup: docspace.Backup{
				ID: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", FileName: "docs_<2026>.tar.gz",
				StorageType: docspace.StorageDataStore, CreatedOn: viewNow.Add(-26 * time.Hour), ExpiresOn: viewNow.Add(time.Hour),
			},
		},
	}
	if state != bot.Requested {
		c.Restore.Confirmations = []bot.Confirmation{{User: "U2", At: viewNow.Add(-time.Minute)}}
		c.Restore.StartedAt = viewNow.Add(-50 * time.Second)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func dump(c *bot.Card) { c.Restore.Order.Dump, c.Rules.OthersOnly, c.Rules.Typing = true, true, true }

func unlisted(c *bot.Card) {
	c.Restore.Order.Unlisted, c.Rules.OthersOnly, c.Rules.Typing = true, true, true
	c.Restore.Backup = docspace.Backup{}
}

func glass(c *bot.Card) {
	c.Restore.Order.BreakGlass = true
	c.Rules.Approvers, c.Rules.Called = policy.AllowList{IDs: []string{"U1"}}, c.Rules.Approvers
}

func views() map[string]Message {
	why := func(c *bot.Card) {
		c.Restore.Reason = bot.Reason{What: "The portal said <no>.", Do: "Try another backup."}
		c.Restore.EndedAt, c.Restore.ClosedBy = viewNow, "U2"
	}
	running := func(c *bot.Card) {
		c.Restore.Progress = bot.Progress{Phase: bot.PhaseImporting, Percent: 45, Trouble: "connection <refused>", TroubleSince: viewNow.Add(-9 * time.Second), ChangedAt: viewNow.Add(-time.Minute)}
		c.Restore.Downtimes = []bot.Downtime{{From: viewNow.Add(-30 * time.Second), To: viewNow.Add(-20 * time.Second)}}
	}
	verified := func(c *bot.Card) {
		why(c)
		c.Restore.Order.Notify = true
		c.Restore.ClosedBy = ""
		c.Restore.Verdict = bot.Verdict{At: viewNow, Version: "3.7.2", Login: true}
	}
	all := map[string]Message{
		"retired":            Retired(viewCard(bot.Requested).Restore),
		"requested":          Card(viewCard(bot.Requested)),
		"requested-dump":     Card(viewCard(bot.Requested, dump)),
		"requested-unlisted": Card(viewCard(bot.Requested, unlisted)),
		"requested-unlisted-unread": Card(viewCard(bot.Requested, unlisted, func(c *bot.Card) {
			c.Restore.Preflight = bot.Preflight{At: viewNow, Unread: "it fails <500>"}
		})),
		"requested-unlisted-local": Card(viewCard(bot.Requested, unlisted, func(c *bot.Card) {
			c.Restore.Order.BackupID, c.Restore.Order.StorageType = "uploaded", docspace.StorageLocal
			c.Restore.Order.Params = []command.Param{{Key: "filePath", Value: "a.tar.gz"}}
		})),
		"requested-unlisted-cloud": Card(viewCard(bot.Requested, unlisted, func(c *bot.Card) {
			c.Restore.Order.BackupID, c.Restore.Order.StorageType = "a.tar.gz", docspace.StorageCustomCloud
		})),
		"requested-unlisted-expired": Card(viewCard(bot.Requested, func(c *bot.Card) {
			was := c.Restore.Backup
			unlisted(c)
			c.Restore.Backup = was
		})),
		"requested-two": Card(viewCard(bot.Requested, func(c *bot.Card) {
			c.Rules.Needed, c.Rules.OthersOnly = 2, true
			c.Restore.Confirmations = []bot.Confirmation{{User: "U2", At: viewNow.Add(-time.Minute)}}
		})),
		"requested-frozen": Card(viewCard(bot.Requested, func(c *bot.Card) {
			c.Freeze.Freeze = bot.Freeze{By: "U3", Reason: "migration <!here>", At: viewNow}
		})),
		"requested-unreadable": Card(viewCard(bot.Requested, func(c *bot.Card) { c.Freeze.Unreadable = true })),
		"requested-withdrawn": Card(viewCard(bot.Requested, func(c *bot.Card) {
			c.Restore.Confirmations, c.Restore.Withdrawn = nil, []string{"U2"}
		})),
		"note-reminder": Plain(noteText(viewCard(bot.Requested), bot.Note{Kind: bot.NoteReminder})),
		"note-withdrawn": Plain(noteText(viewCard(bot.Requested, func(c *bot.Card) {
			c.Restore.Confirmations, c.Restore.Withdrawn = nil, []string{"U2"}
		}), bot.Note{Kind: bot.NoteWithdrawn})),
		"requested-glass": Card(viewCard(bot.Requested, glass)),
		"confirmed-glass": Card(viewCard(bot.Confirmed, glass, func(c *bot.Card) {
			c.Restore.Confirmations[0].User, c.Restore.StartsAt = "U1", viewNow.Add(45*time.Second)
		})),
		"dismissed-glass": Card(viewCard(bot.Dismissed, why, glass, func(c *bot.Card) { c.Restore.Reason = bot.Reason{Rule: policy.RuleBreakGlass} })),
		"expired-plan":    Card(viewCard(bot.Expired, why)),
		"note-glass":      Plain(noteText(viewCard(bot.Confirmed, glass), bot.Note{Kind: bot.NoteBreakGlass})),
		"confirmed":       Card(viewCard(bot.Confirmed)),
		"starting":        Card(viewCard(bot.Starting)),
		"running":         Card(viewCard(bot.Running, running)),
		"running-stuck": Card(viewCard(bot.Running, running, func(c *bot.Card) {
			c.Restore.Progress.TroubleSince = viewNow.Add(-3 * time.Minute)
		})),
		"unclear": Card(viewCard(bot.Unclear, why)),
		"unclear-other": Card(viewCard(bot.Unclear, why, func(c *bot.Card) {
			c.Restore.Other = bot.OtherTask{ID: "3f0c5a0e", SeenAt: viewNow.Add(-time.Hour), Percent: 40}
		})),
		"unclear-locked": Card(viewCard(bot.Unclear, why, func(c *bot.Card) {
			c.Restore.Progress.Tenant = docspace.TenantRestoring
		})),
		"succeeded":      Card(viewCard(bot.Succeeded, verified)),
		"failed":         Card(viewCard(bot.Failed, why, func(c *bot.Card) { c.Restore.ClosedBy = "" })),
		"failed-settled": Card(viewCard(bot.Failed, why)),
		"failed-dump":    Card(viewCard(bot.Failed, why, dump)),
		"rehearsed":      Card(viewCard(bot.Rehearsed, why)),
		"refused":        Card(viewCard(bot.Refused, why)),
		"dismissed":      Card(viewCard(bot.Dismissed, why)),
		"dismissed-why":  Card(viewCard(bot.Dismissed, why, func(c *bot.Card) { c.Restore.ClosedWhy = "wrong *backup* <!channel>" })),
		"expired":        Card(viewCard(bot.Expired)),
		"note-end":       Note(viewCard(bot.Succeeded, verified), bot.Note{Kind: bot.NoteEnd, Link: "https://x.slack.com/archives/C1/p1", Trail: "13:730e9dd7d813817e8196"}),
		"note-start":     noted(viewCard(bot.Running, running), bot.NoteStart),
		"note-away":      Plain(noteText(viewCard(bot.Running, running), bot.Note{Kind: bot.NoteDowntime})),
	}
	for _, kind := range []bot.AlarmKind{bot.AlarmQueued, bot.AlarmStalled, bot.AlarmSilent} {
		all["note-alarm-"+string(kind)] = Plain(noteText(viewCard(bot.Running, running), bot.Note{Kind: bot.NoteAlarm, Alarm: bot.Alarm{Kind: kind}}))
	}
	r := viewCard(bot.Running, running).Restore
	past := viewCard(bot.Failed, why).Restore
	for name, a := range map[string]bot.Answer{
		"refusal":  &policy.Refusal{Rule: policy.RuleSyntax, What: "No <flag>.", Do: "Use help.", Suggest: "--du`mp", Restore: "k3vq7x2mhd", People: policy.AllowList{IDs: []string{"U1"}}},
		"accepted": bot.Accepted{Restore: r},
		"help":     bot.Help{},
		"backups":  bot.Backups{Portal: bot.PortalName{Name: "docs"}, Backups: []docspace.Backup{r.Backup}, Now: viewNow},
		"empty":    bot.Backups{Portal: bot.PortalName{Name: "docs"}, Dump: true, Now: viewNow},
		"status": bot.Status{
			Open: []bot.Restore{r}, External: []bot.ExternalTask{{Portal: bot.PortalName{Name: "other"}, Trouble: "it is down <now>", Cure: "Start it."}},
			Freeze: bot.FreezeShown{Freeze: bot.Freeze{By: "U3", Reason: "migration <!here>", At: viewNow}}, Now: viewNow,
		},
		"idle":     bot.Status{Last: &past, Now: viewNow},
		"past":     bot.History{Restores: []bot.Restore{past}, Now: viewNow},
		"frozen":   bot.FreezeSet{Freeze: bot.Freeze{By: "U3", Reason: "migration <!here>", At: viewNow}, Open: []bot.Restore{r}},
		"unfrozen": bot.FreezeSet{Ended: bot.Freeze{By: "U3", Reason: "migration <!here>", At: viewNow}},
		"doctor": bot.Examination{Findings: []bot.Finding{
			{Check: "slack scopes", Grade: bot.Pass, What: "commands"},
			{Check: "key of docs", Grade: bot.Fail, What: "it is <dead> & gone", Fix: "Make a new key."},
			{Check: "channels", Grade: bot.Warn, What: "any channel", Fix: "Name the channels in RESTORE_CHANNELS."},
		}},
		"said": bot.TextAnswer{Text: "Dismissed <it>."},
	} {
		all["answer-"+name] = Answer(a)
	}
	maps.Copy(all, companionViews())
	maps.Copy(all, lossViews())
	for name, m := range maps.Clone(all) {
		if m.Classic != nil {
			all[name+classicForm] = m.In(FormSimple)
		}
	}
	return all
}

// classicForm ends the name of a view in blocks that every workspace has.
const classicForm = "-classic"

func form() bot.Modal {
	return bot.Modal{ID: "m1", Title: "Restore docs?", Submit: "Restore", Parts: []bot.Part{
		bot.Field{Name: "word", Label: "Type docs", Kind: bot.FieldText},
		bot.Field{Name: "backup", Label: "Backup", Kind: bot.FieldSearch, Optional: true},
		bot.Field{Name: "kind", Label: "Kind", Kind: bot.FieldMenu, Tell: true, Options: []bot.Option{{Value: "p", Text: "Portal"}, {Value: "s", Text: "Server"}}},
	}}
}

func modals() map[string]bot.Modal {
	fields := form()
	fields.Parts = append([]bot.Part{bot.Words{Text: "Type <it>.\n& look."}, bot.Plan{Card: viewCard(bot.Requested, dump)}}, append(fields.Parts,
		bot.Field{Name: "ticks", Label: "More", Kind: bot.FieldTicks, Optional: true, Initial: "n", Options: []bot.Option{{Value: "n", Text: "Notify", About: "everyone gets a mail"}}},
		bot.Field{Name: "none", Label: "Nothing", Kind: bot.FieldMenu})...)
	return map[string]bot.Modal{
		"empty": {}, "acts": {Parts: []bot.Part{acts()}}, "fields": fields, "told": AnswerModal(&policy.Refusal{Rule: policy.RulePerson, What: "No <you>.", Do: "Ask."}),
	}
}

func TestModalViewsAreGolden(t *testing.T) {
	t.Parallel()
	for name, m := range modals() {
		wantGolden(t, "modal_"+name, Modal(m))
	}
}

func TestViewsAreGolden(t *testing.T) {
	t.Parallel()
	for name, m := range views() {
		wantGolden(t, name, map[string]any{"text": m.Text, "blocks": m.Blocks})
	}
}

// wantGolden compares a view with testdata/view_<name>.json.
func wantGolden(t *testing.T, name string, view any) {
	t.Helper()
	wantGoldenFile(t, "view_"+name, view)
}

// wantGoldenFile compares what is sent with testdata/<name>.json.
func wantGoldenFile(t *testing.T, name string, view any) {
	t.Helper()
	got, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// pressable are the views with buttons besides the requests.
var pressable = []string{
	"confirmed-glass", "answer-backups", "answer-list-long", "answer-list-dump", "answer-status-other", "answer-refusal-busy", "running-stuck",
}

func TestViewButtonsOnlyWhereSomethingCanBePressed(t *testing.T) {
	t.Parallel()
	for name, m := range views() {
		body, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, classicForm) {
			continue // which have a button for what is folded
		}
		want := strings.HasPrefix(name, "requested") || strings.HasPrefix(name, "saving") || strings.HasPrefix(name, "unclear") || slices.Contains(pressable, name)
		if got := strings.Contains(string(body), `"button"`); got != want {
			t.Errorf("%s has buttons: %v", name, got)
		}
		if strings.Contains(string(body), "<!channel>") || strings.Contains(string(body), "<!here>") {
			t.Errorf("%s lets a mention through", name)
		}
	}
}

func TestViewOfHugeTextsKeepsToSlacksLimits(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("日&<本>\n\u202e`", 3000)
	for _, state := range append(bot.OpenStates(), bot.Succeeded, bot.Failed, bot.Refused, bot.Confirmed) {
		c := viewCard(state, dump)
		c.Freeze.Freeze = bot.Freeze{By: huge, Reason: huge, At: viewNow}
		c.Restore.Order.BreakGlass = state == bot.Confirmed
		c.Portal = bot.PortalName{Name: huge, URL: huge}
		c.Restore.Order.Reason, c.Restore.Backup.FileName, c.Restore.Backup.ID = huge, huge, huge
		c.Restore.Reason = bot.Reason{What: huge, Do: huge}
		c.Restore.Progress.Trouble, c.Restore.Verdict.Trouble = huge, huge
		for range 100 {
			c.Restore.Downtimes = append(c.Restore.Downtimes, bot.Downtime{})
			c.Rules.Approvers.IDs = append(c.Rules.Approvers.IDs, "U"+strings.Repeat("1", 30))
		}
		for _, m := range []Message{Card(c), Retired(c.Restore), Plain(noteText(c, bot.Note{Kind: bot.NoteEnd})), Plain(noteText(c, bot.Note{Kind: bot.NoteBreakGlass})), {Blocks: Modal(bot.Modal{Parts: []bot.Part{bot.Plan{Card: c}, bot.Words{Text: huge}}}).Blocks.BlockSet}} {
			if n := utf8.RuneCountInString(m.Text); n > maxText {
				t.Errorf("%s: text of %d", state, n)
			}
			for _, b := range m.Blocks {
				switch b := b.(type) {
				case *slack.SectionBlock:
					if n := utf8.RuneCountInString(b.Text.Text); n > maxSection {
						t.Errorf("%s: section of %d", state, n)
					}
				case *slack.HeaderBlock:
					if n := utf8.RuneCountInString(b.Text.Text); n > maxHeader {
						t.Errorf("%s: header of %d", state, n)
					}
				}
			}
		}
	}
}

func TestViewCutBreaksNothing(t *testing.T) {
	t.Parallel()
	whole := "日本 &amp; <@U123> &lt;x&gt; 日本語 <!date^1^{time}|a>"
	for n := 1; n <= utf8.RuneCountInString(whole); n++ {
		got := CutMarkup(whole, n)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > n {
			t.Errorf("cut to %d: %q", n, got)
		}
		if strings.Count(got, "<") != strings.Count(got, ">") || strings.Count(got, "&") != strings.Count(got, ";") {
			t.Errorf("cut to %d breaks markup: %q", n, got)
		}
	}
	if got := EscapeText(" a\n\tb\u202e<!here>\x00`&", 50); got != "a b&lt;!here&gt; \u02cb&amp;" {
		t.Errorf("EscapeText made %q", got)
	}
	if got := code("a`b"); got != "a\u02cbb" {
		t.Errorf("code made %q", got)
	}
}

// Slack folds a section that does not say otherwise behind "see more".
func TestEverySectionIsShownWhole(t *testing.T) {
	t.Parallel()
	all := map[string][]slack.Block{"retired": Retired(viewCard(bot.Requested).Restore).Blocks}
	for name, m := range views() {
		all[name] = m.Blocks
	}
	for name, s := range situations() {
		all["situation "+name] = s.shown.Blocks
	}
	for name, m := range modals() {
		all["modal "+name] = Modal(m).Blocks.BlockSet
	}
	for name, blocks := range all {
		for i, b := range blocks {
			if s, ok := b.(*slack.SectionBlock); ok && !s.Expand {
				t.Errorf("%s: section %d may be folded: %s", name, i, s.Text.Text)
			}
		}
	}
}
