package slackchat

import (
	"testing"
	"testing/synctest"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slacktest"
)

// A post whose answer was lost is looked for, and not made twice.
func TestRulesWhoseAnswerWasLostAreNotToldTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, chat := chatInBubble(t, slacktest.World{Scopes: mayRead})
		news := []bot.RuleNews{{Changes: []bot.RuleChange{{Rule: "approvals", Was: "2", Is: "1"}}}}
		fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Cut: true, Applied: true})
		tries := 0
		persist(t, func() (string, error) {
			tries++
			return "", chat.TellRules(t.Context(), "C1", "id", news)
		})
		if n := len(fake.Channel("C1").Messages()); n != 1 || tries < 2 {
			t.Errorf("%d messages in %d tries", n, tries)
		}
	})
}
