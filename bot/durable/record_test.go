package durable

import (
	"strings"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// What reads a record is kept for the next one: nothing of a bad one may reach it.
func TestABadRecordSpoilsNoOther(t *testing.T) {
	t.Parallel()
	good, err := encode(bot.Restore{ID: "r", Portal: strings.Repeat("p", 5000), AnswerURL: docspace.NewSecret("https://hooks.example.com/1")})
	if err != nil || !strings.HasPrefix(good, `{"ID":"r"`) || !strings.HasSuffix(good, `"}`) {
		t.Fatalf("written: %q, %v", good, err)
	}
	for _, bad := range []string{"", "{", good + "}", good + "]", good + good, good + " {}", good + "x", `{"ID":1}`, `{"Invented":true}`, `[]`, strings.Repeat(" ", 9000) + "!"} {
		for range 10 { // so that one of them is read by what has read the other
			if err := strictly(bad, new(record)); err == nil {
				t.Errorf("%.20q is taken", bad)
			}
			var rec record
			if err := strictly(good, &rec); err != nil || rec.ID != "r" || len(rec.Portal) != 5000 || rec.AnswerURL != "https://hooks.example.com/1" {
				t.Errorf("after %.20q: %q, %v", bad, rec.ID, err)
			}
		}
	}
	again, err := encode(bot.Restore{ID: "s"})
	if again != `{"ID":"s"}` || err != nil {
		t.Errorf("after a long record a short one is %q, %v", again, err)
	}
}
