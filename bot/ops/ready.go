package ops

import (
	"context"

	"docspace-restorebot/bot"
)

// report is the answer of /readyz.
type report struct {
	Ready bool `json:"ready"`
	// Reasons say what is wrong, one line each. Some do not end readiness: a
	// portal that is down is one, for that is when the bot is needed.
	Reasons []string `json:"reasons,omitempty"`
	Parts   []part   `json:"parts"`
}

// part is one thing that was looked at.
type part struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it the bot is not ready
	Detail string `json:"detail"`
}

// examine asks the examiners and collects the public part of their findings, one part
// for each name.
func examine(ctx context.Context, examiners []bot.Examiner) report {
	answer := report{Ready: true}
	for _, f := range bot.Examine(ctx, examiners...) {
		if f.Public == nil {
			continue
		}
		p := part{f.Public.Name, f.Grade == bot.Pass, f.Public.Needed, f.Public.Detail}
		answer.Ready = answer.Ready && (f.Grade != bot.Fail || !p.Needed)
		if last := len(answer.Parts) - 1; last >= 0 && answer.Parts[last].Name == p.Name {
			before := answer.Parts[last]
			p.OK, p.Needed, p.Detail = before.OK && p.OK, before.Needed || p.Needed, before.Detail+"; "+p.Detail
			answer.Parts = answer.Parts[:last]
		}
		answer.Parts = append(answer.Parts, p)
	}
	for _, p := range answer.Parts {
		if !p.OK {
			answer.Reasons = append(answer.Reasons, p.Name+": "+p.Detail)
		}
	}
	return answer
}
