package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// Slack does not tell who somebody is, and will not until a person changes that:
// the method, what is missing and who can give it are named; the log and readiness
// have it, and the doctor answers whom a list names by their id.
func TestBinaryNamesWhatTheDirectoryLacks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scopes   []string // taken away
		settings []string
		user     string
		words    []string
		ready    string
	}{
		"people":         {[]string{"users:read"}, nil, "UALICE", []string{"users.info is refused: missing_scope", "users:read", "installs the app again"}, "users.info"},
		"channels":       {[]string{"channels:read"}, nil, "UALICE", []string{"conversations.info is refused: missing_scope", "channels:read"}, "conversations.info"},
		"groups":         {[]string{"usergroups:read"}, []string{"RESTORE_USERS=UALICE,SONCALL"}, "UBOB", []string{"the user group SONCALL", "usergroups.users.list is refused: missing_scope", "usergroups:read"}, "usergroups.users.list"},
		"a group gone":   {nil, []string{"RESTORE_USERS=UALICE,SGONE"}, "UBOB", []string{"the user group SGONE", "no_such_subteam", "takes its id out"}, "usergroups.users.list"},
		"a code unknown": {nil, nil, "UALICE", []string{"users.info is refused: a_code_of_tomorrow"}, "users.info"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s := setStage(t)
			s.env = append(s.env, c.settings...)
			s.slack.SetScopes(slices.DeleteFunc(slices.Clone(slacktest.DefaultScopes), func(scope string) bool { return slices.Contains(c.scopes, scope) })...)
			if name == "a code unknown" {
				s.slack.Fail("users.info", slacktest.Failure{Error: "a_code_of_tomorrow"})
			}
			base := s.startServed(ctx)
			if err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 }); err != nil {
				t.Fatal("the bot did not connect")
			}
			s.says(ctx, c.user, "/restore "+s.newest(), append(c.words, "Nothing was changed")...)
			s.untouched()
			for _, m := range s.slack.Ephemerals(c.user) {
				if text := s.slack.Render(m, time.UTC); strings.Contains(text, "Try again in a minute") {
					t.Errorf("a lasting fault is told as a passing one:\n%s", text)
				}
			}
			if _, text := get(ctx, t, base+"/readyz"); !strings.Contains(text, c.ready) {
				t.Errorf("/readyz does not name it: %s", text)
			}
			s.says(ctx, "UALICE", "/restore doctor", c.ready)
			if c.user == "UBOB" { // a dead group locks out nobody whom another entry names
				s.card(ctx)
			}
		})
	}
}
