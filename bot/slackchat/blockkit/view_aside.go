package blockkit

import (
	"fmt"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// backupsMessage lists backups, each with a button that opens the picker. What
// has expired or cannot be restored has none.
func backupsMessage(a bot.Backups) Message {
	items := backupLines(a)
	m := listMessage(backupsHead(a), items)
	m.Blocks = []slack.Block{section(backupsHead(a))}
	for i, item := range items {
		if i == maxListed {
			m.Blocks = append(m.Blocks, section(fmt.Sprintf("… and %d more, older ones: `/restore` alone lets you search them.", len(items)-i)))
			break
		}
		backup := a.Backups[i]
		var press *slack.Accessory
		if !backup.Expired(a.Now) && a.Portal.Name != "" {
			value := a.Portal.Name + " " + backup.ID
			if a.Dump {
				value += " dump"
			}
			press = slack.NewAccessory(button(actionPick, value, "Restore ..."))
		}
		m.Blocks = append(m.Blocks, unfolded(mrkdwn(item), press))
	}
	return m
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
	m := listMessage("*What runs or waits now* (nothing was changed by asking)", statusLines(a))
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
