package blockkit

import (
	"fmt"
	"strings"

	"docspace-restorebot/bot"
)

// runningText says how far a restore has come, and when that is told again.
func runningText(c bot.Card) string {
	r, p := c.Restore, c.Restore.Progress
	trouble := troubleText(p)
	started := ""
	if r.Followed {
		started = "*This bot did not start it* and only watches: somebody did in the portal itself or by its API."
	}
	parts := []string{
		fmt.Sprintf("*%s*  %s %d%%", phaseName(p.Phase), bar(p.Percent), min(max(p.Percent, 0), 100)),
		phaseTrack(p.Phase), started, paceText(c), trouble,
	}
	parts = append(parts, awayLines(r)...)
	return lines(append(parts, lockText(p)+" This *cannot be cancelled*: the server knows no way to stop it. Nothing to do but wait; its end is told here.", nextText(c))...)
}

func phaseName(p bot.Phase) string {
	if p == "" {
		p = bot.PhaseQueued
	}
	return EscapeText(string(p), maxWord)
}

// phaseTrack shows where the phase stands among all of them.
func phaseTrack(now bot.Phase) string {
	var out []string
	for _, p := range bot.Phases() {
		name := string(p)
		if p == now {
			name = "*" + name + "*"
		}
		out = append(out, name)
	}
	return strings.Join(out, " › ")
}

// paceText compares the time that has passed with what is usual.
func paceText(c bot.Card) string {
	r, u := c.Restore, c.Restore.Preflight.Usual
	passed := r.Elapsed(c.Now)
	since := "Running for "
	if r.Followed {
		since = "Followed for "
	}
	switch {
	case r.Followed:
		return since + span(passed) + "; since when it runs is not known."
	case u.Runs == 0:
		return since + span(passed) + ". What is usual is not known: no history yet."
	case passed > u.P90:
		return since + span(passed) + ": :hourglass: *longer than usual* (" + span(u.Median) + ", nine in ten within " + span(u.P90) + ")."
	}
	return since + span(passed) + "; usual is " + span(u.Median) + ", nine in ten within " + span(u.P90) + "."
}

// lockText says what people see of the portal in this phase.
func lockText(p bot.Progress) string {
	switch p.Phase {
	case bot.PhaseQueued, bot.PhaseDownloading, "":
		return "The portal still works, but *what is changed in it now will be lost.*"
	case bot.PhaseFinishing:
		return "The portal was replaced and is being checked."
	case bot.PhaseImporting, bot.PhaseCopying:
	}
	return "The portal is locked and being replaced."
}

func nextText(c bot.Card) string {
	if c.NextEdit.IsZero() {
		return ""
	}
	return fmt.Sprintf("_Next update by <!date^%d^{time_secs}|%s>._", c.NextEdit.Unix(), c.NextEdit.UTC().Format("15:04:05 UTC"))
}

// troubleText says since when and why the portal could not be asked.
func troubleText(p bot.Progress) string {
	if p.Trouble == "" {
		return ""
	}
	return ":warning: The portal could not be asked since " + date(p.TroubleSince) + ": " + EscapeText(p.Trouble, maxSaid) +
		". The restore may well go on; the bot keeps asking."
}
