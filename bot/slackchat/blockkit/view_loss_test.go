package blockkit

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
)

// lossViews are the cards of requests whose portal told what they take.
func lossViews() map[string]Message {
	full := func(c *bot.Card) {
		c.Restore.Loss = loss.Summary{
			Source: loss.FromTrail, At: viewNow, From: viewNow.Add(-26 * time.Hour), Complete: true,
			Lost: loss.Tally{Created: 41, Changed: 12, Rooms: 3, Invited: 2, Moved: 1, Settings: 1},
			Back: loss.Back{Files: 4, People: 1}, People: 7, Links: true, Last: viewNow.Add(-4 * time.Minute), Open: 2,
		}
	}
	with := func(change func(*loss.Summary)) func(*bot.Card) {
		return func(c *bot.Card) { change(&c.Restore.Loss) }
	}
	counted := func(c *bot.Card) {
		full(c)
		c.Restore.Setup = bot.Setup{At: viewNow, Standing: true, NoMail: true, Keys: 3, Webhooks: 2, SSO: true, RoomFiles: 420, Bytes: 5 << 30}
		c.Restore.Preflight.Counts = bot.Counts{At: viewNow, Users: 42, Rooms: 7, Backups: 3}
		c.Restore.Aftercare.Counts = bot.Counts{At: viewNow, Users: 42, Rooms: 3, Backups: 3}
		c.Restore.Aftercare.Returned = bot.Returned{RoomFiles: 383, Bytes: 4 << 30}
	}
	return map[string]Message{
		"succeeded-setup":         Card(viewCard(bot.Succeeded, counted)),
		"note-counted-loss":       Note(viewCard(bot.Succeeded, counted), bot.Note{Kind: bot.NoteCounted}),
		"note-loss":               Note(viewCard(bot.Succeeded, full), bot.Note{Kind: bot.NoteLoss, Text: "Ada <Adams>\n- [ ] created a file: a`b.docx (Board), Mar 1 15:04\n"}),
		"requested-loss":          Card(viewCard(bot.Requested, full)),
		"requested-loss-typed":    Card(viewCard(bot.Requested, full, func(c *bot.Card) { c.Rules.Typing = true })),
		"requested-loss-counting": Card(viewCard(bot.Requested, func(c *bot.Card) { c.Counting = true })),
		"requested-loss-long": Card(viewCard(bot.Requested, full, func(c *bot.Card) {
			c.Counting, c.Restore.Loss.Complete = true, false
		})),
		"requested-loss-jump": Card(viewCard(bot.Requested, full, with(func(l *loss.Summary) { l.Since, l.Jump = 9, true }))),
		"requested-loss-dump": Card(viewCard(bot.Requested, full, dump)),
		"requested-loss-rooms": Card(viewCard(bot.Requested, with(func(l *loss.Summary) {
			*l = loss.Summary{Source: loss.FromRooms, At: viewNow, Lost: loss.Tally{RoomsChanged: 5, Invited: 1}}
		}))),
		"requested-loss-logs": Card(viewCard(bot.Requested, with(func(l *loss.Summary) {
			*l = loss.Summary{Source: loss.FromRooms, At: viewNow, Complete: true, Lost: loss.Tally{Created: 41, Changed: 12, RoomsChanged: 5, Invited: 1}, People: 7}
		}))),
		"requested-loss-nothing": Card(viewCard(bot.Requested, with(func(l *loss.Summary) {
			*l = loss.Summary{Source: loss.FromTrail, At: viewNow, Complete: true}
		}))),
		"requested-loss-none": Card(viewCard(bot.Requested, with(func(l *loss.Summary) {
			*l = loss.Summary{Source: loss.FromNone, At: viewNow, Why: "it does not <answer>"}
		}))),
		"requested-loss-again": Card(viewCard(bot.Requested, func(c *bot.Card) { c.Counting = true }, with(func(l *loss.Summary) {
			*l = loss.Summary{Source: loss.FromNone, At: viewNow, Why: "it does not answer in time", Failed: 1, Due: viewNow}
		}))),
		"requested-loss-mail": Card(viewCard(bot.Requested, full, func(c *bot.Card) {
			c.Restore.Setup = bot.Setup{At: viewNow, Standing: true, NoMail: true, AddressesNew: true}
		})),
	}
}

// acts is a page of what a restore takes.
func acts() bot.Acts {
	line := func(ago time.Duration, words string) bot.ActLine {
		return bot.ActLine{At: viewNow.Add(-ago), Words: words}
	}
	return bot.Acts{Groups: []bot.ActGroup{
		{Name: "Ada <Adams>", Count: 12, Lines: []bot.ActLine{
			line(time.Minute, "created a file: *Plan* & <!channel>.docx (Board)"), {At: viewNow.Add(-time.Hour), Words: "moved a file to the trash: Draft_4.docx (Board)", Back: true},
		}},
		{Name: "Bob", Count: 1, Lines: []bot.ActLine{line(25*time.Hour, "invited a person: g…")}},
	}}
}

// However long the names are, each act is whole in one section that Slack takes.
func TestAPageOfActsFitsItsSections(t *testing.T) {
	t.Parallel()
	var page bot.Acts
	for _, name := range []string{"Ada", strings.Repeat("<", 300)} {
		g := bot.ActGroup{Name: name, Count: 50}
		for range 25 {
			g.Lines = append(g.Lines, bot.ActLine{At: viewNow, Words: "created a file: " + strings.Repeat("&_*", 100)})
		}
		page.Groups = append(page.Groups, g)
	}
	dates := 0
	for _, block := range actBlocks(page) {
		text := sectionText(t, block)
		if n := utf8.RuneCountInString(text); n > maxSection || strings.HasSuffix(text, "<") {
			t.Errorf("%d runes", n)
		}
		dates += strings.Count(text, "<!date^")
	}
	if dates != 50 {
		t.Errorf("%d of 50 acts have their time", dates)
	}
}
