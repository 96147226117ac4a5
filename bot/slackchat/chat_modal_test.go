package slackchat

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
)

// A Slack that is slow or ill with dialogs: what can be filled is filled, and
// nobody is told what is not so, or nothing.
func TestDialogsOfASlackThatIsNotWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method  string
		failure slacktest.Failure
		title   string // of the modal at last, "" for none
		told    string // what the person hears, "" for nothing
	}{
		"opened after 3.5 s":          {"views.open", slacktest.Failure{Delay: 3500 * time.Millisecond, Applied: true}, "Restore docs?", ""},
		"opened after 3.5 s, asked":   {"views.open", slacktest.Failure{Delay: 2500 * time.Millisecond}, "Restore docs?", ""},
		"opened, no answer":           {"views.open", slacktest.Failure{Cut: true, Applied: true}, "Restore docs?", ""},
		"opened, 502":                 {"views.open", slacktest.Failure{Status: http.StatusBadGateway, Applied: true}, "Restore docs?", ""},
		"opened, internal_error":      {"views.open", slacktest.Failure{Error: "internal_error", Applied: true}, "Restore docs?", ""},
		"not opened, no answer":       {"views.open", slacktest.Failure{Cut: true}, "", "did not say in time"},
		"not opened, a code of later": {"views.open", slacktest.Failure{Error: "a_code_of_tomorrow"}, "", "could not be opened"},
		"filled at the third time":    {"views.update", slacktest.Failure{Times: 2, Error: "internal_error"}, "Restore docs?", ""},
		"filled after a 503":          {"views.update", slacktest.Failure{Times: 1, Status: http.StatusServiceUnavailable}, "Restore docs?", ""},
		"filled, no answer":           {"views.update", slacktest.Failure{Times: 1, Cut: true, Applied: true}, "Restore docs?", ""},
		"never filled":                {"views.update", slacktest.Failure{Error: "internal_error"}, "Restore", "did not take what the dialog was to show"},
		"never filled, at once":       {"views.update", slacktest.Failure{Error: "a_code_of_tomorrow"}, "Restore", "did not take what the dialog was to show"},
		"fields refused":              {"views.update", slacktest.Failure{Times: 1, Error: "invalid_arguments"}, "Restore docs?", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := listening(t, &dialog{fill: func(context.Context) bot.Answer { return form() }})
				fake.Fail(c.method, c.failure)
				if _, err := fake.Command("U1", "C1", "/restore").Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Minute)
				v, _ := fake.Modal("U1")
				said := fake.Ephemerals("U1")
				if v.Title != c.title || (len(said) > 0) != (c.told != "") || len(said) > 1 || len(said) == 1 && !strings.Contains(said[0].Text, c.told) {
					t.Errorf("the modal is %q, the person was told %v", v.Title, said)
				}
				if n := len(fake.Calls("views.open")); n != 1 {
					t.Errorf("it was opened %d times", n)
				}
				if n := len(fake.Calls("views.update")); n > fillTries {
					t.Errorf("it was filled %d times", n)
				}
				if c.failure.Error == "invalid_arguments" && (v.SubmitText != "" || !strings.Contains(fake.RenderModal(v, time.UTC), "Type the command instead")) {
					t.Errorf("without its fields it is:\n%s", fake.RenderModal(v, time.UTC))
				}
			})
		})
	}
}
