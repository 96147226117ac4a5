package bot

import (
	"cmp"
	"fmt"
)

// Words say what an item asks people to do, and why: each short enough for a box.
// Those of [CheckOther] are foreign.
func (r Restore) Words(i CheckItem) (do, why string) {
	switch i.Kind {
	case CheckFiles:
		return "Open a few files that matter", "The portal does not say whether every file came back"
	case CheckPasswords:
		switch {
		case r.Followed:
			return "Tell everybody to use Forgot password", "Passwords were reset; the bot does not know who got a mail"
		case r.Order.Notify:
			return "Tell everybody to set a new password", "They got a mail, good for 7 days; later use Forgot password"
		}
		return "Tell everybody to use Forgot password", "Passwords were reset; only the owner got a mail"
	case CheckKey:
		if r.Order.Dump {
			return "Give the bot a new API key", "The old one works only if the backup holds it"
		}
		return "Give the bot a new API key", "The old one died; with a new one it counts what came back"
	case CheckTwoFactor:
		switch wipes, known := WipesTwoFactor(cmp.Or(r.PortalVersion, r.Verdict.Version)); {
		case !known:
			return "Check two-factor in Settings, Security", "Versions from 3.7.1 on wipe it, older ones keep the backup's"
		case !wipes:
			return "Check two-factor in Settings, Security", "It is set as it was in the backup"
		}
		return "Switch two-factor on again if it was required", "The restore wiped it; people then set it up again"
	case CheckOAuth:
		return "Copy the new client ids of OAuth apps", "From Developer Tools to where they run; old tokens are dead"
	case CheckAddresses:
		return "Check the IP restrictions", "Settings, Security: they are the backup's"
	case CheckLinks:
		return "Set up again what no backup holds", "Linked accounts, Telegram, invite and short links, form roles, plan"
	case CheckPeople:
		why = "Only the owner got a mail"
		if r.Order.Notify {
			why = "Every active user got a mail"
		}
		return "Tell people that passwords are the backup's", why
	case CheckLicence:
		return "Put the server's licence back", "The restore reset it; the server's operator has it"
	case CheckPortals:
		return "Look at every other portal of the server", "All of them were replaced"
	case CheckOther:
	}
	return i.Text, i.About
}

// WipesTwoFactor reports whether a restore by a release of the server wipes the
// two-factor settings, and whether that can be told.
func WipesTwoFactor(version string) (wipes, known bool) {
	var major, minor, patch int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); n < 2 {
		return true, false
	}
	return major > 3 || major == 3 && (minor > 7 || minor == 7 && patch >= 1), true
}

// checkLine is an item in a report.
func (r Restore) checkLine(i CheckItem, who func(id string) string) string {
	do, _ := r.Words(i)
	t, done := r.Checklist.Done(i.ID)
	if !done {
		return "- [ ] " + plain(do)
	}
	return "- [x] " + plain(do) + ": " + plain(cmp.Or(who(t.User), "the bot")) + " at " + stamp(t.At)
}
