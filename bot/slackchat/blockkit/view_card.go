package blockkit

import (
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// The action_id of each button; its value is the restore's id.
const (
	actionConfirm  = "restore_confirm"
	actionDismiss  = "restore_dismiss"
	actionRestored = "restore_settle_restored"
	actionNothing  = "restore_settle_nothing"
	actionUnsafe   = "restore_unsafe"
	actionPick     = "restore_pick"
	actionFollow   = "restore_follow"
	actionType     = "restore_type"
	actionStop     = "restore_stop"
	actionLoss     = "restore_loss"
)

// HasButtons reports whether the card of a state can be pressed.
func HasButtons(s bot.State) bool { return s == bot.Requested || s == bot.Saving || s == bot.Unclear }

// Retired stands in the place of an orphan card.
func Retired(r bot.Restore) Message {
	return Plain("This is not the card of restore " + code(r.ID) + ": the bot was interrupted just after it had posted this, and posted another one. " +
		"Nothing was started by that. Use the other card, which shows where the restore stands; `/restore status` names it.")
}

// Card is the message of a restore as it stands.
func Card(c bot.Card) Message {
	m := Message{Text: cutText(headline(c) + " " + strings.ReplaceAll(outcome(c), "\n", " ")), bare: bareText(c)}
	m.Blocks = append(m.Blocks, header(headline(c)))
	switch c.Restore.State {
	case bot.Requested:
		m.Blocks = append(m.Blocks, section(backupText(c)), section(lossText(c)), section(outlookText(c)), section(outcome(c)), requestedButtons(c))
	case bot.Confirmed:
		m.Blocks = append(m.Blocks, section(outcome(c)), section(backupText(c)))
		if countsDown(c) {
			m.Blocks = append(m.Blocks, section(lossText(c)), stopButton(c))
		}
	case bot.Saving:
		m.Blocks = append(m.Blocks, section(outcome(c)), section(backupText(c)))
		m.Blocks = append(m.Blocks, savingButtons(c))
	case bot.Unclear:
		m.Blocks = append(m.Blocks, section(outcome(c)), section(backupText(c)), unclearButtons(c))
	case bot.Running:
		m.Blocks = append(m.Blocks, section(outcome(c)), section(backupText(c)))
		if c.Restore.Stuck(c.Now) {
			m.Blocks = append(m.Blocks, section("If its end never comes, look at the portal and press the button that is true. Nothing is started by that."), unclearButtons(c))
		}
	default:
		m.Blocks = append(m.Blocks, section(outcome(c)), section(backupText(c)))
	}
	m.Blocks = append(m.Blocks, footnote(footText(c)))
	markButtons(m.Blocks, c.Restore)
	return m
}

// bareText stands on a card without its buttons.
func bareText(c bot.Card) string {
	switch c.Restore.State {
	case bot.Requested:
		return ":warning: Slack did not take the buttons of this card, so nobody can confirm it and the request ends. Nothing was started."
	case bot.Saving:
		return ":warning: Slack did not take the buttons of this card: `/restore cancel " + inCode(c.Restore.ID, maxWord) + "` drops it."
	case bot.Unclear:
		return ":warning: Slack did not take the buttons of this card, by which somebody would say what became of the restore."
	default:
		return ""
	}
}

func portalName(c bot.Card) string {
	if c.Portal.Name != "" {
		return EscapeText(c.Portal.Name, maxButton)
	}
	return EscapeText(c.Restore.Portal, maxButton)
}

// headline is what happened, in one line of plain text.
func headline(c bot.Card) string {
	p := portalName(c)
	switch c.Restore.State {
	case bot.Requested:
		if c.Restore.Order.BreakGlass {
			return "Restore " + p + " from a backup, alone?"
		}
		return "Restore " + p + " from a backup?"
	case bot.Confirmed:
		if countsDown(c) {
			return "Restore of " + p + ": starts by one person's word, unless it is stopped"
		}
		return "Restore of " + p + ": confirmed, about to start"
	case bot.Saving:
		if c.Restore.AsksForWaiver() {
			return "Restore of " + p + ": stopped, the safety backup failed"
		}
		if c.Restore.Safety.Doubt != "" && c.Restore.Safety.Stage != bot.SafetyWaived {
			return "Restore of " + p + ": still waits for its safety backup"
		}
		return "Restore of " + p + ": safety backup first"
	case bot.Starting:
		return "Restore of " + p + ": starting"
	case bot.Running:
		if c.Restore.Followed {
			return "Restore of " + p + ": running, started elsewhere"
		}
		return "Restore of " + p + ": running"
	case bot.Unclear:
		return "Restore of " + p + ": unclear, somebody has to look"
	case bot.Succeeded:
		return "Restore of " + p + ": done"
	case bot.Failed:
		return "Restore of " + p + ": " + c.Restore.Outcome()
	case bot.Rehearsed:
		return "Restore of " + p + ": dry run, nothing was started"
	case bot.Refused:
		return "Restore of " + p + ": refused, nothing was started"
	case bot.Dismissed:
		return "Restore of " + p + ": dismissed, nothing was started"
	case bot.Expired:
		return "Restore of " + p + ": expired, nothing was started"
	}
	return "Restore of " + p
}

// backupText says what is restored, and from what.
func backupText(c bot.Card) string {
	r, b := c.Restore, c.Restore.Backup
	portal := "*Portal:* " + portalLink(c)
	if r.PortalVersion != "" {
		portal += ", version " + code(r.PortalVersion)
	}
	if r.Followed {
		return lines(portal, "*Backup:* not known: the portal does not tell what is restored, nor who started it.")
	}
	storage := b.StorageType
	if storage == "" {
		storage = r.Order.StorageType
	}
	if storage == "" {
		storage = "not told"
	}
	out := []string{portal}
	switch {
	case b.ID == "" && r.Order.Unlisted:
		out = append(out, "*Backup:* one that the bot cannot see", "*Id:* "+code(r.Order.BackupID))
	case b.ID == "":
		out = append(out, "*Backup:* not in the portal's history; the flags below name it", "*Id:* "+code(r.Order.BackupID))
	default:
		out = append(out, "*Backup:* "+EscapeText(b.FileName, maxWord), "*Id:* "+code(b.ID))
	}
	out = append(out, "*Storage:* "+code(string(storage)))
	if b.ID != "" {
		expires := "never"
		if !b.ExpiresOn.IsZero() {
			expires = date(b.ExpiresOn)
		}
		out = append(out, "*Taken:* "+date(b.CreatedOn)+", "+taken(b, c.Now.Add(c.Restore.Preflight.ClockAhead)), "*Backup expires:* "+expires)
	}
	out = append(out, "*Command:* `/restore "+inCode(r.Order.Canonical(r.Portal), 2*maxSaid)+"`")
	if r.Order.Reason != "" {
		out = append(out, "*Reason:* "+EscapeText(r.Order.Reason, maxSaid))
	}
	return lines(out...)
}

func footText(c bot.Card) string {
	r := c.Restore
	who := " · asked by "
	if r.Followed {
		who = " · followed for "
	}
	out := "Restore " + code(r.ID) + who + mention(r.Requester)
	if len(r.Confirmations) > 0 {
		out += " · confirmed by " + mentions(r.Confirmers())
	}
	return out + " · as of " + date(c.Now)
}

func unclearButtons(c bot.Card) slack.Block {
	return slack.NewActionBlock("",
		button(actionRestored, c.Restore.ID, "It was restored"),
		button(actionNothing, c.Restore.ID, "Nothing was restored"))
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plainLabel(label, maxButton))
}

func plainLabel(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, CutMarkup(text, limit), false, false)
}
