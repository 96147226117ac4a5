package blockkit

import (
	"slices"
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
	actionOlder    = "restore_older"
	actionFollow   = "restore_follow"
	actionType     = "restore_type"
	actionStop     = "restore_stop"
	actionLoss     = "restore_loss"
	actionDetails  = "restore_details"
	actionTick     = "restore_tick"
)

// HasButtons reports whether the card of a state can be pressed.
func HasButtons(s bot.State) bool { return s == bot.Requested || s == bot.Saving || s == bot.Unclear }

// Retired stands in the place of an orphan card.
func Retired(r bot.Restore) Message {
	return Plain("This is not the card of restore " + code(r.ID) + ". The bot was interrupted just after it posted this, and posted another one. " +
		"Nothing was started by this one. Use the other card; `/restore status` names it.")
}

// Card is the message of a restore as it stands: what is needed to decide, and the rest
// folded below.
func Card(c bot.Card) Message {
	m := Message{Text: cutText(cardText(c)), bare: bareText(c)}
	head := []slack.Block{header(headline(c))}
	var buttons []slack.BlockElement
	switch c.Restore.State {
	case bot.Requested:
		head = append(head, header(lossLine(c)), section(lossText(c)), section(askText(c)))
		buttons = requestedButtons(c)
	case bot.Confirmed:
		head = append(head, section(outcome(c)))
		if countsDown(c) {
			head[0] = header(headline(c))
			head = append(head, section(lossText(c)))
			buttons = append(buttons, stopButton(c))
		}
	case bot.Saving:
		head, buttons = append(head, section(outcome(c))), savingButtons(c)
	case bot.Unclear:
		head, buttons = append(head, section(outcome(c))), unclearButtons(c)
	case bot.Running:
		head = append(head, section(outcome(c)))
		if c.Restore.Stuck(c.Now) {
			head = append(head, section("If its end never comes, look at the portal and press the button that fits. It starts nothing."))
			buttons = unclearButtons(c)
		}
	default:
		head = append(head, section(outcome(c)))
	}
	m.Blocks, m.Classic = head, append(slices.Clip(head), buttonRow(c, append(slices.Clip(buttons), detailsButton(c)))...)
	m.Blocks = append(m.Blocks, buttonRow(c, buttons)...)
	if hasSteps(c) {
		m.Blocks = append(m.Blocks, stepsBlock(c))
		m.Classic = append(m.Classic, footnote(stepsText(c)))
	}
	m.Blocks = append(m.Blocks, detailsBlock(c))
	return m
}

// buttonRow is a row of buttons with the mark of the card; nothing where there are none.
func buttonRow(c bot.Card, buttons []slack.BlockElement) []slack.Block {
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock(cardMark(c.Restore), buttons...)}
}

// cardText is what a notification and a screen reader have of the card: all of it.
func cardText(c bot.Card) string {
	parts := []string{headline(c)}
	if c.Restore.State == bot.Requested {
		parts = append(parts, lossLine(c)+".", lossText(c))
	}
	parts = append(parts, outcome(c), backupText(c), takenText(c), effectsText(c), preflightText(c), storyText(c))
	return strings.ReplaceAll(lines(parts...), "\n", " ")
}

// bareText stands on a card without its buttons.
func bareText(c bot.Card) string {
	switch c.Restore.State {
	case bot.Requested:
		return ":warning: Slack did not take the buttons of this card, so nobody can confirm it and the request ends."
	case bot.Saving:
		return ":warning: Slack did not take the buttons of this card. `/restore cancel " + inCode(c.Restore.ID, maxWord) + "` drops it."
	case bot.Unclear:
		return ":warning: Slack did not take the buttons of this card, so nobody can say there what became of the restore."
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
	of := "Restore of " + p + ": "
	switch r := c.Restore; r.State {
	case bot.Requested:
		what := "Restore " + p + " from a backup"
		switch {
		case r.Order.DryRun:
			return what + "? (dry run)"
		case r.Order.BreakGlass:
			return what + ", alone?"
		}
		return what + "?"
	case bot.Confirmed:
		if countsDown(c) {
			return of + "one person confirmed it alone"
		}
		return of + "confirmed"
	case bot.Saving:
		switch {
		case r.AsksForWaiver():
			return of + "the safety backup failed"
		case r.Safety.Doubt != "" && r.Safety.Stage != bot.SafetyWaived:
			return of + "it still waits for its safety backup"
		}
		return of + "safety backup first"
	case bot.Starting:
		return of + "starting"
	case bot.Running:
		if r.Followed {
			return of + "running, started elsewhere"
		}
		return of + "running"
	case bot.Unclear:
		return of + "somebody has to look"
	case bot.Succeeded:
		return of + "done"
	case bot.Failed:
		return of + r.Outcome()
	case bot.Rehearsed:
		return of + "dry run"
	case bot.Refused:
		return of + "refused"
	case bot.Dismissed:
		return of + "dismissed"
	case bot.Expired:
		return of + "expired"
	}
	return "Restore of " + p
}

func unclearButtons(c bot.Card) []slack.BlockElement {
	return []slack.BlockElement{
		button(actionRestored, c.Restore.ID, "It was restored"),
		button(actionNothing, c.Restore.ID, "Nothing was restored"),
	}
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plainLabel(label, maxButton))
}

func plainLabel(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, CutMarkup(text, limit), false, false)
}

// sure is the question that Slack asks before it sends a press on a danger button.
func sure(title, text, yes string) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(
		plainLabel(title, maxConfirmTitle), plainLabel(text, maxConfirm), plainLabel(yes, maxConfirmLabel), plainLabel("Cancel", maxConfirmLabel)).
		WithStyle(slack.StyleDanger)
}
