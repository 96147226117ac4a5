package blockkit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// askText says who asked, who may confirm and who may not, and until when.
func askText(c bot.Card) string {
	r := c.Restore
	do := "Nothing was started yet. Press *Restore* to start it, *Dismiss* to drop it."
	if c.Rules.Typing {
		do = "Nothing was started yet. Press *Restore* and type the portal's name to start it, press *Dismiss* to drop it."
	}
	if c.Freeze.On() || c.Freeze.Unreadable {
		do = freezeText(c.Freeze) + " Nobody can confirm this meanwhile; nothing was started."
	}
	glass := ""
	if r.Order.BreakGlass {
		glass = fmt.Sprintf(":rotating_light: *The glass is broken:* %s confirms alone. Then everybody here has %d seconds to press *Stop*.", mention(r.Requester), 60)
	}
	return lines(
		"*Asked by:* "+mention(r.Requester),
		glass,
		"*May confirm:* "+mayConfirm(c),
		"*May not:* "+mayNot(c),
		withdrawnText(r),
		confirmedSoFar(c),
		"*Until:* "+date(r.ExpiresAt),
		do)
}

// withdrawnText names those whose confirmation was taken back.
func withdrawnText(r bot.Restore) string {
	if who := withdrawn(r); who != "" {
		return ":warning: *Does not count any more:* the confirmation of " + who + ", who may not confirm now"
	}
	return ""
}

// withdrawn are those whose confirmation was taken back, and who have not
// confirmed again.
func withdrawn(r bot.Restore) string {
	return mentions(slices.DeleteFunc(slices.Clone(r.Withdrawn), func(id string) bool { return slices.Contains(r.Confirmers(), id) }))
}

func mayConfirm(c bot.Card) string {
	who := allowed(c.Rules.Approvers)
	if who == "" {
		return "nobody: RESTORE_APPROVERS is empty"
	}
	return who
}

// mayNot tells each reader why a press of theirs would not count.
func mayNot(c bot.Card) string {
	var out []string
	asker := c.Restore.Requester
	switch {
	case c.Rules.OthersOnly && c.Restore.Order.Dump:
		out = append(out, mention(asker)+", who asked: `--dump` takes two people")
	case c.Rules.OthersOnly && c.Restore.Order.Unlisted:
		out = append(out, mention(asker)+", who asked: `--unlisted` takes two people")
	case c.Rules.OthersOnly:
		out = append(out, mention(asker)+", who asked: somebody else has to")
	}
	if ids := c.Restore.Confirmers(); len(ids) > 0 {
		out = append(out, mentions(ids)+", who confirmed already")
	}
	if !c.Rules.Approvers.Any {
		out = append(out, "whoever is not named above")
	}
	out = append(out, "guests, bots and people of other workspaces")
	return strings.Join(out, "; ")
}

// confirmedSoFar counts people where one is not enough.
func confirmedSoFar(c bot.Card) string {
	n, have := c.Rules.Needed, c.Restore.Confirmations
	if n < 2 {
		return ""
	}
	people := make([]string, 0, len(have))
	for _, by := range have {
		people = append(people, mention(by.User)+" "+clock(by.At))
	}
	text := fmt.Sprintf("*Confirmed:* %d of %d", len(have), n)
	if len(people) > 0 {
		text += ": " + strings.Join(people, ", ")
	}
	if left := n - len(have); left > 0 {
		text += ", waiting for " + more(left, len(have) > 0) + " of " + stillMay(c)
	}
	return text
}

// stillMay lists those who may confirm and have not.
func stillMay(c bot.Card) string {
	l := c.Rules.Approvers
	done := c.Restore.Confirmers()
	if c.Rules.OthersOnly {
		done = append(done, c.Restore.Requester)
	}
	l.IDs = slices.DeleteFunc(slices.Clone(l.IDs), func(id string) bool { return slices.Contains(done, id) })
	return orElse(allowed(l), "nobody else: RESTORE_APPROVERS names too few")
}

func more(left int, some bool) string {
	switch {
	case left == 1:
		return "one more"
	case some:
		return strconv.Itoa(left) + " more"
	default:
		return strconv.Itoa(left)
	}
}

// clock is the time of day in the zone of whoever reads it.
func clock(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{time}|%s>", t.Unix(), t.UTC().Format("15:04 UTC"))
}

// freezeText says that nothing may go on, who said so and why.
func freezeText(f bot.FreezeShown) string {
	switch {
	case f.Unreadable:
		return ":snowflake: *Whether restores are frozen cannot be read*, so nothing starts."
	case f.On():
		return ":snowflake: *Restores are frozen* since " + date(f.At) + " by " + mention(f.By) + ": " + EscapeText(f.Reason, maxSaid) +
			". `/restore unfreeze` ends it."
	}
	return ""
}

// frozenMeanwhile warns on a card that was confirmed before the freeze.
func frozenMeanwhile(c bot.Card) string {
	if text := freezeText(c.Freeze); text != "" {
		return text + " What is confirmed already is not started then."
	}
	return ""
}

// requestedButtons are those that can do something now.
func requestedButtons(c bot.Card) slack.Block {
	others := []slack.BlockElement{button(actionDismiss, c.Restore.ID, "Dismiss")}
	if c.Restore.Loss.Known() {
		others = append(others, button(actionLoss, c.Restore.ID, "Show what"))
	}
	if c.Freeze.On() || c.Freeze.Unreadable {
		return slack.NewActionBlock("", others...)
	}
	if c.Rules.Typing {
		return slack.NewActionBlock("", append([]slack.BlockElement{button(actionType, c.Restore.ID, "Restore …").WithStyle(slack.StyleDanger)}, others...)...)
	}
	loss := "Everything changed since the backup will be lost, all passwords are reset, and it cannot be cancelled."
	if c.Restore.Order.Dump {
		loss = "This replaces the WHOLE SERVER. " + loss
	}
	confirm := slack.NewConfirmationBlockObject(
		plainLabel("Restore "+portalName(c)+"?", 100),
		plainLabel(loss, maxConfirm),
		plainLabel("Restore", 30), plainLabel("Go back", 30)).WithStyle(slack.StyleDanger)
	return slack.NewActionBlock("",
		append([]slack.BlockElement{button(actionConfirm, c.Restore.ID, "Restore").WithStyle(slack.StyleDanger).WithConfirm(confirm)}, others...)...)
}

// countsDown reports whether the card shows the countdown of a broken glass.
func countsDown(c bot.Card) bool {
	r := c.Restore
	return r.State == bot.Confirmed && r.Order.BreakGlass && !r.Order.DryRun
}

// countdownText shows how long there is to stop it.
func countdownText(c bot.Card) string {
	r := c.Restore
	left := "in 60 s"
	if !r.StartsAt.IsZero() {
		left = "in " + span(r.StartsAt.Sub(c.Now))
	}
	return lines(
		":rotating_light: *The glass is broken.* "+mentions(r.Confirmers())+" confirmed this alone; it starts *"+left+"*. Nothing was started yet.",
		"*Reason:* "+EscapeText(r.Order.Reason, maxSaid),
		"Anybody here can stop it: press *Stop*. Once it has started it cannot be stopped.")
}

func stopButton(c bot.Card) slack.Block {
	return slack.NewActionBlock("", button(actionStop, c.Restore.ID, "Stop").WithStyle(slack.StylePrimary))
}

// glassText calls everybody who could have confirmed.
func glassText(c bot.Card) string {
	who := allowed(c.Rules.Called)
	if c.Rules.Called.Any {
		who = "<!here>"
	}
	return lines(
		who,
		":rotating_light: *"+mention(c.Restore.Requester)+" restores "+portalName(c)+" without a second person.* Reason: "+EscapeText(c.Restore.Order.Reason, maxSaid),
		"Nothing was started yet. It starts in about a minute: press *Stop* on the card to keep it from starting.")
}
