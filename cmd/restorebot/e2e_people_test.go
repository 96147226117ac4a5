package main

import (
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// everybody may ask and confirm, as far as the lists go.
var everybody = []string{"RESTORE_USERS=*", "RESTORE_APPROVERS=*"}

func TestBinaryRefusesEachKindOfPersonInWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	inBubble(t, everybody, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		for _, c := range []struct {
			person slacktest.Person
			words  string
		}{
			{slacktest.Person{ID: "UGUEST", Name: "guest", IsRestricted: true}, "Guests may not use this"},
			{slacktest.Person{ID: "UGUEST1", Name: "guest1", IsUltraRestricted: true}, "Guests may not use this"},
			{slacktest.Person{ID: "UROBOT", Name: "robot", IsBot: true}, "Bots may not use this"},
			{slacktest.Person{ID: "UGONE", Name: "gone", Deleted: true}, "Your account is deactivated"},
			{slacktest.Person{ID: "USTRANGE", Name: "strange", IsStranger: true}, "You belong to another organisation"},
			{slacktest.Person{ID: "UOTHER", Name: "other", TeamID: "T0OTHER"}, "You belong to another workspace"},
		} {
			s.Slack.PutPerson(c.person)
			who := s.Person(c.person.ID)
			for _, label := range []string{"Restore", "Dismiss"} {
				who.Presses(label)
				who.WantTold(c.words, "Your press changed nothing")
			}
			if c.person.TeamID != "" {
				continue // another team's people do not have the command
			}
			for _, text := range []string{"/restore status", "/restore history", "/restore list", "/restore freeze x", "/restore unfreeze", "/restore cancel abc"} {
				who.Types(text)
				who.WantTold(c.words)
			}
		}
		s.WantStarts(0)
		s.Eve.Presses("Restore")
		s.WantFinalCard("restored")
	})
}

func TestBinaryRefusesWhoIsOnNoList(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"RESTORE_USERS=" + stage.Alice, "RESTORE_APPROVERS=" + stage.Bob}, func(s *stage.Scene) {
		for _, who := range []*stage.Person{s.Eve, s.Bob} { // he may only confirm
			who.Types("/restore " + s.Newest())
			who.WantTold("not on the list of people who may ask", "@alice")
		}
		s.WantUntouched()
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Alice.Presses("Restore") // she may only ask
		s.Alice.WantTold("not on the list of people who may confirm", "@bob")
		s.Eve.Presses("Dismiss")
		s.Eve.WantTold("can dismiss a request", "@bob")
		s.Bob.Types("/restore status")
		s.Bob.WantTold("What runs or waits now")
		s.Alice.Types("/restore freeze mine")
		s.Alice.WantTold("can freeze restores", "@bob")
		s.WantStarts(0)
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
	})
}

func TestBinaryRefusesEachKindOfPlaceInWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"RESTORE_CHANNELS=" + stage.Channel + ",CSHARED,CPENDING,CALONE,GALONE"}, func(s *stage.Scene) {
		for _, c := range []struct {
			channel slacktest.Channel
			words   string
		}{
			{slacktest.Channel{ID: "CELSE", Name: "elsewhere"}, "This channel is not set up for restores"},
			{slacktest.Channel{ID: "D0ALICE", Members: []string{stage.Alice}}, "not asked for in direct messages"},
			{slacktest.Channel{ID: "CSHARED", Name: "shared", ExtShared: true}, "shared with another organisation"},
			{slacktest.Channel{ID: "CPENDING", Name: "pending", Pending: true}, "shared with another organisation"},
			{slacktest.Channel{ID: "CALONE", Name: "alone", NoBot: true}, "not a member of this channel"},
			{slacktest.Channel{ID: "GALONE", Name: "private", Private: true, NoBot: true}, "not a member of this channel"},
		} {
			s.Slack.PutChannel(c.channel)
			s.Alice.TypesIn(c.channel.ID, "/restore "+s.Newest())
			s.Alice.WantTold(c.words, "Nothing was started")
		}
		s.WantUntouched()
	})
}

// leads makes a user group of these people.
func leads(s *stage.Scene, members ...string) {
	s.Slack.PutGroup(slacktest.Group{ID: "SLEADS", Handle: "leads", Members: members})
}

func TestBinaryAsksSlackWhoIsInAGroupAndFailsClosed(t *testing.T) {
	t.Parallel()
	setInBubble(t, nil, []string{"RESTORE_USERS=" + stage.Alice, "RESTORE_APPROVERS=SLEADS"}, func(s *stage.Scene) {
		leads(s, stage.Bob, stage.Eve)
		s.Starts()
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		heal := s.Slack.Fail("usergroups.users.list", slacktest.Failure{Error: "internal_error"})
		s.Bob.Presses("Restore")
		s.Bob.WantTold("Slack could not say who may do this, so nobody may for now", "@leads")
		heal()
		leads(s, stage.Bob) // Eve leaves the group between the card and her press
		s.Eve.Presses("Restore")
		s.Eve.WantTold("not on the list of people who may confirm", "@leads")
		s.WantStarts(0)
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
	})
}
