package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/bot/slacktest"
)

func TestRender(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the clock says 2000-01-01 00:00 UTC
		s := slacktest.New(world())
		defer s.Close()
		riga, err := time.LoadLocation("Europe/Riga")
		if err != nil {
			t.Fatal(err)
		}
		object := func(kind, text string) slacktest.Object { return slacktest.Object{"type": kind, "text": text} }
		m := slacktest.Message{User: "U0BOT", At: time.Now(), ThreadTS: "1.2", ReplyBroadcast: true, Edited: true}
		m.Blocks = []slacktest.Object{
			{"type": "header", "text": object("plain_text", "Restore & <pray>")},
			{
				"type": "section", "text": object("mrkdwn", "By <@U1>, for <!subteam^S1> in <#C1>, see <https://x.y|the log>.\nAll &lt;lost&gt;."),
				"fields": []any{object("mrkdwn", "*Taken*\n<!date^946684800^{date_short_pretty} {time}|then>"), object("plain_text", "<b>")},
			},
			{"type": "divider"},
			{"type": "context", "elements": []any{object("mrkdwn", "<!here> <@U77>"), object("plain_text", "R&D")}},
			{"type": "actions", "elements": []any{
				slacktest.Object{"type": "button", "text": object("plain_text", "Restore")},
				slacktest.Object{"type": "button", "text": object("plain_text", "Dismiss")},
				slacktest.Object{"type": "static_select", "placeholder": object("plain_text", "Pick one")},
			}},
		}
		want := `
restore-bot  02:00  (in a thread, and in the channel)
  RESTORE & <PRAY>
  By @ann, for @oncall in #incidents, see the log (https://x.y).
  All <lost>.
  *Taken* today 02:00
  <b>
  ────────────────────────────────────────
  @here @U77  ·  R&D
  [ Restore ]  [ Dismiss ]  [ Pick one ]
  (edited)
`
		if diff := cmp.Diff(want, "\n"+s.Render(m, riga)); diff != "" {
			t.Error(diff)
		}
		typed := slacktest.Message{User: "U0BOT", At: time.Now(), Typed: "/restore", TypedBy: "U1", Deleted: true}
		want = "ann used /restore\nrestore-bot  00:00\n  This message was deleted.\n"
		if diff := cmp.Diff(want, s.Render(typed, time.UTC)); diff != "" {
			t.Error(diff)
		}
		whisper := slacktest.Message{User: "U0BOT", At: time.Now(), To: "U2"}
		whisper.Text = "psst"
		if diff := cmp.Diff("restore-bot  00:00  (only bob sees this)\n  psst\n", s.Render(whisper, time.UTC)); diff != "" {
			t.Error(diff)
		}
		reply := slacktest.Message{User: "U1", TS: "2.2", At: time.Now(), ThreadTS: "1.2"}
		if diff := cmp.Diff("ann  00:00  (in a thread)\n", s.Render(reply, time.UTC)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRenderDates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.New(world())
		defer s.Close()
		for token, want := range map[string]string{
			"<!date^947030400^{date_short_pretty}^https://x|y>": "Jan 5, 2000",
			"<!date^946684800^at {time_secs}|x>":                "at 00:00:00",
			"<!date^946684799^{date_short_pretty}|x>":           "yesterday",
			"<!date^946771200^{date_short_pretty}|x>":           "tomorrow",
			"<!date^946684800^{date_short}|x>":                  "Jan 1, 2000",
			"<!date^946684800^{moon}|fallback>":                 "fallback",
			"<!date^soon^{date}|fallback>":                      "fallback",
			"<!date^1|fallback>":                                "fallback",
			"a < b > c <>":                                      "a < b > c <>",
			"<#C77>":                                            "#C77",
			"<!subteam^S77>":                                    "@S77",
			"<https://x.y>":                                     "https://x.y",
		} {
			m := slacktest.Message{User: "U1"}
			m.Text = token
			_, got, _ := strings.Cut(s.Render(m, time.UTC), "\n")
			if strings.TrimSpace(got) != want {
				t.Errorf("%s: %q, want %q", token, strings.TrimSpace(got), want)
			}
		}
	})
}

func TestRenderModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ws, _ := b.dial(t)
	v := b.open(t, ws, confirmModal("Sure?"))
	b.submit(t, ws, v, map[string]any{"response_action": "errors", "errors": map[string]string{"portal": "Not that one."}})
	v, _ = b.Modal("U1")
	want := `
┌ Sure?
  Type the portal's name
  [ acme ]
  It is acme.
  ! Not that one.
  Backup
  [ First ]
  Reason (optional)
  [  ]
  [ Help ]
└ [ Dismiss ]  [ Restore ]
`
	if diff := cmp.Diff(want, "\n"+b.RenderModal(v, time.UTC)); diff != "" {
		t.Error(diff)
	}
}
