package slackchat

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/policy"
)

// errOrgWide refuses a bot token of a whole organisation.
var errOrgWide = errors.New("it was made for a whole organisation (Enterprise Grid), and the bot serves one workspace: every command would be refused")

const cureOrgWide = "Install the app in the one workspace, and put that installation's Bot User OAuth Token (xoxb-...) in SLACK_BOT_TOKEN."

// OrgWideError means that the bot token belongs to no single workspace. A person has to
// change it.
type OrgWideError struct{}

// Error names the cause and the cure.
func (*OrgWideError) Error() string {
	return "SLACK_BOT_TOKEN: " + errOrgWide.Error() + ". " + cureOrgWide
}

// orgWide reports whether a token belongs to an organisation and not to one of its
// workspaces.
func orgWide(a *slack.AuthTestResponse) bool {
	return a.TeamID != "" && (a.TeamID[0] == 'E' || a.TeamID == a.EnterpriseID)
}

const (
	// gridInterval is the shortest time between two questions for the organisation.
	gridInterval = time.Minute
	// gridWithin bounds a question: a command waits for its ack.
	gridWithin = time.Second
)

// GridWatch notices that the workspace joins an Enterprise Grid while the bot runs: when
// a payload names another organisation, it asks Slack.
type GridWatch struct {
	API   *slack.Client // required
	Team  string        // the bot's workspace
	Known string        // the organisation at the start, "" for none
	Grid  *policy.Grid  // is told of the new one

	mu    sync.Mutex
	asked time.Time
}

// OnEnterprise takes the organisation that a payload names.
func (w *GridWatch) OnEnterprise(ctx context.Context, enterprise string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if enterprise == "" || enterprise == w.Known || time.Since(w.asked) < gridInterval {
		return
	}
	w.asked = time.Now()
	ctx, cancel := context.WithTimeout(ctx, gridWithin)
	defer cancel()
	answer, err := w.API.AuthTestContext(ctx)
	if err != nil || answer.TeamID != w.Team || answer.EnterpriseID == w.Known {
		return
	}
	w.Known = answer.EnterpriseID
	w.Grid.Join(w.Known)
}
