package main

import (
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// rulesTold are the lines about the rules in a channel.
func rulesTold(s *stage.Scene, channel string) (lines []string) {
	for _, m := range s.Slack.Channel(channel).Messages() {
		if text := s.Text(m); strings.Contains(text, "The rules of restores have changed") {
			lines = append(lines, text)
		}
	}
	return lines
}

// wantRules waits until a channel was told of the rules n times, and returns what.
func wantRules(s *stage.Scene, channel string, n int) []string {
	s.Until(channel+" was told of the rules", func() bool { return len(rulesTold(s, channel)) >= n })
	return rulesTold(s, channel)
}

// A change of the rules since the last start is one line in each channel where
// restores are allowed, and none at the next start.
func TestBinaryTellsOfAChangeOfTheRulesOnce(t *testing.T) {
	t.Parallel()
	const second, elsewhere = "C0TWO", "C0ELSE"
	inBubble(t, []string{
		"RESTORE_CHANNELS=" + stage.Channel + "," + second + ",C0NOWHERE",
		"RESTORE_APPROVERS=" + stage.Alice + "," + stage.Bob, "RESTORE_APPROVALS=2",
	}, func(s *stage.Scene) {
		for _, id := range []string{second, elsewhere} {
			s.Slack.PutChannel(slacktest.Channel{ID: id, Name: strings.ToLower(id)})
		}
		s.Stops()
		s.Setenv("RESTORE_APPROVERS="+stage.Bob+","+stage.Eve, "RESTORE_APPROVALS=1", "RESTORE_REASON=required")
		s.Starts()
		for _, channel := range []string{stage.Channel, second} {
			line := wantRules(s, channel, 1)[0]
			for _, want := range []string{"approvals 2 → 1", "may confirm + @eve, − @alice", "reason optional → required"} {
				if !strings.Contains(line, want) || strings.Count(line, "\n") > 2 {
					t.Errorf("%s was told %q, want %q", channel, line, want)
				}
			}
		}
		s.Stops()
		s.Starts()
		s.Alice.Types("/restore status")
		s.Alice.WantTold("No restore of this bot runs or waits")
		s.Stops()
		// A later change comes after whatever the third start might have said.
		s.Setenv("RESTORE_APPROVALS=2")
		s.Starts()
		if lines := wantRules(s, stage.Channel, 2); !strings.Contains(lines[1], "approvals 1 → 2") {
			t.Errorf("the channel was told %q", lines)
		}
		wantRules(s, second, 2)
		if n := len(rulesTold(s, elsewhere)); n != 0 {
			t.Errorf("a channel that is not allowed was told %d times", n)
		}
		if trail, _, _ := s.Runs("audit", "export"); strings.Count(trail, `"kind":"rules"`) != 2 {
			t.Errorf("want two changes of the rules in the trail:\n%s", trail)
		}
	})
}

// A Slack that does not answer holds no start up, and hears it later.
func TestBinaryTellsOfTheRulesLaterWhereSlackIsSilent(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Stops()
		heal := s.Slack.Fail("chat.postMessage", slacktest.Failure{Error: "internal_error"})
		s.Setenv("RESTORE_APPROVALS=2")
		s.Starts()
		s.Alice.Types("/restore help")
		s.Alice.WantTold("/restore list")
		s.Until("a line was tried", func() bool { return len(s.Slack.Calls("chat.postMessage")) > 0 })
		heal()
		wantRules(s, stage.Channel, 1)
	})
}

// Two replicas that share one PostgreSQL tell it once.
func TestBinaryReplicasTellOfAChangeOfTheRulesOnce(t *testing.T) {
	t.Parallel()
	s := setScene(t)
	onPostgres(t, s)
	s.Starts()
	s.Stops()
	s.Setenv("RESTORE_APPROVALS=2")
	s.Starts()
	s.Starts()
	wantRules(s, stage.Channel, 1)
	s.Stops()
	s.Setenv("RESTORE_APPROVALS=1")
	s.Starts()
	if lines := wantRules(s, stage.Channel, 2); len(lines) != 2 || !strings.Contains(lines[0], "approvals 1 → 2") || !strings.Contains(lines[1], "approvals 2 → 1") {
		t.Errorf("told %q", lines)
	}
	wholeTrail(t, s)
}

// Where every channel may, no channel is told: the log and the audit trail are.
func TestBinaryTellsNoChannelOfTheRulesOfAll(t *testing.T) {
	t.Parallel()
	inBubble(t, []string{"RESTORE_CHANNELS=*"}, func(s *stage.Scene) {
		s.Stops()
		s.Setenv("RESTORE_APPROVALS=2")
		s.Starts()
		s.Alice.Types("/restore help")
		s.Alice.WantTold("/restore list")
		time.Sleep(10 * time.Second) // whatever is to be told is told by then
		s.Stops()
		if trail, _, _ := s.Runs("audit", "export"); !strings.Contains(trail, "approvals 1 → 2") {
			t.Errorf("the trail does not tell of the change:\n%s", trail)
		}
		if told := rulesTold(s, stage.Channel); len(told) != 0 {
			t.Errorf("told %q", told)
		}
	})
}
