package blockkit

import (
	"cmp"
	"fmt"
	"strings"

	"docspace-restorebot/bot"
)

// succeededText says that the portal is restored, how that was verified, and where it
// stands what is left to do.
func succeededText(c bot.Card) string {
	r := c.Restore
	what := "The portal was restored in " + bot.Span(r.Elapsed(c.Now)) + lostWindow(r) + "."
	if r.Followed {
		what = "The portal was restored. This bot did not start it, and followed it for " + bot.Span(r.Elapsed(c.Now)) + "; it does not know which backup that was."
	}
	if r.ClosedBy != "" {
		what += " " + mention(r.ClosedBy) + " looked and said so."
	}
	return lines(append(append([]string{what, verdictText(r.Verdict)}, countedLines(c, false)...), leftText(r))...)
}

// leftText says how much of the after-care list is done.
func leftText(r bot.Restore) string {
	l := r.Checklist
	switch open := len(l.Open()); {
	case len(l.Items) == 0:
		return "*What to do now:* the list in the thread."
	case open == 0:
		return ":white_check_mark: Everything on the list in the thread is done."
	case open == len(l.Items):
		return "*What to do now:* " + bot.Count(open, "thing", "things") + ", on the list in the thread."
	default:
		return fmt.Sprintf("*What to do now:* %d of %s, on the list in the thread.", open, bot.Count(len(l.Items), "thing", "things"))
	}
}

// lostWindow is the time whose changes are gone.
func lostWindow(r bot.Restore) string {
	if r.Backup.CreatedOn.IsZero() || r.StartedAt.IsZero() {
		return ""
	}
	return ". It is as it was " + date(r.Backup.CreatedOn) + lostText(r)
}

func verdictText(v bot.Verdict) string {
	switch {
	case v.At.IsZero():
		return "Not verified. Log in and look."
	case v.Trouble != "":
		return ":warning: *Not verified:* " + strings.TrimSuffix(EscapeText(v.Trouble, maxReason), ".") + ". Log in and look."
	case !v.Login:
		return ":warning: *Not verified:* the login page did not answer. Look at the portal."
	}
	text := "Verified: it is Active, its login page answers"
	if v.StatusUnknown {
		text = "Verified: it answers (its version does not say whether it is active), and so does its login page"
	}
	if v.Version != "" {
		text += ", version " + code(v.Version)
	}
	return text + "."
}

// countedLines compare what the portal holds with what it held before. Wrong or
// empty numbers are said loudly; all of them only where there is room.
func countedLines(c bot.Card, all bool) []string {
	before, now := c.Restore.Preflight.Counts, c.Restore.Aftercare.Counts
	if now.At.IsZero() {
		return nil
	}
	text := "*It holds now:* " + cmp.Or(now.String(), "not known")
	if held := before.String(); held != "" {
		text += " (before: " + held + ")"
	}
	out := append([]string{text + "."}, cameBackLines(c.Restore, all)...)
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
		out = append(out, ":rotating_light: *Something is wrong: the portal holds "+strings.Join(empty, " and ")+".* Do not call it restored. Look at it now.")
	}
	if n := drop(now.Users, before.Users); n != "" {
		out = append(out, ":warning: *"+n+" of the users are gone.* Unless they were added since the backup, look at the portal now.")
	}
	if now.Trouble != "" {
		out = append(out, ":warning: *Not everything could be counted:* "+strings.TrimSuffix(EscapeText(now.Trouble, maxReason), ".")+". Log in and look.")
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

// plainCode takes out of a command what would end the code marks.
func plainCode(command string) string {
	return inCode(command, 2*maxSaid)
}
