package blockkit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// stepsID stays the same in every edit, or Slack would fold the plan again.
const stepsID = "steps"

// step is one of the way to a restore's end.
type step struct {
	id, title string
	status    slack.TaskCardStatus
	details   string // plain text
}

// hasSteps reports whether the card of a restore shows the way to its end.
func hasSteps(c bot.Card) bool {
	s := c.Restore.State
	return (s == bot.Saving || s == bot.Starting || s == bot.Running) && !c.Restore.AsksForWaiver()
}

// steps are the way of a restore, each as far as it is.
func steps(c bot.Card) []step {
	r := c.Restore
	var out []step
	if r.Safety.Stage != "" {
		s := step{id: "safety", title: "Take the safety backup", status: slack.TaskCardStatusComplete}
		switch {
		case r.Safety.Stage == bot.SafetyWaived:
			s.title, s.details = "No safety backup", "The restore goes on without it."
		case r.State == bot.Saving && r.Safety.Stage != bot.SafetyDone:
			s.status = slack.TaskCardStatusInProgress
			if r.Safety.Doubt != "" {
				s.status, s.details = slack.TaskCardStatusError, "It takes longer than it should."
			}
		}
		out = append(out, s)
	}
	if r.Followed {
		out = append(out, step{id: "start", title: "Started elsewhere", status: slack.TaskCardStatusComplete})
	} else {
		s := step{id: "start", title: "Tell the portal to restore", status: slack.TaskCardStatusPending}
		switch r.State {
		case bot.Starting:
			s.status = slack.TaskCardStatusInProgress
		case bot.Running:
			s.status = slack.TaskCardStatusComplete
		default:
		}
		out = append(out, s)
	}
	return append(out, phaseSteps(c)...)
}

// phaseSteps are what the portal does, in its order.
func phaseSteps(c bot.Card) []step {
	titles := map[bot.Phase]string{
		bot.PhaseQueued: "Wait for a worker", bot.PhaseDownloading: "Get the backup", bot.PhaseImporting: "Load the data",
		bot.PhaseCopying: "Copy the files", bot.PhaseFinishing: "Check the portal",
	}
	now := slices.Index(bot.Phases(), c.Restore.Progress.Phase)
	if c.Restore.State == bot.Running {
		now = max(now, 0)
	}
	var out []step
	for i, p := range bot.Phases() {
		s := step{id: "phase" + strconv.Itoa(i), title: titles[p], status: slack.TaskCardStatusPending}
		switch {
		case c.Restore.State != bot.Running || i > now:
		case i < now:
			s.status = slack.TaskCardStatusComplete
		default:
			s.status = slack.TaskCardStatusInProgress
			if kind, alarmed := c.Restore.Alarmed(c.Now); alarmed {
				s.status, s.details = slack.TaskCardStatusError, alarmWords(kind)
			}
		}
		out = append(out, s)
	}
	return out
}

// alarmWords say in a few words what looks wrong.
func alarmWords(kind bot.AlarmKind) string {
	switch kind {
	case bot.AlarmQueued:
		return "No worker has begun it for a long time."
	case bot.AlarmStalled:
		return "It has shown no change for a long time."
	case bot.AlarmSilent:
		return "The portal does not answer. The restore may well go on."
	case bot.AlarmSafetyWaits, bot.AlarmSafetySlow, bot.AlarmSafetySilent:
	}
	return "Something looks wrong."
}

// stepsBlock is the way as a plan, which people unfold.
func stepsBlock(c bot.Card) slack.Block {
	all := steps(c)
	tasks := make([]*slack.TaskCardBlock, 0, len(all))
	for _, s := range all {
		t := slack.NewTaskCardBlock(s.id, s.title).WithStatus(s.status)
		if s.details != "" {
			t = t.WithDetails(slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(s.details, nil))))
		}
		tasks = append(tasks, t)
	}
	return slack.NewPlanBlock(stepsTitle(all), slack.PlanBlockOptionBlockID(stepsID)).WithTasks(tasks...)
}

// stepsTitle is what the plan says while it is folded.
func stepsTitle(all []step) string {
	for i, s := range all {
		if s.status == slack.TaskCardStatusInProgress || s.status == slack.TaskCardStatusError {
			return fmt.Sprintf("Step %d of %d: %s", i+1, len(all), lowerFirst(s.title))
		}
	}
	return bot.Count(len(all), "step", "steps")
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// stepsText is the way in words, where Slack does not take a plan.
func stepsText(c bot.Card) string {
	all := steps(c)
	for i, s := range all {
		if s.status != slack.TaskCardStatusPending && s.status != slack.TaskCardStatusComplete {
			text := fmt.Sprintf("Step %d of %d: %s", i+1, len(all), lowerFirst(s.title))
			if i+1 < len(all) {
				text += "; next: " + lowerFirst(all[i+1].title)
			}
			return lines(text+".", s.details)
		}
	}
	return stepsTitle(all) + "."
}
