package slackchat

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/policy"
)

// errOrgWide means that the bot token was made for a whole organisation.
var errOrgWide = errors.New("it was made for a whole organisation (Enterprise Grid), and the bot serves one workspace: every command would be refused")

const cureOrgWide = "Install the app in the one workspace, and put that installation's Bot User OAuth Token (xoxb-...) in SLACK_BOT_TOKEN."

// OrgWideError means that the bot token is not of one workspace: a person has to
// change it.
type OrgWideError struct{}

// Error names the cause and the cure.
func (*OrgWideError) Error() string {
	return "SLACK_BOT_TOKEN: " + errOrgWide.Error() + ". " + cureOrgWide
}

// orgWide reports whether a token stands for an organisation and for no one
// workspace of it.
func orgWide(a *slack.AuthTestResponse) bool {
	return a.TeamID != "" && (a.TeamID[0] == 'E' || a.TeamID == a.EnterpriseID)
}

const (
	// gridInterval is how long after one question for the organisation comes the next.
	gridInterval = time.Minute
	// gridWithin bounds it: a command waits for its ack.
	gridWithin = time.Second
)

// GridWatch asks Slack anew which organisation the workspace is part of when a
// payload names another one: a workspace may join a Grid while the bot runs.
type GridWatch struct {
	API   *slack.Client // required
	Team  string        // of the bot
	Known string        // the organisation at the start, "" for none
	Grid  *policy.Grid  // hears of the new one

	mu    sync.Mutex
	asked time.Time
}

// OnEnterprise is told which organisation a payload names.
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
