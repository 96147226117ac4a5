package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestBinaryDoctorBesideTheBotThatRuns(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "AUDIT_KEY=5e1b7c93f0a24d68b7e9c1350fa8d2467c3e91b0")
	cmd := exec.CommandContext(ctx, os.Args[0], "doctor")
	cmd.Env, cmd.Dir = s.env, t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the doctor ended with %v:\n%s", err, out)
	}
	for _, line := range []string{
		"\npass  slack connection: opened and greeted; ", "bot.db is in use, most likely by the bot that runs\n",
	} {
		if !strings.Contains(string(out), line) {
			t.Errorf("the doctor does not say %q:\n%s", line, out)
		}
	}

	// From inside, as it is asked in the channel.
	s.slack.SetScopes("commands", "chat:write", "users:read", "channels:read", "groups:read")
	s.says(ctx, "UALICE", "/restore doctor", "All is well", "database", "queue", "slack connection", "portal 127.0.0.1")
	s.slack.SetScopes("commands", "chat:write", "users:read", "channels:read", "files:write")
	s.portal.RevokeKeys()
	s.says(ctx, "UALICE", "/restore doctor", "A restore would not work", "groups:read is missing", "Make a new key")
	s.untouched()
}
