package slackchat

import (
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/docspace"
)

var viewNow = time.Date(2026, 3, 2, 3, 4, 5, 0, time.UTC)

// viewCard is a card of a restore in a state.
func viewCard(state bot.State, change ...func(*bot.Card)) bot.Card {
	c := bot.Card{
		Now: viewNow, Portal: bot.PortalName{Name: "docs", URL: "https://docs.example.com"},
		Rules: policy.ConfirmRules{Approvers: policy.AllowList{IDs: []string{"U2"}, Groups: []string{"S1"}}, Needed: 1},
		Restore: bot.Restore{
			ID: "k3vq7x2mhd", Portal: "docs", State: state, Channel: "C1", Requester: "U1",
			RequestedAt: viewNow.Add(-2 * time.Minute), ExpiresAt: viewNow.Add(13 * time.Minute),
			Order: command.Order{BackupID: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", Reason: "a <!channel> & lost room"},
			Backup: docspace.Backup{
				ID: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", FileName: "docs_<2026>.tar.gz",
				StorageType: docspace.StorageDataStore, CreatedOn: viewNow.Add(-26 * time.Hour), ExpiresOn: viewNow.Add(time.Hour),
			},
		},
	}
	if state != bot.Requested {
		c.Restore.Confirmations = []bot.Confirmation{{User: "U2", At: viewNow.Add(-time.Minute)}}
		c.Restore.StartedAt = viewNow.Add(-50 * time.Second)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// planned is a card with all that was found out before people are asked.
func planned(c *bot.Card) {
	c.Safety = "Local /backups"
	c.Restore.PortalVersion = "3.7.2"
	c.Restore.Preflight = bot.Preflight{
		At: viewNow, Usual: bot.Usual{Runs: 7, Median: 12 * time.Minute, P90: 20 * time.Minute},
		KeyExpires: viewNow.Add(40 * 24 * time.Hour), Newer: 2, Backing: true, BackingPercent: 45,
		Counts: bot.Counts{At: viewNow, Users: 42, Rooms: 7, Backups: 3},
	}
}

// blockIDOf is the block_id of a message's buttons.
func blockIDOf(m blockkit.Message) string {
	for _, b := range m.Blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			return actions.BlockID
		}
	}
	return ""
}
