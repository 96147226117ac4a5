package blockkit

import (
	"fmt"
	"strings"

	"docspace-restorebot/bot"
)

// succeededText says that the portal is restored, how that was verified, and
// what a restore leaves to do.
func succeededText(c bot.Card) string {
	r := c.Restore
	what := "The portal was restored in " + span(r.Elapsed(c.Now)) + ". It is now as the backup has it" + lostWindow(r) + "."
	if r.Followed {
		what = "The portal was restored. This bot did not start it and followed it for " + span(r.Elapsed(c.Now)) + "; from which backup is not known."
	}
	if r.ClosedBy != "" {
		what += " " + mention(r.ClosedBy) + " looked and said so."
	}
	parts := []string{what, verdictText(r.Verdict)}
	parts = append(parts, countedLines(c)...)
	parts = append(parts, awayLines(r)...)
	parts = append(parts, "*What to do now:*")
	return lines(append(parts, careLines(c)...)...)
}

// lostWindow is the time whose changes are gone.
func lostWindow(r bot.Restore) string {
	if r.Backup.CreatedOn.IsZero() || r.StartedAt.IsZero() {
		return ""
	}
	return ", " + date(r.Backup.CreatedOn) + lostText(r)
}

func verdictText(v bot.Verdict) string {
	switch {
	case v.At.IsZero():
		return "Not verified: it was not checked whether the portal works. Log in and look."
	case v.Trouble != "":
		return ":warning: *Not verified:* " + strings.TrimSuffix(EscapeText(v.Trouble, maxSaid), ".") + ". Log in and look."
	case !v.Login:
		return ":warning: *Not verified:* the login page did not answer. Look at the portal."
	}
	text := "Verified " + date(v.At) + ": its status is Active, its login page answers"
	if v.StatusUnknown {
		text = "Verified " + date(v.At) + ": it answers and so does its login page (its version does not say whether it is active)"
	}
	if v.Version != "" {
		text += ", version " + code(v.Version)
	}
	return text + ". The server does not tell whether every file came back: open some that matter."
}

// careLines are what a restore leaves to do, each with its how-to.
func careLines(c bot.Card) []string {
	r := c.Restore
	if r.Order.Dump {
		return append(append(dumpCare(r), keyCare(c), wayBack(c)), furtherLines(r)...)
	}
	mail := "only the owner got the mail (good for 7 days): tell everybody to use _Forgot password_ on the login page"
	switch {
	case r.Followed:
		mail = "who got the mail depends on how it was started: tell everybody to use _Forgot password_ on the login page"
	case r.Order.Notify:
		mail = "every active user got a mail to set a new one, good for 7 days; later, or without mail, _Forgot password_ on the login page"
	}
	return append([]string{
		"• *Passwords* were reset: " + mail + ".",
		keyCare(c),
		where(r.Setup.Leaves(bot.PartTwoFactor), twoFactorCare(r)),
		where(r.Setup.Leaves(bot.PartOAuthApps), "• *OAuth apps* came back with new client ids: copy the new ids from Developer Tools to where the apps are used. Their tokens are dead."),
		where(r.Setup.Leaves(bot.PartAddresses), "• *IP restrictions* are the backup's: look at them in Settings, Security."),
		"• *Backup ids* changed: use `/restore list` before the next restore, never an old id.",
		notInABackup,
		wayBack(c),
	}, furtherLines(r)...)
}

// notInABackup are the tables that a portal's backup leaves out.
const notInABackup = "• *Not in a backup*, so gone or to be set anew: links to accounts of other services and to Telegram, short links and invitation links, " +
	"the order of files by hand, groups of rooms, who fills which role of a form, and the plan."

// wipesTwoFactor reports whether a restore by this release wipes the two-factor
// settings, and whether that can be told.
func wipesTwoFactor(version string) (wipes, known bool) {
	var major, minor, patch int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); n < 2 {
		return true, false
	}
	return major > 3 || major == 3 && (minor > 7 || minor == 7 && patch >= 1), true
}

func twoFactorCare(r bot.Restore) string {
	switch wipes, known := wipesTwoFactor(orElse(r.PortalVersion, r.Verdict.Version)); {
	case !known:
		return "• *Two-factor* settings: servers from 3.7.1 on wipe them, older ones keep the backup's. Look in Settings, Security."
	case !wipes:
		return "• *Two-factor* settings are the backup's: look at them in Settings, Security."
	}
	return "• *Two-factor* settings were wiped: if it was required, switch it on again in Settings, Security; people then set it up anew."
}

func keyCare(c bot.Card) string {
	r := c.Restore
	switch {
	case r.Aftercare.Done && !r.Aftercare.GaveUp:
		return "• *The bot's API key* works."
	case r.Aftercare.GaveUp:
		return "• :warning: *The bot's API key* is dead, and no new one was put in its place within a day: what the portal holds was not counted. Make one in Developer Tools, API keys, with permission for everything, and " + EscapeText(c.KeyFrom.PlaceHint(), maxSaid) + "."
	}
	how := "died with the restore"
	if r.Order.Dump {
		how = "does not work unless it existed when the backup was taken"
	}
	return "• *The bot's API key* " + how + ": as owner or DocSpace admin make one in Developer Tools, API keys, with permission for everything, and " + EscapeText(c.KeyFrom.PlaceHint(), maxSaid) +
		". It then counts what the portal holds, and tells it here."
}

func dumpCare(r bot.Restore) []string {
	mail := "only the owner was mailed"
	if r.Order.Notify {
		mail = "every active user was mailed"
	}
	return []string{
		"• *People and passwords* of every portal are those of the backup; " + mail + ".",
		"• *The licence* was reset: whoever runs the server has to put it back.",
		"• *Every other portal* of the server was replaced too: look at each.",
	}
}

// countedLines compare what the portal holds with what it held before. Wrong or
// empty numbers are said loudly.
func countedLines(c bot.Card) []string {
	before, now := c.Restore.Preflight.Counts, c.Restore.Aftercare.Counts
	if now.At.IsZero() {
		return nil
	}
	text := "*It holds now:* " + orElse(countText(now), "not known")
	if held := countText(before); held != "" {
		text += " (before the restore: " + held + ")"
	}
	out := append([]string{text + "."}, cameBackLines(c.Restore)...)
	var empty []string
	for _, one := range []struct {
		now, before int
		name        string
	}{{now.Users, before.Users, "users"}, {now.Rooms, before.Rooms, "rooms"}, {now.Backups, before.Backups, "backups"}} {
		if one.now == 0 && (one.name == "users" || one.before > 0) {
			empty = append(empty, "no "+one.name)
		}
	}
	if len(empty) > 0 {
		out = append(out, ":rotating_light: *Something is wrong: the portal holds "+strings.Join(empty, " and ")+".* The restore ended, but do not call the portal restored: look at it now.")
	}
	if n := drop(now.Users, before.Users); n != "" {
		out = append(out, ":warning: *"+n+" of the users are gone.* If they were not added since the backup, look at the portal now.")
	}
	if now.Trouble != "" {
		out = append(out, ":warning: *Not everything could be counted:* "+strings.TrimSuffix(EscapeText(now.Trouble, maxSaid), ".")+". Log in and look.")
	}
	return out
}

// drop is how much of something is gone, where that is half or more.
func drop(now, before int) string {
	if before <= 0 || now <= 0 || now*2 > before {
		return ""
	}
	return fmt.Sprintf("%d %%", 100-now*100/before)
}

// plainCode makes a command harmless inside code marks.
func plainCode(command string) string {
	return inCode(command, 2*maxSaid)
}
