package main

import (
	"path/filepath"
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
)

// Each restore kills the key: answer and card say where the new one goes, and
// whether the bot has to be started again.
func TestBinarySaysWhereANewKeyGoes(t *testing.T) {
	t.Parallel()
	const restart, alone = " and start the bot again", ": the bot reads it by itself, without a restart"
	for name, c := range map[string]struct {
		setting bool   // the key is a setting
		portals string // the key's line in a file of portals
		want    string
	}{
		"setting":      {true, "", "put it in DOCSPACE_API_KEY" + restart},
		"file":         {false, "", "put it in the file that DOCSPACE_API_KEY_FILE names" + alone},
		"portals":      {true, "api_key: ", "put it in api_key of docs in PORTALS_FILE" + restart},
		"portals file": {false, "api_key_file: ", "put it in the file that api_key_file of docs in PORTALS_FILE names" + alone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setInBubble(t, nil, nil, func(s *stage.Scene) {
				key := filepath.Join(s.Dir(), "key")
				write(t, key, s.Portal.Key())
				s.Setenv("DOCSPACE_API_KEY_FILE=" + key)
				if c.setting {
					key = s.Portal.Key()
					s.Setenv("DOCSPACE_API_KEY_FILE=", "DOCSPACE_API_KEY="+key)
				}
				if c.portals != "" {
					s.Setenv("DOCSPACE_URL=", "DOCSPACE_API_KEY=", "DOCSPACE_API_KEY_FILE=")
					setPortals(t, s, "  - {name: docs, url: \""+stage.PortalURL+"\", "+c.portals+key+"}\n")
				}
				s.Starts()
				s.Alice.Types("/restore " + s.Newest())
				s.WantCard()
				s.Bob.Presses("Restore")
				s.WantFinalCard("restored")
				s.WantThreadSays(c.want)
				s.Portal.RevokeKeys()
				s.Alice.Types("/restore list")
				s.Alice.WantTold("does not accept the bot's API key", c.want)
			})
		})
	}
}
