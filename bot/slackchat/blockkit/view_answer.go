package blockkit

import (
	"fmt"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
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
			"Recorded as restore "+code(a.Restore.ID)+" of "+EscapeText(orElse(a.Portal.Name, a.Restore.Portal), maxButton)+", and being checked.",
			"Nothing was started. You are told here if something is in the way; else its card comes to this channel, and somebody has to confirm it there by "+date(a.Restore.ExpiresAt)+"."))
	case bot.Help:
		return Plain(helpText(a.Topic))
	case bot.Backups:
		return backupsMessage(a)
	case bot.FreezeSet:
		return Plain(freezeSetText(a))
	case bot.Status:
		return statusMessage(a)
	case bot.History:
		return listMessage("*The last restores*, newest first (nothing was changed by asking)", pastLines(a))
	case bot.Examination:
		return examinationMessage(a)
	case bot.TextAnswer:
		return Plain(EscapeText(a.Text, 2*maxSaid))
	}
	return Plain("Done; see `/restore status` for what runs.")
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
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

func refusalText(no policy.Refusal) string {
	out := []string{":no_entry: " + EscapeText(no.What, 2*maxSaid), EscapeText(no.Do, maxSaid)}
	if no.Suggest != "" {
		out = append(out, "Did you mean: `"+inCode(no.Suggest, maxWord)+"`?")
	}
	if no.Restore != "" {
		out = append(out, "It is about restore "+code(no.Restore)+".")
	}
	if people := allowed(no.People); people != "" {
		out = append(out, "See: "+people+".")
	}
	return lines(append(out, "(rule: "+code(string(no.Rule))+")")...)
}

// helpText is the usage in a code block: the one text that keeps its lines.
func helpText(topic string) string {
	usage, ok := command.Usage(topic)
	if !ok {
		usage, _ = command.Usage("")
		return usageText("There is no such command. Nothing was started. These are known:", usage)
	}
	return usageText("Nothing was started. This is how it is used:", usage)
}

func usageText(head, usage string) string {
	return head + "\n```" + CutMarkup(escapes.Replace(usage), maxSection-200) + "```" // all of it is ours
}

func backupsHead(a bot.Backups) string {
	kind := "portal"
	if a.Dump {
		kind = "whole server (`--dump`)"
	}
	if len(a.Backups) == 0 {
		return "*" + EscapeText(a.Portal.Name, maxButton) + "* has no backups of the " + kind + " in its history. Nothing was changed; make one in the portal."
	}
	return "*Backups of " + EscapeText(a.Portal.Name, maxButton) + "*, of the " + kind +
		", newest first. Nothing was changed; restore one with `/restore` and its id."
}

func backupLines(a bot.Backups) []string {
	var out []string
	for _, b := range a.Backups {
		out = append(out, "• "+code(b.ID)+" "+EscapeText(b.FileName, maxButton)+", "+date(b.CreatedOn)+" ("+taken(b, a.Now)+"), "+
			EscapeText(string(b.StorageType), maxButton)+expiry(b, a))
	}
	return out
}

func expiry(b docspace.Backup, a bot.Backups) string {
	switch {
	case b.ExpiresOn.IsZero():
		return ""
	case b.Expired(a.Now):
		return ", *expired*"
	default:
		return ", expires " + date(b.ExpiresOn)
	}
}

// freezeSetText says what a freeze does, and what it comes too late for.
func freezeSetText(a bot.FreezeSet) string {
	if !a.Freeze.On() {
		return lines("Restores may be asked for again: the freeze by "+mention(a.Ended.By)+" ("+EscapeText(a.Ended.Reason, maxSaid)+") is over.",
			"Nothing was started by this. Open requests can be confirmed again.")
	}
	out := []string{
		":snowflake: *Restores are frozen now*: " + EscapeText(a.Freeze.Reason, maxSaid) + ".",
		"Nobody can ask for one, confirm one or start one, until `/restore unfreeze`. Open cards say so.",
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
		line := "• " + brief(r) + ", asked by " + mention(r.Requester) + " " + ago(r.RequestedAt, s.Now)
		if len(r.Confirmations) > 0 {
			line += ", confirmed by " + mentions(r.Confirmers())
		}
		if r.State == bot.Running {
			line += fmt.Sprintf(", %s, %d%%, for %s", EscapeText(string(r.Progress.Phase), maxButton), r.Progress.Percent, span(r.Elapsed(s.Now)))
		}
		out = append(out, line+".")
	}
	for _, e := range s.External {
		name := EscapeText(e.Portal.Name, maxButton)
		if e.Running {
			out = append(out, fmt.Sprintf("• :warning: *%s* restores something that the bot did not start: %d%%, task %s. Do not ask for another: follow it, or wait for its end.",
				name, e.Task.Percent, code(e.Task.TaskID)))
		} else if e.Trouble != "" {
			out = append(out, "• :warning: *"+name+"* cannot be restored now: "+EscapeText(e.Trouble, maxSaid)+". "+EscapeText(e.Cure, maxSaid))
		}
	}
	if len(s.Open) == 0 {
		out = append(out, "Nothing that the bot started is open.")
		if s.Last != nil {
			out = append(out, "Last: "+pastLine(*s.Last, bot.History{Now: s.Now}))
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
		line += " after " + span(r.Elapsed(p.Now))
	}
	line += ", asked by " + mention(r.Requester)
	if len(r.Confirmations) > 0 {
		line += ", confirmed by " + mentions(r.Confirmers())
	}
	return line + "."
}

func brief(r bot.Restore) string {
	return code(r.ID) + " of *" + EscapeText(r.Portal, maxButton) + "* from " + code(orElse(r.Backup.ID, r.Order.BackupID)) + ": *" + EscapeText(r.Outcome(), maxButton) + "*"
}
