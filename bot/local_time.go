package bot

import (
	"context"
	"time"
)

// zoneWithin is how long a person's time zone is waited for. It comes with what the
// checks have just asked, so it mostly is at hand.
const zoneWithin = 500 * time.Millisecond

// zoneOf is the time zone in which a person reads, UTC where the chat does not say in
// time.
func (b *Bot) zoneOf(ctx context.Context, user string) *time.Location {
	ctx, cancel := context.WithTimeout(ctx, zoneWithin)
	defer cancel()
	who, err := b.Directory.Person(ctx, user)
	if err != nil {
		return time.UTC
	}
	return who.Location()
}

// localTime tells a time in words that Slack would use, in the zone of now: "today
// 19:20", "yesterday 07:05", "Nov 26 19:20". UTC is named: a reader takes a bare time for
// their own.
func localTime(t, now time.Time) string {
	t = t.In(now.Location())
	day := t.Format("Jan 2")
	switch {
	case sameDay(t, now):
		day = "today"
	case sameDay(t.AddDate(0, 0, 1), now):
		day = "yesterday"
	case sameDay(t.AddDate(0, 0, -1), now):
		day = "tomorrow"
	case t.Year() != now.Year():
		day = t.Format("Jan 2, 2006")
	}
	text := day + " " + t.Format("15:04")
	if now.Location() == time.UTC {
		text += " UTC"
	}
	return text
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
