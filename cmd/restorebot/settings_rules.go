package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// maxApprovals bounds how many people may have to confirm: more are not awake.
const maxApprovals = 10

// checkApprovals reads who may confirm, how many it takes, and how.
func (r raw) checkApprovals(fault func(name, rule string), p *policy.Policy) {
	p.Approvers = p.Users
	if strings.TrimSpace(r.Approvers) != "" {
		p.Approvers = list(fault, "RESTORE_APPROVERS", r.Approvers, "UWS")
	}
	if strings.TrimSpace(r.BreakGlass) != "" {
		p.BreakGlass = list(fault, "RESTORE_BREAK_GLASS", r.BreakGlass, "UWS")
		if p.BreakGlass.Any {
			fault("RESTORE_BREAK_GLASS", "must name people or user groups, not *, because each of them may restore alone; such as U0123456789")
		}
	}
	n, err := strconv.Atoi(r.Approvals)
	if err != nil || n < 1 || n > maxApprovals {
		fault("RESTORE_APPROVALS", fmt.Sprintf("must be a number from 1 to %d, such as 2", maxApprovals))
	}
	p.Approvals = n
	if p.SelfApproval, err = strconv.ParseBool(r.SelfApproval); err != nil {
		fault("RESTORE_SELF_APPROVAL", "must be true or false")
	}
	if p.Reason = r.Reason == "required"; !p.Reason && r.Reason != "optional" {
		fault("RESTORE_REASON", `must be "optional" or "required"`)
	}
	if r.Confirm != "button" && r.Confirm != "modal" {
		fault("RESTORE_CONFIRM", `must be "button" or "modal"`)
	}
}

// The least and the longest time for which it is kept by name what a restore took.
const (
	lossKeptLeast = time.Hour
	lossKeptMost  = 3650 * 24 * time.Hour
)

// checkLoss reads whether the portals are asked what a restore takes, and how long
// the answer is kept.
func (r raw) checkLoss(fault func(name, rule string)) bot.LossRules {
	if r.Loss != "on" && r.Loss != "off" {
		fault("RESTORE_LOSS", `must be "on" or "off"`)
	}
	kept, err := time.ParseDuration(r.LossKept)
	if days, ok := strings.CutSuffix(r.LossKept, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		kept = time.Duration(min(max(n, 0), 1+int(lossKeptMost/(24*time.Hour)))) * 24 * time.Hour
	}
	if err != nil || kept < lossKeptLeast || kept > lossKeptMost {
		fault("RESTORE_LOSS_KEPT", "must be a time with its unit, from 1h to 3650d, such as 90d")
	}
	return bot.LossRules{On: r.Loss == "on", Kept: kept}
}

// checkQuorums refuses rules that nobody can meet: those of the bot, and those
// that a portal has of its own.
func checkQuorums(p policy.Policy, portals []portalSettings) (faults []error) {
	if p.Users.Nobody() || p.Approvers.Nobody() || p.Approvals < 1 || p.Approvals > maxApprovals {
		return nil // a fault of another kind
	}
	switch p.Quorum(policy.PortalRules{}) {
	case policy.QuorumTooFew:
		faults = append(faults, errors.New("RESTORE_APPROVALS asks for more people than RESTORE_APPROVERS names: add people or lower the number"))
	case policy.QuorumNobodyElse:
		faults = append(faults, fmt.Errorf("RESTORE_SELF_APPROVAL is false, and RESTORE_APPROVERS names too few people besides the one who asks: %d must confirm. Add people to RESTORE_APPROVERS", p.Needed()))
	case policy.QuorumMet, policy.QuorumNoSecond:
	}
	for _, portal := range portals {
		if own := portal.Own; own.Users == nil && own.Approvers == nil && own.Approvals == 0 {
			continue // as above
		}
		switch p.Quorum(portal.Own) {
		case policy.QuorumTooFew:
			faults = append(faults, fmt.Errorf("PORTALS_FILE line %d: the portal asks for more approvals than it has approvers; add people or lower the number", portal.line))
		case policy.QuorumNobodyElse:
			faults = append(faults, fmt.Errorf("PORTALS_FILE line %d: RESTORE_SELF_APPROVAL is false, and the portal has too few approvers besides the one who asks; add people", portal.line))
		case policy.QuorumMet, policy.QuorumNoSecond:
		}
	}
	return faults
}
