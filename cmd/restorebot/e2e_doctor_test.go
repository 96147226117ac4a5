package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBinaryDoctorBesideTheBotThatRuns(t *testing.T) {
	t.Parallel()
	s := setScene(t, "AUDIT_KEY=5e1b7c93f0a24d68b7e9c1350fa8d2467c3e91b0")
	near := httptest.NewServer(s.Portal) // all is well with http on loopback alone
	t.Cleanup(near.Close)
	s.Setenv("DOCSPACE_URL=" + near.URL)
	s.Starts()
	out, err := s.Command(s.Context(), "doctor").CombinedOutput()
	if err != nil {
		t.Fatalf("the doctor ended with %v:\n%s", err, out)
	}
	for _, line := range []string{
		"\npass  slack connection: opened and greeted; ", "restorebot.db is in use, most likely by the bot that runs\n",
	} {
		if !strings.Contains(string(out), line) {
			t.Errorf("the doctor does not say %q:\n%s", line, out)
		}
	}

	// From inside, as it is asked in the channel.
	s.Slack.SetScopes("commands", "chat:write", "users:read", "channels:read", "groups:read")
	s.Alice.Types("/restore doctor")
	s.Alice.WantTold("All is well", "database", "queue", "slack connection", "portal 127.0.0.1")
	s.Slack.SetScopes("commands", "chat:write", "users:read", "channels:read", "files:write")
	s.Portal.RevokeKeys()
	s.Alice.Types("/restore doctor")
	s.Alice.WantTold("A restore would not work", "groups:read is missing", "Make a new key")
	s.WantUntouched()
}
