package slackchat

import (
	"context"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// webTimeout bounds one call of the Web API; slack-go's own client has none.
const webTimeout = 10 * time.Second

// Web makes a client of Slack's Web API at base, which ends in "/". Its calls go
// over the transport given, nil for the default.
func Web(base string, appToken, botToken docspace.Secret, over http.RoundTripper) *slack.Client {
	return slack.New(botToken.Reveal(), slack.OptionAppLevelToken(appToken.Reveal()),
		slack.OptionAPIURL(base), slack.OptionHTTPClient(&http.Client{Timeout: webTimeout, Transport: over}))
}

// TokenError means that Slack refuses auth.test. A person has to change the token or its
// rights.
type TokenError struct {
	Code string // Slack's error code
}

// Error names the code and the cure.
func (e *TokenError) Error() string {
	what := policy.RefusedCall(methodAuth, e.Code, "")
	if wrongToken(e.Code) {
		what = "slack refuses the bot token: " + e.Code
	}
	return what + ": " + cure(e.Code, methodAuth, "")
}

// Workspace asks Slack which workspace the bot token belongs to, and which
// Enterprise Grid that is part of ("" for none). It asks again for as long as
// Slack cannot be reached. It returns a [*TokenError] when Slack refuses the
// token, an [*OrgWideError] when it is of no one workspace, and the cause when ctx ends.
func Workspace(ctx context.Context, api *slack.Client) (team, enterprise string, err error) {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		answer, err := api.AuthTestContext(ctx)
		if err == nil && orgWide(answer) {
			return "", "", &OrgWideError{}
		}
		if err == nil {
			return answer.TeamID, answer.EnterpriseID, nil
		}
		if code, _, refused := refusalOf(err); refused && !passing(code) {
			return "", "", &TokenError{Code: code}
		}
		select {
		case <-ctx.Done():
			return "", "", context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}
