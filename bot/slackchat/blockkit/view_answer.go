package blockkit

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
)

// maxListed is how many lines a list shows: more would not fit an ack.
const maxListed = 20

// Answer is what one person is told.
func Answer(a bot.Answer) Message {
	switch a := a.(type) {
	case *policy.Refusal:
		if a == nil {
			break
		}
		m := Plain(refusalText(*a))
		if a.Follow != "" {
			m.Blocks = append(m.Blocks, followButtons(a.Follow)...)
		}
		return m
	case bot.Accepted:
		return Plain(lines(
			"Your request to restore "+EscapeText(cmp.Or(a.Portal.Name, a.Restore.Portal), maxButton)+" is recorded and being checked. Nothing was started.",
			"Its card comes to this channel, and somebody has to confirm it by "+date(a.Restore.ExpiresAt)+". If something is in the way, the bot says so here."))
	case bot.Help:
		return Plain(helpText(a.Topic))
	case bot.Backups:
		return backupsMessage(a)
	case bot.FreezeSet:
		return Plain(freezeSetText(a))
	case bot.Status:
		return statusMessage(a)
	case bot.History:
		return listMessage("*The last restores*, newest first", pastLines(a))
	case bot.Examination:
		return examinationMessage(a)
	case bot.TextAnswer:
		return Plain(EscapeText(a.Text, 2*maxSaid))
	}
	return Plain("Done; see `/restore status` for what runs.")
}

// listMessage puts as many lines under a head as fit one section.
func listMessage(head string, items []string) Message {
	shown, room := []string{head}, maxSection-100
	for i, item := range items {
		room -= len([]rune(item)) + 1
		if i == maxListed || room < len([]rune(head)) {
			shown = append(shown, fmt.Sprintf("… and %d more, older ones.", len(items)-i))
			break
		}
		shown = append(shown, item)
	}
	return Plain(strings.Join(shown, "\n"))
}

// below is what a refusal calls the people and channels that it lists.
var below = regexp.MustCompile(`the (people|person|channels) below`)

// refusalText says why something is refused, whether anything was changed, and what to
// do.
func refusalText(no policy.Refusal) string {
	what, do := EscapeText(no.What, 2*maxSaid), EscapeText(no.Do, maxSaid)
	if people := few(no.People); people != "" {
		if !below.MatchString(what + do) {
			do += " " + people
		}
		what, do = below.ReplaceAllString(what, people), below.ReplaceAllString(do, people)
	}
	out := []string{":no_entry: " + what + " " + no.Effect.String(), do}
	if no.Suggest != "" {
		out = append(out, "Did you mean `"+inCode(no.Suggest, maxWord)+"`?")
	}
	return lines(out...)
}

// helpText is the usage in a code block: the one text that keeps its lines.
func helpText(topic string) string {
	usage, ok := command.Usage(topic)
	if !ok {
		usage, _ = command.Usage("")
		return usageText("There is no such command. Nothing was started. The commands are:", usage)
	}
	return usageText("Nothing was started. This is how to use it:", usage)
}

func usageText(head, usage string) string {
	return head + "\n```" + CutMarkup(escapes.Replace(usage), maxSection-200) + "```" // all of it is ours
}

// freezeSetText says what a freeze does, and what it comes too late for.
func freezeSetText(a bot.FreezeSet) string {
	if !a.Freeze.On() {
		return lines(endedFreeze(a.Ended),
			"People can ask for restores again and confirm those that wait. Nothing was started.")
	}
	out := []string{
		":snowflake: *Restores are frozen now*: " + EscapeText(a.Freeze.Reason, maxSaid) + ".",
		"Nobody can ask for one, confirm one or start one until `/restore unfreeze`. Open cards say so.",
	}
	for _, r := range a.Open {
		out = append(out, ":warning: It comes too late for "+brief(r)+": that one goes on.")
	}
	return lines(out...)
}

func statusLines(s bot.Status) []string {
	var out []string
	if freeze := freezeText(s.Freeze); freeze != "" {
		out = append(out, freeze)
	}
	for _, r := range s.Open {
		line := "• " + brief(r)
		if r.State == bot.Running {
			line += fmt.Sprintf(", %s, %d%%, for %s", lowerFirst(phaseWords(r.Progress.Phase)), r.Progress.Percent, bot.Span(r.Elapsed(s.Now)))
		}
		line += "; asked by " + mention(r.Requester) + " " + ago(r.RequestedAt, s.Now)
		if len(r.Confirmations) > 0 {
			line += ", confirmed by " + mentions(r.Confirmers())
		}
		out = append(out, line+".")
	}
	for _, e := range s.External {
		name := EscapeText(e.Portal.Name, maxButton)
		if e.Running {
			out = append(out, fmt.Sprintf("• :warning: *%s* restores something that this bot did not start: %d%%. Do not ask for another. Follow it, or wait for its end.", name, e.Task.Percent))
		} else if e.Trouble != "" {
			out = append(out, "• :warning: *"+name+"* cannot be restored now: "+EscapeText(e.Trouble, maxSaid)+". "+EscapeText(e.Cure, maxSaid))
		}
	}
	if len(s.Open) == 0 {
		out = append(out, "No restore of this bot runs or waits.")
		if s.Last != nil {
			out = append(out, "*Last:* "+pastLine(*s.Last, bot.History{Now: s.Now}))
		}
	}
	return out
}

func pastLines(p bot.History) []string {
	out := make([]string, 0, len(p.Restores)+1)
	for _, r := range p.Restores {
		out = append(out, "• "+pastLine(r, p))
	}
	if len(out) == 0 {
		out = append(out, "There was none yet.")
	}
	return out
}

func pastLine(r bot.Restore, p bot.History) string {
	line := brief(r) + " " + ago(r.EndedAt, p.Now)
	if !r.StartedAt.IsZero() {
		line += " after " + bot.Span(r.Elapsed(p.Now))
	}
	line += "; asked by " + mention(r.Requester)
	if len(r.Confirmations) > 0 {
		line += ", confirmed by " + mentions(r.Confirmers())
	}
	return line + "."
}

// brief names a restore: its portal, how it stands, and the id that reports take.
func brief(r bot.Restore) string {
	return "*" + EscapeText(r.Portal, maxButton) + ": " + stateWords(r) + "* (" + code(r.ID) + ")"
}

// stateWords are where a restore stands.
func stateWords(r bot.Restore) string {
	switch r.State {
	case bot.Requested:
		return "waits to be confirmed"
	case bot.Confirmed:
		return "confirmed"
	case bot.Saving:
		return "takes its safety backup"
	case bot.Succeeded:
		return "done"
	case bot.Rehearsed:
		return "dry run"
	case bot.Unclear:
		return "unclear, somebody has to look"
	case bot.Starting, bot.Running, bot.Failed, bot.Refused, bot.Dismissed, bot.Expired:
	}
	return EscapeText(r.Outcome(), maxButton)
}

// endedFreeze tells which freeze is over. One that was deleted by hand names nobody.
func endedFreeze(f bot.Freeze) string {
	if f.By == "" {
		return "The freeze is over."
	}
	return "The freeze by " + mention(f.By) + " (" + EscapeText(f.Reason, maxShort) + ") is over."
}
