package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
)

// Only a help, and only of somebody whom their own id lets in, is answered
// without the checks and the records of a command.
func TestPromptAnswersHelpAndNothingElse(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		heard := 0
		s.Heard = func(v bot.Verb, readable bool) {
			heard++
			if v != bot.VerbHelp || !readable {
				t.Errorf("heard %s, readable %v", v, readable)
			}
		}
		for text, topic := range map[string]string{"help": "", "  HELP": "", "help list": "list", "help \u00a0Restore": "restore"} {
			if a, ok := s.Prompt(bot.Command{Caller: caller("UALICE"), Text: text}); !ok || a != (bot.Help{Topic: topic}) {
				t.Errorf("%q: %+v, %v", text, a, ok)
			}
		}
		if heard != 4 {
			t.Errorf("%d commands were counted, want 4", heard)
		}
		for _, text := range []string{
			"", "status", "list", "doctor", "history", guid, guid + " --dump", "--help", "helpful", "help nothing", "help list list", "help --dump", "help\n", "hel", "freeze help",
		} {
			if a, ok := s.Prompt(bot.Command{Caller: caller("UALICE"), Text: text}); ok {
				t.Errorf("%q was answered with %+v", text, a)
			}
		}
		s.Policy.Users.Groups = []string{"SOPS"} // whose members have to be asked for
		for name, change := range map[string]func(*bot.Caller){
			"a stranger":        func(c *bot.Caller) { c.User = "UEVE" },
			"nobody":            func(c *bot.Caller) { c.User = "" },
			"another channel":   func(c *bot.Caller) { c.Channel = "CELSE" },
			"a direct message":  func(c *bot.Caller) { c.Channel = "D1" },
			"no channel":        func(c *bot.Caller) { c.Channel = "" },
			"another app":       func(c *bot.Caller) { c.App = "A2" },
			"another workspace": func(c *bot.Caller) { c.Team = "T2" },
		} {
			c := caller("UALICE")
			change(&c)
			if a, ok := s.Prompt(bot.Command{Caller: c, Text: "help"}); ok {
				t.Errorf("%s was answered with %+v", name, a)
			}
		}
		s.Policy = bot.Policy{}
		if _, ok := s.Prompt(bot.Command{Caller: caller("UALICE"), Text: "help"}); ok {
			t.Error("the empty policy let somebody in")
		}
	})
}
