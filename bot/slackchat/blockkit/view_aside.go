package blockkit

import (
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// maxShown is how many backups stand in a list at once: as many as fit an ack.
const maxShown = 10

// backupsMessage lists backups, the newest first, each with a button that opens the
// picker. What has expired or cannot be restored stands last and has none.
func backupsMessage(a bot.Backups) Message {
	head := backupsHead(a)
	m := Message{Blocks: []slack.Block{section(head)}}
	from := min(max(a.From, 0), len(a.Backups))
	to := min(from+maxShown, len(a.Backups))
	words := []string{head}
	for _, backup := range a.Backups[from:to] {
		text := backupItem(backup, a)
		words = append(words, text)
		var press *slack.Accessory
		if a.Restorable(backup) && a.Portal.Name != "" {
			press = slack.NewAccessory(button(actionPick, listValue(a, backup.ID), "Restore"))
		}
		m.Blocks = append(m.Blocks, unfolded(mrkdwn(text), press))
	}
	if left := len(a.Backups) - to; left > 0 {
		words = append(words, bot.Count(left, "older one is", "older ones are")+" not shown.")
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", button(actionOlder, listValue(a, strconv.Itoa(to)), fmt.Sprintf("Show older (%d)", left))))
	}
	m.Text = cutText(lines(words...))
	return m
}

// listValue is what a button in a list carries.
func listValue(a bot.Backups, what string) string {
	value := a.Portal.Name + " " + what
	if a.Dump {
		value += " dump"
	}
	return value
}

func backupsHead(a bot.Backups) string {
	name, of := EscapeText(a.Portal.Name, maxButton), ""
	if a.Dump {
		of = " (of the whole server)"
	}
	if len(a.Backups) == 0 {
		return "*" + name + "* has no backups" + of + " in its history. Nothing was changed. Make one in the portal."
	}
	return "*" + bot.Count(len(a.Backups), "backup", "backups") + " of " + name + "*" + of + ", newest first. *Restore* asks before it starts anything."
}

// backupItem is a backup in two lines: how old it is, its file, where it is, and the id
// to copy.
func backupItem(b docspace.Backup, a bot.Backups) string {
	bad := ""
	switch {
	case b.Expired(a.Now):
		bad = ", *expired*"
	case !a.Restorable(b):
		bad = ", *the server cannot restore from there*"
	case !b.ExpiresOn.IsZero():
		bad = ", expires " + date(b.ExpiresOn)
	}
	return lines("*"+taken(b, a.Now)+"* ("+date(b.CreatedOn)+"), "+EscapeText(string(b.StorageType), maxButton)+bad,
		EscapeText(b.FileName, maxButton), code(b.ID))
}

// followButtons offer to follow the restores that run on portals and that this
// bot did not start. An action_id is unique in its block: each has its own.
func followButtons(portals ...string) []slack.Block {
	var rows []slack.Block
	for _, name := range portals[:min(len(portals), maxFollow)] {
		rows = append(rows, slack.NewActionBlock("", button(actionFollow, name, "Follow "+EscapeText(name, maxButton-len("Follow ")))))
	}
	return rows
}

// maxFollow is how many portals are offered to be followed.
const maxFollow = 5

// statusMessage offers to follow what runs and is not ours.
func statusMessage(a bot.Status) Message {
	m := listMessage("*What runs or waits now*", statusLines(a))
	busy := map[string]bool{}
	for _, r := range a.Open {
		busy[r.Portal] = true
	}
	var portals []string
	for _, e := range a.External {
		if e.Running && !busy[e.Portal.Name] && e.Portal.Name != "" {
			portals = append(portals, e.Portal.Name)
		}
	}
	m.Blocks = append(m.Blocks, followButtons(portals...)...)
	return m
}
