package slacktest_test

import (
	"slices"
	"testing"

	"github.com/slack-go/slack"
)

func TestConversationsOfTheBotComeInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	both := []string{"public_channel", "private_channel"}
	for name, c := range map[string]struct {
		ask  slack.GetConversationsForUserParameters
		want []string
	}{
		"by default":   {slack.GetConversationsForUserParameters{}, []string{"C1", "C4", "C6"}},
		"not archived": {slack.GetConversationsForUserParameters{ExcludeArchived: true}, []string{"C1", "C6"}},
		"private too":  {slack.GetConversationsForUserParameters{Types: both, ExcludeArchived: true}, []string{"C1", "C5", "C6"}},
		"in pages":     {slack.GetConversationsForUserParameters{Types: both, Limit: 2}, []string{"C1", "C4", "C5", "C6"}},
	} {
		var got []string
		for {
			page, cursor, err := b.api.GetConversationsForUserContext(t.Context(), &c.ask)
			if err != nil {
				t.Fatal(err)
			}
			for _, channel := range page {
				got = append(got, channel.ID)
				if channel.IsExtShared != (channel.ID == "C6") {
					t.Errorf("%s: %+v", name, channel)
				}
			}
			if c.ask.Cursor = cursor; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for want, types := range map[string][]string{"invalid_types": {"all"}, "missing_scope": {"public_channel", "im"}} {
		_, _, err := b.api.GetConversationsForUserContext(t.Context(), &slack.GetConversationsForUserParameters{Types: types})
		if err == nil || err.Error() != want {
			t.Errorf("types %q: %v, want %s", types, err, want)
		}
	}
	if n := b.Stats().Calls["users.conversations"]; n == 0 {
		t.Error("the calls are not counted")
	}
}
