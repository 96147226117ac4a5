package main

import (
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
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
		"people":         {[]string{"users:read"}, nil, stage.Alice, []string{"users.info is refused: missing_scope", "users:read", "installs the app again"}, "users.info"},
		"channels":       {[]string{"channels:read"}, nil, stage.Alice, []string{"conversations.info is refused: missing_scope", "channels:read"}, "conversations.info"},
		"groups":         {[]string{"usergroups:read"}, []string{"RESTORE_USERS=" + stage.Alice + ",SONCALL"}, stage.Bob, []string{"the user group SONCALL", "usergroups.users.list is refused: missing_scope", "usergroups:read"}, "usergroups.users.list"},
		"a group gone":   {nil, []string{"RESTORE_USERS=" + stage.Alice + ",SGONE"}, stage.Bob, []string{"the user group SGONE", "no_such_subteam", "takes its id out"}, "usergroups.users.list"},
		"a code unknown": {nil, nil, stage.Alice, []string{"users.info is refused: a_code_of_tomorrow"}, "users.info"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setInBubble(t, nil, append(c.settings, "HTTP_ADDR=127.0.0.1:0"), func(s *stage.Scene) {
				s.Slack.SetScopes(slices.DeleteFunc(slices.Clone(slacktest.DefaultScopes), func(scope string) bool { return slices.Contains(c.scopes, scope) })...)
				if name == "a code unknown" {
					s.Slack.Fail("users.info", slacktest.Failure{Error: "a_code_of_tomorrow"})
				}
				bot := s.Starts()
				asker := s.Person(c.user)
				asker.Types("/restore " + s.Newest())
				asker.WantTold(append(c.words, "Nothing was started")...)
				s.WantUntouched()
				for _, m := range s.Slack.Ephemerals(c.user) {
					if text := s.Text(m); strings.Contains(text, "Try again in a minute") {
						t.Errorf("a lasting fault is told as a passing one:\n%s", text)
					}
				}
				if _, text, err := bot.Get(s.Context(), "/readyz"); err != nil || !strings.Contains(text, c.ready) {
					t.Errorf("/readyz does not name it: %v: %s", err, text)
				}
				s.Alice.Types("/restore doctor")
				s.Alice.WantTold(c.ready)
				if c.user == stage.Bob { // a dead group locks out nobody whom another entry names
					s.Alice.Types("/restore " + s.Newest())
					s.WantCard()
				}
			})
		})
	}
}
