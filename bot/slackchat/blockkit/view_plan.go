package blockkit

import (
	"fmt"
	"net/url"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// lossText says what a restore takes away: from the portal and from people.
func lossText(c bot.Card) string {
	rehearsal := ""
	if c.Restore.Order.DryRun {
		rehearsal = "*Dry run:* everything is checked and asked for, and nothing is started."
	}
	out := []string{windowText(c), takesText(c), beforeText(c), unlistedText(c.Restore), rehearsal}
	if c.Restore.Order.Dump {
		out = append(out, dumpLines(c.Restore)...)
	} else {
		out = append(out, peopleLines(c.Restore)...)
	}
	return lines(append(out, "• Once started it *cannot be cancelled*, and the portal is closed to everybody until its end.")...)
}

// windowText is the time whose changes will be lost, in words and numbers.
func windowText(c bot.Card) string {
	taken := c.Restore.Backup.CreatedOn
	if taken.IsZero() {
		return ":warning: *Everything changed since the backup was taken will be lost.* When that was is not known: the bot does not see the backup in the history."
	}
	lost := c.Restore.Lost(c.Now)
	if lost < 0 {
		return lines(windowAhead(c.Restore, -lost), clockText(c.Restore.Preflight))
	}
	return lines(":warning: *Everything changed since then will be lost: the last "+span(lost)+"*, since "+date(taken)+".", clockText(c.Restore.Preflight))
}

// unlistedText is what the server will make of an order that the bot cannot see.
func unlistedText(r bot.Restore) string {
	const alarm = ":rotating_light: *`--unlisted`: "
	storage := r.Order.StorageType
	if r.Backup.ID != "" {
		storage = r.Backup.StorageType
	}
	switch {
	case !r.Order.Unlisted:
		return ""
	case storage == docspace.StorageCustomCloud:
		return alarm + "no server up to 3.7.2 can restore from CustomCloud.* Such a server takes the order, and then says that it failed; nothing is changed by it."
	case r.Backup.ID != "":
		return alarm + "this backup has expired.* The portal looks for its file all the same; if that is gone the restore fails, and nothing is changed by it."
	case storage == docspace.StorageLocal:
		return alarm + "the portal ignores the path and restores what was uploaded to it last*, whatever that is and however old. The bot cannot see it. If nothing was uploaded it never begins."
	}
	why := "Its history does not show it."
	if r.Preflight.Unread != "" {
		why = "Its history could not be read: " + EscapeText(r.Preflight.Unread, maxSaid) + "."
	}
	return alarm + "the bot cannot see this backup. The portal looks up its id and restores whatever it finds*: of any time, removed or expired, also of another portal on the same server. " + why
}

// peopleLines: facts of the server's restore of one portal.
func peopleLines(r bot.Restore) []string {
	mail := "only the owner gets the mail to set a new one; everybody else needs _Forgot password_"
	if r.Order.Notify {
		mail = "every active user gets a mail to set a new one"
	}
	return []string{
		"• All passwords are reset: " + mail + ".",
		"• API keys and tokens stop working, the bot's own key too; OAuth apps get new client ids.",
		"• " + twoFactorPlan(r) + "; IP restrictions go back to the backup's.",
	}
}

func twoFactorPlan(r bot.Restore) string {
	switch wipes, known := wipesTwoFactor(r.PortalVersion); {
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
		":rotating_light: *`--dump` replaces the whole server*: every portal on it, and its licence. It needs a second person.",
		":rotating_light: *It deletes first and restores then: if it fails half-way, the old data is gone.*",
		"• People, passwords and API keys go back to what they were when the backup was taken; " + mail + ".",
	}
}

// outlookText is what was found out before people were asked.
func outlookText(c bot.Card) string {
	r, o := c.Restore, c.Restore.Preflight
	if o.At.IsZero() {
		return "_The portal was not looked at yet._"
	}
	out := []string{usualText(o.Usual, r)}
	if o.Newer > 0 {
		out = append(out, fmt.Sprintf(":information_source: *There are %d newer backups* in the history: see `/restore list`.", o.Newer))
		if o.Newer == 1 {
			out[len(out)-1] = ":information_source: *There is a newer backup* in the history: see `/restore list`."
		}
	}
	switch {
	case o.BackingTrouble != "":
		out = append(out, ":warning: Whether a backup runs now could not be told: "+EscapeText(o.BackingTrouble, maxSaid))
	case o.Backing:
		out = append(out, fmt.Sprintf(":warning: *A backup of the portal runs now* (%d%%). The server lets a restore start beside it: better wait for its end.", o.BackingPercent))
	default:
		out = append(out, "*Backup running now:* no")
	}
	if counts := countText(o.Counts); counts != "" {
		out = append(out, "*The portal holds now:* "+counts)
	}
	return lines(append(out, safetyPlan(c), "*The bot's key:* "+keyText(o, r)+".", "_Looked at "+date(o.At)+"._")...)
}

func usualText(u bot.Usual, r bot.Restore) string {
	if u.Runs == 0 {
		return "*Usual duration:* no history yet for this portal and storage"
	}
	runs := fmt.Sprintf("of the last %d", u.Runs)
	if u.Runs == 1 {
		runs = "of the only one"
	}
	return "*Usual duration:* " + span(u.Median) + " (median " + runs + " from " + EscapeText(string(r.Backup.StorageType), maxWord) + "), nine in ten within " + span(u.P90)
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
		dies = "; after this restore it works only if it existed when the backup was taken"
	}
	return rights + expires + dies
}

// countText is what a portal holds, as far as that could be counted.
func countText(n bot.Counts) string {
	if n.At.IsZero() {
		return ""
	}
	var parts []string
	for _, one := range []struct {
		n    int
		name string
	}{{n.Users, "users"}, {n.Rooms, "rooms"}, {n.Backups, "backups"}} {
		if one.n >= 0 {
			parts = append(parts, fmt.Sprintf("%d %s", one.n, one.name))
		}
	}
	return strings.Join(parts, ", ")
}

// safetyPlan says whether the portal is backed up before the restore.
func safetyPlan(c bot.Card) string {
	switch {
	case c.Restore.Order.DryRun:
		return ""
	case c.Restore.Order.NoSafety:
		return ":warning: *No safety backup* is taken (`--no-safety-backup`): there is no way back to what the portal is now."
	case c.Safety != "":
		return lines("*Safety backup:* taken first, to "+EscapeText(c.Safety, maxWord)+"; if it fails, the restore stops and asks", chargeText(c.Restore.Preflight.Charge))
	}
	return ":warning: *No safety backup* is set up: there is no way back to what the portal is now."
}

// portalLink is the portal's name, linked where its address can be.
func portalLink(c bot.Card) string {
	u, err := url.Parse(c.Portal.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(c.Portal.URL, "<>|& ") || len(c.Portal.URL) > maxWord {
		if c.Portal.URL == "" {
			return portalName(c)
		}
		return portalName(c) + " (" + EscapeText(c.Portal.URL, maxWord) + ")"
	}
	return "<" + c.Portal.URL + "|" + strings.ReplaceAll(portalName(c), "|", "/") + ">"
}
