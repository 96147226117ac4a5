package main

import (
	"context"
	"encoding/json"
	"strings"

	"docspace-restorebot/bot/slacktest"
)

// modal waits until a person's modal says the words.
func (s *stage) modal(ctx context.Context, user, words string) slacktest.View {
	s.t.Helper()
	var v slacktest.View
	err := s.slack.WaitFor(ctx, func(w *slacktest.Slack) bool {
		v, _ = w.Modal(user)
		return strings.Contains(viewText(v), words)
	})
	if err != nil {
		s.t.Fatalf("the modal of %s does not say %q but: %s", user, words, viewText(v))
	}
	return v
}

// viewText is all that a modal shows, with the errors below its inputs.
func viewText(v slacktest.View) string {
	body, _ := json.Marshal([]any{v.Title, v.Blocks, v.Errors, v.Problem})
	return string(body)
}
