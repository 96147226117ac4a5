package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

// The 150th of many portals is found in the dialog, by its name and by search.
func TestBinaryPicksAmongManyPortals(t *testing.T) {
	t.Parallel()
	setInBubble(t, nil, nil, func(s *stage.Scene) {
		var file strings.Builder
		for i := 1; i <= 150; i++ {
			fmt.Fprintf(&file, "  - name: portal%d\n    url: %s/p%d\n    api_key: %s\n", i, stage.PortalURL, i, s.Portal.Key())
		}
		s.Setenv("DOCSPACE_URL=", "DOCSPACE_API_KEY_FILE=")
		setPortals(t, s, file.String())
		s.Starts()
		s.Alice.Types("/restore --portal portal150")
		v := s.Alice.WantDialog("One of 150", "portal150", "3 backups, newest first")
		d, err := s.Slack.Suggest(v, "portal", "portal14")
		if err != nil {
			t.Fatal(err)
		}
		ack, err := d.Wait(s.Context())
		if err != nil || !strings.Contains(string(ack.Payload), "portal149") {
			t.Errorf("the search was answered %s, %v", ack.Payload, err)
		}
		if d, err = s.Slack.ChooseIn(v, "portal", "portal149"); err == nil {
			_, err = d.Wait(s.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		v = s.Alice.WantDialog("One of 150", "portal149", "3 backups, newest first")
		if !slices.ContainsFunc(v.Blocks, func(b slacktest.Object) bool { return b["block_id"] == "portal" }) {
			t.Error("no field for the portal")
		}
		s.WantUntouched()
	})
}
