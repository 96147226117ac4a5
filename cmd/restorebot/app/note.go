package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// noteSettings writes what the bot was started with to the audit trail. No
// secret is in it, and no address with a password.
func (a *App) noteSettings(ctx context.Context, p policy.Policy) error {
	detail := map[string]string{
		"workspace": p.Team, "portals": strings.Join(a.settings.portalNames(), ", "),
		"users": p.Users.String(), "approvers": p.Approvers.String(), "break_glass": p.BreakGlass.String(), "channels": p.Channels.String(),
		"approvals": strconv.Itoa(p.Needed()), "self_approval": strconv.FormatBool(p.SelfApproval),
		"typing": strconv.FormatBool(p.Typing), "ttl": p.TTL.String(), "reason_required": strconv.FormatBool(p.Reason), "poll": a.settings.Poll.String(),
		"loss": strconv.FormatBool(a.settings.Loss.On), "loss_kept": a.settings.Loss.Kept.String(),
	}
	for _, portal := range a.portals {
		if own := ownRules(portal); own != "" {
			detail["portal "+portal.Name] = own
		}
	}
	if err := a.Store.Note(ctx, bot.Event{At: time.Now().UTC(), Kind: bot.EventSettings, Detail: detail}); err != nil {
		return fmt.Errorf("the settings could not be recorded: %w", err)
	}
	return nil
}

// ownRules writes down what holds for one portal alone.
func ownRules(p bot.Portal) string {
	var own []string
	for _, l := range []struct {
		name string
		list *policy.AllowList
	}{{"users", p.Own.Users}, {"approvers", p.Own.Approvers}, {"channels", p.Own.Channels}} {
		if l.list != nil {
			own = append(own, l.name+"="+l.list.String())
		}
	}
	if p.Own.Approvals > 0 {
		own = append(own, "approvals="+strconv.Itoa(p.Own.Approvals))
	}
	if place := p.Safety.Place(); place != "" {
		own = append(own, "safety="+place)
	}
	return strings.Join(own, " ")
}
