package blockkit

import (
	"fmt"
	"net/url"
	"strings"

	"docspace-restorebot/bot"
)

// peopleLines: facts of the server's restore of one portal.
func peopleLines(r bot.Restore) []string {
	mail := "only the owner gets the mail to set a new one; everybody else needs _Forgot password_"
	if r.Order.Notify {
		mail = "every active user gets a mail to set a new one"
	}
	return []string{
		"• All passwords are reset: " + mail + ".",
		"• API keys and tokens stop working, the bot's own key too. OAuth apps get new client ids.",
		"• " + twoFactorPlan(r) + ". IP restrictions go back to the backup's.",
		"• The portal is closed to everybody until its end, and the restore *cannot be cancelled*.",
	}
}

func twoFactorPlan(r bot.Restore) string {
	switch wipes, known := bot.WipesTwoFactor(r.PortalVersion); {
	case !known:
		return "Two-factor settings are wiped from version 3.7.1 on"
	case wipes:
		return "Two-factor settings are wiped"
	}
	return "Two-factor settings go back to the backup's"
}

// dumpLines: a dump replaces the tables of the whole installation in place.
func dumpLines(r bot.Restore) []string {
	mail := "only the owner is mailed"
	if r.Order.Notify {
		mail = "every active user is mailed"
	}
	return []string{
		"• It replaces *the whole server*: every portal on it, and its licence. A second person has to confirm it.",
		"• It deletes first and restores afterwards: if it fails half-way, the old data is gone.",
		"• People, passwords and API keys go back to the backup's; " + mail + ".",
		"• The server is closed to everybody until its end, and the restore *cannot be cancelled*.",
	}
}

// preflightText is what was found out before people were asked.
func preflightText(c bot.Card) string {
	r, o := c.Restore, c.Restore.Preflight
	switch {
	case r.Followed:
		return ""
	case o.At.IsZero():
		return "_The bot has not looked at the portal yet._"
	}
	out := []string{usualText(o.Usual, r)}
	if o.Newer > 0 {
		out = append(out, fmt.Sprintf("*Newer backups:* %d, see `/restore list`", o.Newer))
	}
	switch {
	case o.BackingTrouble != "":
		out = append(out, ":warning: The bot could not see whether a backup runs now: "+EscapeText(o.BackingTrouble, maxSaid))
	case o.Backing:
		out = append(out, fmt.Sprintf(":warning: *A backup of the portal runs now* (%d%%). The server lets a restore start beside it.", o.BackingPercent))
	default:
		out = append(out, "*Backup running now:* no")
	}
	if counts := o.Counts.String(); counts != "" {
		out = append(out, "*The portal holds:* "+counts)
	}
	return lines(append(out, safetyPlan(c), "*The bot's key:* "+keyText(o, r)+".", "_Looked at "+date(o.At)+"._")...)
}

func usualText(u bot.Usual, r bot.Restore) string {
	if u.Runs == 0 {
		return "*Usual duration:* not known yet for this portal and storage"
	}
	runs := fmt.Sprintf("of the last %d", u.Runs)
	if u.Runs == 1 {
		runs = "of the only one"
	}
	return "*Usual duration:* " + bot.Span(u.Median) + " (median " + runs + " from " + EscapeText(string(r.Backup.StorageType), maxWord) + "), nine in ten within " + bot.Span(u.P90)
}

func keyText(o bot.Preflight, r bot.Restore) string {
	rights := "may write and so restore"
	if o.KeyAll {
		rights = "may do everything"
	}
	expires := ", never expires"
	if !o.KeyExpires.IsZero() {
		expires = ", expires " + date(o.KeyExpires)
	}
	dies := "; it dies with this restore"
	if r.Order.Dump {
		dies = "; after this restore it works only if the backup holds it"
	}
	return rights + expires + dies
}

// safetyPlan says whether the portal is backed up before the restore.
func safetyPlan(c bot.Card) string {
	r := c.Restore
	switch {
	case r.Order.DryRun || r.State.Ended():
		return ""
	case r.Order.NoSafety:
		return "*Safety backup:* none (`--no-safety-backup`), so there is no way back"
	case c.Safety != "":
		return lines("*Safety backup:* taken first, to "+EscapeText(c.Safety, maxWord)+"; if it fails, the restore stops and asks", chargeText(r.Preflight.Charge))
	}
	return "*Safety backup:* none is set up, so there is no way back"
}

// linkable is an address that can be linked to in mrkdwn.
func linkable(address string) (string, bool) {
	u, err := url.Parse(address)
	bad := err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(address, "<>|& ") || len(address) > maxWord
	return address, !bad
}
