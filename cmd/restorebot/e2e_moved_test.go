package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// moved is the channel's new id; the rules may name both.
const moved = "G0INCIDENT"

var bothIDs = []string{"RESTORE_CHANNELS=" + stage.Channel + "," + moved}

// movesChannel gives the channel its new id, and returns what reads the card there.
func movesChannel(s *stage.Scene) (card func() slacktest.Message) {
	time.Sleep(time.Second) // what was asked in this very instant would be as good as new
	ts := s.Card().TS
	s.Slack.MoveChannel(stage.Channel, moved)
	return func() slacktest.Message {
		m, _ := s.Slack.Message(moved, ts)
		return m
	}
}

// A channel that is made private may get another id, with a request open.
func TestBinaryFollowsARestoreIntoTheNewIdOfItsChannel(t *testing.T) {
	t.Parallel()
	inBubble(t, bothIDs, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		card := movesChannel(s)
		s.Bob.PressesOn(card(), "Restore")
		s.Until("the card in the channel's new id shows the end", func() bool { return strings.Contains(s.Text(card()), "restored in") })
		s.WantStarts(1)
		s.Until("the end is told there", func() bool { return len(s.Slack.Channel(moved).Thread(card().TS)) > 1 })
	})
}

// Nobody presses while it runs: the bot finds the card by itself.
func TestBinaryFindsTheNewIdOfAChannelWhileItRestores(t *testing.T) {
	t.Parallel()
	inBubble(t, bothIDs, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.Until("the restore has started", func() bool { return s.Portal.Starts() > 0 })
		card := movesChannel(s)
		s.Until("the card in the channel's new id shows the end", func() bool { return strings.Contains(s.Text(card()), "restored in") })
	})
}

// The rules name channels by their ids: a new one is refused, with words.
func TestBinaryRefusesANewIdThatTheRulesDoNotName(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		card := movesChannel(s)
		s.Bob.PressesOn(card(), "Restore")
		s.Bob.WantTold("put " + moved + " in the place of " + stage.Channel + " in RESTORE_CHANNELS")
		s.WantStarts(0)
	})
}
