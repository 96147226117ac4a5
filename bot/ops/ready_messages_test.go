package ops

import (
	"strings"
	"testing"
	"time"
)

func TestReadySaysWhetherMessagesAreTaken(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		m          Messages
		ok, needed bool
		says       string
	}{
		{Messages{}, true, false, "are taken"},
		{Messages{Denied: true, Fault: "denied", Since: since}, false, true, "does not accept the bot since 2026-03-02T03:04:05Z"},
		{Messages{Fault: "lost", Since: since}, false, false, "lost since"},
		{Messages{Unreachable: 2}, false, false, "2 channels"},
		{Messages{Refused: []Refused{{Call: "views.open is refused: x", Since: since}}}, false, false, "views.open is refused: x, since 2026"},
		{
			Messages{Refused: []Refused{{Call: "a is refused: x", Since: since}, {Call: "b is refused: y", Since: since, Needed: true}}},
			false, true, "a is refused: x, since 2026-03-02T03:04:05Z; b is refused: y, since",
		},
	} {
		if p := messages(c.m); p.OK != c.ok || p.Needed != c.needed || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%+v is told as %+v", c.m, p)
		}
	}
}
