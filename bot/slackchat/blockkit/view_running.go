package blockkit

import (
	"fmt"

	"docspace-restorebot/bot"
)

// runningText says how far a restore has come, and when that is told again.
func runningText(c bot.Card) string {
	r, p := c.Restore, c.Restore.Progress
	started := ""
	if r.Followed {
		started = "*This bot did not start it* and only follows it."
	}
	return lines(
		fmt.Sprintf("*%s*  %s %d%%", phaseWords(p.Phase), bar(p.Percent), min(max(p.Percent, 0), 100)),
		paceText(c), started, troubleText(p), lockText(p)+" It cannot be cancelled.", nextText(c))
}

// phaseWords are what the portal does in a phase.
func phaseWords(p bot.Phase) string {
	switch p {
	case bot.PhaseQueued, "":
		return "Waiting for a worker"
	case bot.PhaseDownloading:
		return "Getting the backup"
	case bot.PhaseImporting:
		return "Loading the data"
	case bot.PhaseCopying:
		return "Copying the files"
	case bot.PhaseFinishing:
		return "Checking the portal"
	}
	return EscapeText(string(p), maxWord)
}

// paceText compares the time that has passed with what is usual.
func paceText(c bot.Card) string {
	r, u := c.Restore, c.Restore.Preflight.Usual
	passed := r.Elapsed(c.Now)
	switch {
	case r.Followed:
		return "Followed for " + bot.Span(passed) + ". The bot does not know when it began."
	case u.Runs == 0:
		return "Running for " + bot.Span(passed) + ". The usual time is not known yet."
	case passed > u.P90:
		return ":hourglass: Running for " + bot.Span(passed) + ", *longer than usual*: " + bot.Span(u.Median) + ", nine in ten within " + bot.Span(u.P90) + "."
	}
	return "Running for " + bot.Span(passed) + ". Usually it takes " + bot.Span(u.Median) + "."
}

// lockText says what people see of the portal in this phase.
func lockText(p bot.Progress) string {
	switch p.Phase {
	case bot.PhaseQueued, bot.PhaseDownloading, "":
		return "The portal is still open, but *changes made now will be lost.*"
	case bot.PhaseFinishing:
		return "The portal was replaced."
	case bot.PhaseImporting, bot.PhaseCopying:
	}
	return "The portal is closed to everybody."
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
	return ":warning: The portal does not answer since " + date(p.TroubleSince) + ": " + EscapeText(p.Trouble, maxShort) +
		". The restore may well go on; the bot keeps asking."
}
