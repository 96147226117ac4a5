package blockkit

import (
	"strings"
	"testing"

	"docspace-restorebot/bot"
)

func TestRulesAreToldInOneLine(t *testing.T) {
	t.Parallel()
	many := make([]string, maxPeople+5)
	for i := range many {
		many[i] = "U" + strings.Repeat("1", i+2)
	}
	for name, c := range map[string]struct {
		news []bot.RuleNews
		want string
	}{
		"of all": {
			[]bot.RuleNews{{Changes: []bot.RuleChange{{Rule: "approvals", Was: "2", Is: "1"}, {Rule: "may confirm", Added: []string{"U123", "S1"}, Removed: []string{"U9"}}}}},
			"The rules of restores have changed: approvals 2 → 1; may confirm + <@U123>, <!subteam^S1>, − <@U9>.",
		},
		"of some": {
			[]bot.RuleNews{
				{Portals: []string{"docs", "<!here> *wiki*"}, Changes: []bot.RuleChange{{Rule: "safety backup", Was: "Local /a_b", Is: "off"}}},
				{Portals: []string{""}, Changes: []bot.RuleChange{{Rule: "channels", Added: []string{"*"}, Removed: []string{"C1"}}}},
			},
			"The rules of restores have changed. For docs, &lt;!here&gt; \u2217wiki\u2217: safety backup Local /a_b → off. " +
				"For portals without rules of their own: channels + everybody or everywhere, − <#C1>.",
		},
		"gone and new": {
			[]bot.RuleNews{{Portals: []string{"wiki"}, Changes: []bot.RuleChange{{Rule: "taken out"}}}, {Portals: []string{"office"}, Changes: []bot.RuleChange{{Rule: "new, at", Is: "https://office.example.com"}, {Rule: "approvals", Is: "2"}}}},
			"The rules of restores have changed. For wiki: taken out. For office: new, at https://office.example.com; approvals 2.",
		},
	} {
		if got := rulesText(c.news); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	long := rulesText([]bot.RuleNews{{Changes: []bot.RuleChange{{Rule: "may ask", Added: many}}}})
	if strings.Contains(long, "\n") || strings.Count(long, "<@") != maxPeople || !strings.Contains(long, "and 5 more") {
		t.Errorf("of many: %s", long)
	}
}
