package blockkit

import (
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// detailsID stays the same in every edit: Slack would fold the block again otherwise.
const detailsID = "details"

// detailsBlock is what is not needed to decide, folded.
func detailsBlock(c bot.Card) slack.Block {
	return slack.NewContainerBlock(detailBlocks(c)...).WithTitle(plainLabel("Details", maxHeader)).
		WithCollapsible(true, true).WithBlockID(detailsID)
}

// detailsButton opens the same where Slack does not take what folds.
func detailsButton(c bot.Card) *slack.ButtonBlockElement {
	return button(actionDetails, c.Restore.ID, "Show details")
}

// detailBlocks are blocks that may stand in a container and in a modal.
func detailBlocks(c bot.Card) []slack.Block {
	r := c.Restore
	var out []slack.Block
	for _, text := range []string{backupText(c), takenText(c), effectsText(c), preflightText(c), storyText(c)} {
		if text != "" {
			out = append(out, section(text))
		}
	}
	return append(out, footnote("Restore "+code(r.ID)+". `/restore report "+inCode(r.ID, maxWord)+"` writes its story."))
}

// backupText says what is restored, and from what.
func backupText(c bot.Card) string {
	r, b := c.Restore, c.Restore.Backup
	portal := "*Portal:* " + portalLink(c)
	if r.PortalVersion != "" {
		portal += ", version " + code(r.PortalVersion)
	}
	if r.Followed {
		return lines(portal, "*Backup:* not known. The portal does not say which backup it restores or who started it.")
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
		out = append(out, "*Backup:* one that the bot cannot see", "*Id:* "+code(r.Order.BackupID), unreadText(r))
	case b.ID == "":
		out = append(out, "*Backup:* not in the portal's history; the command below names it", "*Id:* "+code(r.Order.BackupID))
	default:
		out = append(out, "*Backup:* "+EscapeText(b.FileName, maxWord), "*Id:* "+code(b.ID))
	}
	out = append(out, "*Storage:* "+code(string(storage)))
	if b.ID != "" {
		expires := "never"
		if !b.ExpiresOn.IsZero() {
			expires = date(b.ExpiresOn)
		}
		out = append(out, "*Taken:* "+date(b.CreatedOn)+", "+taken(b, c.Now.Add(r.Preflight.ClockAhead)), "*Backup expires:* "+expires)
	}
	out = append(out, "*Command:* `/restore "+inCode(r.Order.Canonical(r.Portal), 2*maxSaid)+"`")
	if r.Order.Reason != "" {
		out = append(out, "*Reason:* "+EscapeText(r.Order.Reason, maxSaid))
	}
	return lines(out...)
}

// effectsText is what a restore does to people, while it can still be kept from it.
func effectsText(c bot.Card) string {
	r := c.Restore
	switch {
	case r.State.Ended() || r.Followed:
		return ""
	case r.Order.Dump:
		return lines(append([]string{"*What it does*"}, dumpLines(r)...)...)
	}
	return lines(append([]string{"*What it does*"}, peopleLines(r)...)...)
}

// storyText is what happened around it: who may do what, and what went wrong meanwhile.
func storyText(c bot.Card) string {
	r := c.Restore
	out := awayLines(r)
	if r.State == bot.Requested {
		out = append(out, "*Who may confirm:* "+mayConfirm(c), "*Who may not:* "+mayNot(c))
	} else {
		out = append(out, "*Asked by:* "+mention(r.Requester)+" "+date(r.RequestedAt))
		if len(r.Confirmations) > 0 {
			out = append(out, "*Who confirmed:* "+mentions(r.Confirmers()))
		}
	}
	if r.State == bot.Unclear || r.Stuck(c.Now) {
		out = append(out, lockedText(r))
	}
	if r.StartedAt.IsZero() && r.State.Ended() && r.Safety.Stage == bot.SafetyDone {
		out = append(out, "*The safety backup is done:* "+savedName(r.Safety)+".")
	}
	if r.State == bot.Succeeded {
		out = append(out, wayBack(c), "Backup ids changed with the restore. Before the next one look in `/restore list`.")
	}
	return lines(out...)
}

// portalLink is the portal's name, linked where its address can be.
func portalLink(c bot.Card) string {
	address, ok := linkable(c.Portal.URL)
	switch {
	case ok:
		return "<" + address + "|" + strings.ReplaceAll(portalName(c), "|", "/") + ">"
	case c.Portal.URL == "":
		return portalName(c)
	}
	return portalName(c) + " (" + EscapeText(c.Portal.URL, maxWord) + ")"
}
