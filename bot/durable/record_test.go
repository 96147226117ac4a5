package durable

import (
	"strings"
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// A record is read whole or refused.
func TestARecordIsReadWholeOrRefused(t *testing.T) {
	t.Parallel()
	good, err := encode(bot.Restore{ID: "r", Portal: strings.Repeat("p", 5000), AnswerURL: docspace.NewSecret("https://hooks.example.com/1")})
	if err != nil || !strings.HasPrefix(good, `{"ID":"r"`) || !strings.HasSuffix(good, `"}`) {
		t.Fatalf("written: %q, %v", good, err)
	}
	for _, bad := range []string{"", "{", good + "}", good + "]", good + good, good + " {}", good + " ", good + "x", `{"ID":1}`, `{"Invented":true}`, `[]`, strings.Repeat(" ", 9000) + "!"} {
		if err := decodeStrict(bad, new(record)); err == nil {
			t.Errorf("%.20q is taken", bad)
		}
	}
	var rec record
	if err := decodeStrict(good, &rec); err != nil || rec.ID != "r" || len(rec.Portal) != 5000 || rec.AnswerURL != "https://hooks.example.com/1" {
		t.Errorf("read %q, %v", rec.ID, err)
	}
	short, err := encode(bot.Restore{ID: "s"})
	if short != `{"ID":"s"}` || err != nil {
		t.Errorf("a short one is %q, %v", short, err)
	}
}
