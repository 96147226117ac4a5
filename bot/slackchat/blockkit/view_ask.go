package blockkit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// askText says who asked and why, who may confirm, and until when.
func askText(c bot.Card) string {
	r := c.Restore
	alone := ""
	if r.Order.BreakGlass {
		alone = ":rotating_light: *Break-glass:* " + mention(r.Requester) + " confirms alone. Then everybody here has 60 s to press *Stop*."
	}
	who := []string{alone, "*Who may confirm:* " + others(c), withdrawnText(r), confirmedSoFar(c)}
	if c.Rules.Typing {
		who = append(who, "Each of them types the portal's name.")
	}
	if frozen := frozenText(c); frozen != "" {
		who = []string{frozen}
	}
	return lines("*Asked by:* "+mention(r.Requester)+reasonPart(r), lines(who...), "*Until:* "+date(r.ExpiresAt)+". Nothing was started yet.")
}

// reasonPart is why somebody asked, cut: all of it is among the details.
func reasonPart(r bot.Restore) string {
	if r.Order.Reason == "" {
		return ""
	}
	return ": " + EscapeText(r.Order.Reason, maxShort)
}

// others are those who may confirm, the first few by name.
func others(c bot.Card) string {
	may := c.Rules.Approvers
	named := !may.Any && len(may.Groups) == 0
	if named {
		did := c.Restore.Confirmers()
		may.IDs = slices.DeleteFunc(slices.Clone(may.IDs), func(id string) bool {
			return slices.Contains(did, id) || c.Rules.OthersOnly && id == c.Restore.Requester
		})
	}
	who := few(may)
	switch {
	case who == "" && len(c.Rules.Approvers.IDs) > 0:
		return "nobody else"
	case who == "":
		return "nobody: RESTORE_APPROVERS is empty"
	case c.Rules.OthersOnly && !named:
		return who + ", but not " + mention(c.Restore.Requester)
	}
	return who
}

// maxFew is how many people are named where there is little room.
const maxFew = 3

// few lists the first few who are on a list; "" if nobody is.
func few(l policy.AllowList) string {
	all := append(slices.Clip(l.IDs), l.Groups...)
	if l.Any || len(all) <= maxFew {
		return allowed(l)
	}
	return mentions(all[:maxFew]) + fmt.Sprintf(" and %d more", len(all)-maxFew)
}

// withdrawnText names those whose confirmation was taken back.
func withdrawnText(r bot.Restore) string {
	if who := withdrawn(r); who != "" {
		return ":warning: The confirmation of " + who + " does not count any more."
	}
	return ""
}

// withdrawn are those whose confirmation was taken back, and who have not
// confirmed again.
func withdrawn(r bot.Restore) string {
	return mentions(slices.DeleteFunc(slices.Clone(r.Withdrawn), func(id string) bool { return slices.Contains(r.Confirmers(), id) }))
}

func mayConfirm(c bot.Card) string {
	return cmp.Or(allowed(c.Rules.Approvers), "nobody: RESTORE_APPROVERS is empty")
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
	return strings.Join(append(out, "guests, bots and people of other workspaces"), "; ")
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
		text += ", by " + strings.Join(people, ", ")
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
	return cmp.Or(few(l), "nobody else: RESTORE_APPROVERS names too few")
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
		return ":snowflake: *Restores are frozen* since " + date(f.At) + " by " + mention(f.By) + ": " + EscapeText(f.Reason, maxShort) + "."
	}
	return ""
}

// frozenText says on a card that nobody can confirm, and how that ends.
func frozenText(c bot.Card) string {
	if text := freezeText(c.Freeze); text != "" {
		return text + " Nobody can confirm until `/restore unfreeze`."
	}
	return ""
}

// frozenMeanwhile warns on a card that was confirmed before the freeze.
func frozenMeanwhile(c bot.Card) string {
	if text := freezeText(c.Freeze); text != "" {
		return text + " This restore does not start meanwhile."
	}
	return ""
}

// requestedButtons are those that can do something now.
func requestedButtons(c bot.Card) []slack.BlockElement {
	others := []slack.BlockElement{button(actionDismiss, c.Restore.ID, "Dismiss")}
	if c.Restore.Loss.Known() {
		others = append(others, button(actionLoss, c.Restore.ID, "Show what"))
	}
	restore := button(actionConfirm, c.Restore.ID, "Restore").WithStyle(slack.StyleDanger)
	switch {
	case c.Freeze.On() || c.Freeze.Unreadable:
		return others
	case c.Rules.Typing:
		restore.ActionID = actionType
	default:
		restore = restore.WithConfirm(sure("Restore "+portalName(c)+"?", sureText(c), "Restore"))
	}
	return append([]slack.BlockElement{restore}, others...)
}

// sureText repeats what is lost, with the portal's name.
func sureText(c bot.Card) string {
	what := "Everything changed in " + portalName(c) + " since the backup will be lost"
	if lost, told := lostSpan(c.Restore, c); told {
		what = "The last " + lost + " of work in " + portalName(c) + " will be lost"
	}
	if c.Restore.Order.Dump {
		what = "This replaces the WHOLE SERVER. " + what
	}
	return what + ". It cannot be cancelled."
}

// countsDown reports whether the card shows the countdown of a break-glass restore.
func countsDown(c bot.Card) bool {
	r := c.Restore
	return r.State == bot.Confirmed && r.Order.BreakGlass && !r.Order.DryRun
}

// countdownText shows how long there is to stop it.
func countdownText(c bot.Card) string {
	r := c.Restore
	left := "in 60 s"
	if !r.StartsAt.IsZero() {
		left = "in " + bot.Span(r.StartsAt.Sub(c.Now))
	}
	return lines(
		":rotating_light: "+mentions(r.Confirmers())+" confirmed this alone. It starts *"+left+"*. Nothing was started yet.",
		"*Reason:* "+EscapeText(r.Order.Reason, maxShort),
		"Anybody here can press *Stop*. Once it has started, nobody can stop it.")
}

func stopButton(c bot.Card) *slack.ButtonBlockElement {
	return button(actionStop, c.Restore.ID, "Stop").WithStyle(slack.StylePrimary)
}

// aloneText calls everybody who could have confirmed.
func aloneText(c bot.Card) string {
	who := few(c.Rules.Called)
	if c.Rules.Called.Any {
		who = "<!here>"
	}
	return lines(
		who,
		":rotating_light: *"+mention(c.Restore.Requester)+" restores "+portalName(c)+" without a second person.* Reason: "+EscapeText(c.Restore.Order.Reason, maxShort),
		"Nothing was started yet. It starts in about a minute. Press *Stop* on the card to keep it from starting.")
}
