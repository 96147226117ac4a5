package blockkit

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// markups is all that Slack would make something of.
var markups = map[string]string{
	"*bold*": "\u2217bold\u2217", "_italic_": "\u02cditalic\u02cd", "~struck~": "\u223cstruck\u223c", "`code`": "\u02cbcode\u02cb",
	"```block```": strings.Repeat("\u02cb", 3) + "block" + strings.Repeat("\u02cb", 3), ":x:": ":\u2060x:", ":white_check_mark:": ":\u2060white_check_mark:",
	":a:b:": ":\u2060a:\u2060b:", ":+1::-1:": ":\u2060+1::\u2060-1:", "> quote": "\u2060&gt; quote", "<!channel>": "&lt;!channel&gt;", "<!here|all>": "&lt;!here|all&gt;",
	"<@U1>": "&lt;@U1&gt;", "<#C1>": "&lt;#C1&gt;", "<!subteam^S1>": "&lt;!subteam^S1&gt;", "<https://evil.example|click>": "&lt;https://evil.example|click&gt;",
	"&lt;!channel&gt;": "&amp;lt;!channel&amp;gt;", "a\n> b": "a &gt; b", "\u202egnp": "gnp", "*\u200b:x\u200b:": "\u2217:\u2060x:",
	// What names and times are made of stays.
	"backup_2026_11.tar.gz": "backup_2026_11.tar.gz", "03:04:05": "03:\u206004:05", "a & b": "a &amp; b", "RESTORE_USERS": "RESTORE_USERS",
	"https://docs.example.com/a_b": "https://docs.example.com/a_b", "日本*語*": "日本\u2217語\u2217",
}

func TestForeignTextIsPlain(t *testing.T) {
	t.Parallel()
	for text, want := range markups {
		if got := EscapeText(text, 200); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	marks := regexp.MustCompile("[*~`<>]|(^|[^\\pL\\pN_])_|_([^\\pL\\pN_]|$)|:[a-zA-Z0-9_+'-]+:|^&gt;")
	some := rapid.StringOf(rapid.SampledFrom([]rune("ab_*~`:<>&; \n\u200b\u202e日+-|@!#x1")))
	rapid.Check(t, func(t *rapid.T) {
		text := some.Draw(t, "text")
		if got := EscapeText(text, 500); marks.MatchString(got) {
			t.Errorf("%q is shown as %q", text, got)
		}
	})
}

// A command in code marks can be copied, and does not leave them.
func TestTextInCodeStaysAsItIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"x --reason \"*now* :x: _a_\"": "x --reason \"*now* :x: _a_\"", "a`b": "a'b", "<!here>": "&lt;!here&gt;",
	} {
		if got := inCode(text, 200); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// Whatever people and portals write, no view has a mark of theirs.
func TestNoViewKeepsForeignMarkup(t *testing.T) {
	t.Parallel()
	const evil = "*Confirmed by <@U9>* :white_check_mark: _it_ ~no~ `ls` <!channel> <https://evil.example|x>"
	forged := regexp.MustCompile(`\*Confirmed by|:white_check_mark:|(^|[^\w])_it_|~no~|` + "`ls`" + `|<!channel>|<@U9>|<https://evil`)
	for _, state := range []bot.State{bot.Requested, bot.Confirmed, bot.Saving, bot.Running, bot.Unclear, bot.Succeeded, bot.Failed, bot.Refused, bot.Expired} {
		c := viewCard(state, planned)
		c.Freeze.Freeze = bot.Freeze{By: "U1", Reason: evil, At: viewNow}
		c.Restore.Order.Reason, c.Restore.Backup.FileName, c.Restore.Backup.ID, c.Portal.Name = evil, evil, evil, evil
		c.Restore.Reason = bot.Reason{What: evil, Do: evil}
		c.Restore.Progress.Trouble, c.Restore.Verdict.Trouble, c.Restore.Safety.Why, c.Restore.Safety.Backup.FileName = evil, evil, evil, evil
		for name, m := range map[string]Message{
			"card": Card(c), "end": Plain(noteText(c, bot.Note{Kind: bot.NoteEnd})), "alarm": Plain(alarmText(c, bot.AlarmSilent)),
			"direct":  Plain(directText(c, bot.Note{Kind: bot.NoteChannelLost, Why: evil})),
			"refusal": Answer(&policy.Refusal{What: evil, Do: evil}), "said": Answer(bot.TextAnswer{Text: evil}),
			"list":   Answer(bot.Backups{Portal: bot.PortalName{Name: evil}, Now: viewNow, Backups: []docspace.Backup{{ID: evil, FileName: evil, StorageType: docspace.StorageLocal}}}),
			"simple": simple(Card(c)), "text": Card(c).In(FormText),
		} {
			body, err := json.Marshal(m.Blocks)
			if err != nil {
				t.Fatal(err)
			}
			shown := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(body)) + m.Text
			shown = regexp.MustCompile(`"value":"[^"]*"`).ReplaceAllString(shown, "") // nobody sees it
			// The command is shown as it was typed, in code marks.
			shown = regexp.MustCompile("`/restore [^`]*`").ReplaceAllString(shown, "")
			if got := forged.FindString(shown); got != "" {
				t.Errorf("the %s of %s keeps %q:\n%s", name, state, got, shown)
			}
		}
	}
}
