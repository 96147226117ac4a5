package blockkit

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
)

// takesText is what the portal told of what the restore takes, in numbers: names
// are for those who may confirm.
func takesText(c bot.Card) string {
	l := c.Restore.Loss
	switch {
	case l.Source == "" && c.Counting:
		return "_Counting what changed since the backup …_"
	case l.Source == "":
		return ""
	case !l.Known() && c.Counting:
		return "*The portal has not said yet what changed since the backup:* " + EscapeText(l.Why, maxSaid) + ". The bot asks again."
	case !l.Known():
		return ":warning: *The bot could not count what changed since the backup:* " + EscapeText(l.Why, maxSaid) + "."
	}
	counting := ""
	if !l.Complete && l.Source != loss.FromRooms && c.Counting {
		counting = "_The bot goes on counting._"
	}
	return lines(jumpText(l), goneText(c, maxTaken), openText(l), counting)
}

// maxTaken is how many kinds of changes stand on the card; all of them are among the
// details.
const maxTaken = 3

// takenText is all that is known of what the restore takes, among the details.
func takenText(c bot.Card) string {
	l := c.Restore.Loss
	if !l.Known() {
		return ""
	}
	return lines(goneText(c, 0), backText(l.Back), limitsText(c), setupText(c))
}

// setupText says at length what [beforeText] warns of.
func setupText(c bot.Card) string {
	s, out := c.Restore.Setup, []string(nil)
	if s.NoMail && s.Knows(bot.PartMail) {
		out = append(out, "*No server for mail:* set one up first (Settings, Integration, SMTP), or have the server's administrator set passwords.")
	}
	if s.AddressesNew {
		out = append(out, "*Allowed addresses:* they were changed since the backup, and its list comes back.")
	}
	return lines(out...)
}

// beforeText is what has to be known of the portal's set-up before the press.
func beforeText(c bot.Card) string {
	s, out := c.Restore.Setup, []string(nil)
	if s.NoMail && s.Knows(bot.PartMail) {
		out = append(out, ":warning: *It cannot send mail:* nobody gets a new password.")
	}
	if s.AddressesNew {
		out = append(out, ":warning: *The old list of allowed addresses comes back* and may lock people and the bot out.")
	}
	return lines(out...)
}

// jumpText is an alarm and no refusal: somebody loses what they do right now.
func jumpText(l loss.Summary) string {
	if !l.Jump {
		return ""
	}
	return fmt.Sprintf(":rotating_light: *%s since the first count: somebody works on the portal right now.*", bot.Count(l.Since, "change", "changes"))
}

// goneText is the one sentence that people decide by.
func goneText(c bot.Card, most int) string {
	l := c.Restore.Loss
	what := countWords(l)
	if most > 0 && len(what) > most {
		what = append(what[:most:most], "and more")
	}
	if len(what) == 0 {
		if l.Source == loss.FromRooms {
			return "*No room changed and nobody was invited since the backup.*"
		}
		return "*The portal has recorded no change since the backup.*"
	}
	text := "*At least " + strings.Join(what, ", ")
	if l.People > 0 {
		text += ", by " + bot.Count(l.People, "person", "people")
	}
	if l.Links {
		text += " and visitors with a link"
	}
	text += "*"
	if ago := c.Now.Sub(l.Last); !l.Last.IsZero() && ago >= 0 {
		text += "; the last " + roughly(ago) + " ago"
	}
	return text + "."
}

// roughly leaves seconds out where there are minutes.
func roughly(d time.Duration) string {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return bot.Span(d)
}

// countWords are the numbers, the weightiest first, and none that is 0.
func countWords(l loss.Summary) (words []string) {
	t := l.Lost
	changed := bot.Count(t.RoomsChanged, "change of a room or its members", "changes of rooms and their members")
	if l.Source == loss.FromRooms {
		changed = bot.Count(t.RoomsChanged, "room changed", "rooms changed")
	}
	for _, one := range []struct {
		n    int
		text string
	}{
		{t.Created, bot.Count(t.Created, "file created", "files created")},
		{t.Changed, bot.Count(t.Changed, "file changed", "files changed")},
		{t.Rooms, bot.Count(t.Rooms, "new room", "new rooms")},
		{t.Invited, bot.Count(t.Invited, "person invited", "people invited")},
		{t.Forms, bot.Count(t.Forms, "form filled in", "forms filled in")},
		{t.Moved, bot.Count(t.Moved, "thing moved", "things moved")},
		{t.Folders, bot.Count(t.Folders, "folder made or changed", "folders made or changed")},
		{t.RoomsChanged, changed},
		{t.PeopleOther, bot.Count(t.PeopleOther, "change of people or groups", "changes of people and groups")},
		{t.Settings, bot.Count(t.Settings, "setting changed", "settings changed")},
		{t.Other, bot.Count(t.Other, "other change", "other changes")},
	} {
		if one.n > 0 {
			words = append(words, one.text)
		}
	}
	return words
}

// backText counts what was deleted since and comes back.
func backText(b loss.Back) string {
	var words []string
	for _, one := range []struct {
		n    int
		text string
	}{
		{b.Files, bot.Count(b.Files, "file", "files")},
		{b.Folders, bot.Count(b.Folders, "folder", "folders")},
		{b.Rooms, bot.Count(b.Rooms, "room", "rooms")},
		{b.People, bot.Count(b.People, "account", "accounts")},
	} {
		if one.n > 0 {
			words = append(words, one.text)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "Deleted since, and back after the restore: " + strings.Join(words, ", ") + "."
}

func openText(l loss.Summary) string {
	if l.Open == 0 {
		return ""
	}
	return ":warning: " + bot.Count(l.Open, "file may be open in an editor", "files may be open in an editor") + "."
}

// limitsText says what the numbers do not hold.
func limitsText(c bot.Card) string {
	l := c.Restore.Loss
	switch {
	case l.Source == loss.FromRooms && l.Complete:
		return "_This plan keeps no audit trail: the bot counted from the logs of rooms, without people's own documents and settings._"
	case l.Source == loss.FromRooms:
		return "_This plan keeps no audit trail, and not every room says what changed in it: there may be more. The bot did not count people's own documents and settings._"
	case !l.Complete && c.Restore.State == bot.Requested && c.Counting:
		return "_The trail is long: the bot goes on counting._"
	case !l.Complete:
		return "_The bot did not read the trail to its end: there may be more._"
	case c.Restore.Order.Dump:
		return "_The bot counted this portal alone, not the server's other portals._"
	}
	return ""
}

// actBlocks is a page of acts, each group under its name, in sections that hold whole
// lines.
func actBlocks(page bot.Acts) (blocks []slack.Block) {
	var part []string
	size := 0
	flush := func() {
		if len(part) > 0 {
			blocks = append(blocks, section(lines(part...)))
		}
		part, size = nil, 0
	}
	line := func(text string) {
		n := utf8.RuneCountInString(text) + 1
		if size+n > maxSection {
			flush()
		}
		part, size = append(part, text), size+n
	}
	for _, g := range page.Groups {
		flush()
		line(fmt.Sprintf("*%s* (%d)", EscapeText(g.Name, maxWord), g.Count))
		for _, act := range g.Lines {
			text := "• " + EscapeText(act.Words, maxAct) + ", " + date(act.At)
			if act.Back {
				text += "; it comes back"
			}
			line(text)
		}
	}
	flush()
	return blocks
}

// maxAct bounds the words of one act.
const maxAct = 400
