package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

// Each restore kills the key: answer and card say where the new one goes, and
// whether the bot has to be started again.
func TestBinarySaysWhereANewKeyGoes(t *testing.T) {
	t.Parallel()
	const restart, alone = " and start the bot again", ": the bot reads it by itself, without a restart"
	for name, c := range map[string]struct{ env, portals, want string }{
		"setting":      {"", "", "put it in DOCSPACE_API_KEY" + restart},
		"file":         {"DOCSPACE_API_KEY_FILE=", "", "put it in the file that DOCSPACE_API_KEY_FILE names" + alone},
		"portals":      {"PORTALS_FILE=", "api_key: ", "put it in api_key of docs in PORTALS_FILE" + restart},
		"portals file": {"PORTALS_FILE=", "api_key_file: ", "put it in the file that api_key_file of docs in PORTALS_FILE names" + alone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			s := setStage(t)
			dir := t.TempDir()
			key, portals := filepath.Join(dir, "key"), filepath.Join(dir, "portals.yaml")
			write(t, key, s.portal.Key())
			said := key
			if c.portals == "api_key: " {
				said = s.portal.Key()
			}
			switch c.env {
			case "DOCSPACE_API_KEY_FILE=":
				s.env = append(s.env, "DOCSPACE_API_KEY=", c.env+key)
			case "PORTALS_FILE=":
				write(t, portals, "portals:\n  - {name: docs, url: \""+value(s.env, "DOCSPACE_URL")+"\", "+c.portals+said+"}\n")
				s.env = append(s.env, "DOCSPACE_URL=", "DOCSPACE_API_KEY=", c.env+portals)
			}
			s.start(ctx)
			card := s.card(ctx)
			s.press(ctx, "UBOB", card, "restore_confirm")
			s.shows(ctx, card, "restored")
			if _, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool {
				return m.ThreadTS == card.TS && strings.Contains(s.slack.RenderUnfolded(m, time.UTC), c.want)
			}); err != nil {
				t.Errorf("the list of what to do does not say %q", c.want)
			}
			s.portal.RevokeKeys()
			s.says(ctx, "UALICE", "/restore list", "does not accept the bot's API key", c.want)
		})
	}
}
