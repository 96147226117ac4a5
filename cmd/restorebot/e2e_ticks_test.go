package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// boxesOf are the block_ids of the boxes in a message as it stands now.
func boxesOf(t *testing.T, s *stage.Scene, m slacktest.Message) string {
	t.Helper()
	now, ok := s.Slack.Message(m.Channel, m.TS)
	if !ok {
		t.Fatal("the list is gone")
	}
	var ids []string
	for _, b := range now.Blocks {
		if id, _ := b["block_id"].(string); strings.HasPrefix(id, "list/") {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

// What people tick stands with who and when: two at once, through a kill of the bot, and
// in the report. What is open after a day is told once.
func TestTicksStandThroughAKillAndAreInTheReport(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		card := s.WantCard()
		id := card.Buttons()[0].Value
		s.Bob.Presses("Restore")
		s.WantFinalCard("restored")
		list := s.WantThreadSays("To do after the restore", "0 of ")
		seen := []string{boxesOf(t, s, list)}
		shows := func(words ...string) {
			t.Helper()
			s.Until("the list shows "+strings.Join(words, ", "), func() bool {
				now, _ := s.Slack.Message(list.Channel, list.TS)
				text := s.Text(now)
				return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
			})
			if ids := boxesOf(t, s, list); slices.Contains(seen, ids) {
				t.Errorf("the boxes keep the block_ids %s", ids)
			} else {
				seen = append(seen, ids)
			}
		}
		tick := func(item string, people ...string) {
			t.Helper()
			var all []*slacktest.Delivery
			for i, user := range people { // nobody waits for the other
				d, err := s.Slack.Choose(user, list, "restore_tick", strings.Fields(item)[i])
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, d)
			}
			for _, d := range all {
				if _, err := d.Wait(s.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		tick("files passwords", stage.Alice, stage.Bob)
		files, passwords := "✓ Open a few files that matter: @alice, ", "✓ Tell everybody to use Forgot password: @bob, "
		shows("2 of ", files, passwords)
		s.Kills()
		s.Starts()
		time.Sleep(time.Minute)
		tick("links", stage.Bob)
		shows("3 of ", files, passwords, "✓ Set up again what no backup holds: @bob, ")

		s.Slack.SetScopes(append(slacktest.DefaultScopes, "files:write")...)
		s.Alice.Types("/restore report " + id)
		s.Until("the report is there", func() bool { return len(s.Slack.Files()) == 2 })
		var markdown, lines string
		for _, f := range s.Slack.Files() {
			if strings.HasSuffix(f.Name, ".md") {
				markdown = string(f.Content)
			} else {
				lines = string(f.Content)
			}
		}
		for _, want := range []string{
			"- [x] Open a few files that matter: alice (" + stage.Alice + ") at ", "- [x] Tell everybody to use Forgot password: bob (" + stage.Bob + ") at ",
			"- [x] Set up again what no backup holds: bob (" + stage.Bob + ") at ", "- [ ] Give the bot a new API key",
		} {
			if !strings.Contains(markdown, want) {
				t.Errorf("%q is not in the report:\n%s", want, markdown)
			}
		}
		var ticked []string
		for line := range strings.Lines(lines) {
			var e struct {
				At          time.Time
				Kind, Actor string
				Detail      map[string]string
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if e.Kind == "ticked" && !e.At.IsZero() {
				ticked = append(ticked, e.Detail["item"]+" "+e.Actor)
			}
		}
		slices.Sort(ticked)
		if want := []string{"files " + stage.Alice, "links " + stage.Bob, "passwords " + stage.Bob}; !slices.Equal(ticked, want) {
			t.Errorf("the lines say %q", ticked)
		}

		reminded := func() (n int) {
			for _, m := range s.Slack.Channel(list.Channel).Thread(list.ThreadTS) {
				if strings.Contains(m.Text, "a day after the restore") {
					n++
				}
			}
			return n
		}
		away := func(d time.Duration) { // the bot does not run: a day of its polls takes minutes
			s.Kills()
			time.Sleep(d)
			s.Starts()
			time.Sleep(5 * time.Minute)
		}
		away(23 * time.Hour)
		if reminded() != 0 {
			t.Error("people were reminded before a day was over")
		}
		away(time.Hour)
		away(time.Hour)
		if n := reminded(); n != 1 {
			t.Errorf("people were reminded %d times", n)
		}
	})
}
