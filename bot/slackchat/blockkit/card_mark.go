package blockkit

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// A card's mark is the block_id of its buttons: Slack sends it with each press,
// in every form of the card, while metadata is left out of the simpler ones. It
// holds the version too, since a block_id is to change with each edit.

const (
	markPrefix = "card"
	markParts  = 5
)

func cardMark(r bot.Restore) string {
	return strings.Join([]string{markPrefix, r.ID, string(r.State), strconv.FormatInt(r.Version, 10), r.Plan}, "/")
}

// ReadMark reads the block_id of a card's buttons; what is none is zero.
func ReadMark(blockID string) bot.CardMark {
	parts := strings.Split(blockID, "/")
	if len(parts) != markParts || parts[0] != markPrefix || !bot.State(parts[2]).Open() {
		return bot.CardMark{}
	}
	return bot.CardMark{Restore: parts[1], State: bot.State(parts[2]), Plan: parts[4]}
}

// buttonsID is the block_id of the buttons of a message, "" for none.
func buttonsID(m Message) string {
	for _, b := range m.Blocks {
		if actions, ok := b.(*slack.ActionBlock); ok {
			return actions.BlockID
		}
	}
	return ""
}
