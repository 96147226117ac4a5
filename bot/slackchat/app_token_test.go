package slackchat

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/slackchat/socketmode"
)

func TestAppTokenCureNamesWhatToChange(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"invalid_auth": "SLACK_APP_TOKEN", "token_revoked": "SLACK_APP_TOKEN", "a_code_of_tomorrow": "SLACK_APP_TOKEN",
		"not_allowed_token_type": "xapp-", "missing_scope": "connections:write", "forbidden_team": "Slack admin",
		socketmode.CodeNotFound: "SLACK_API_URL",
	} {
		if cure := AppTokenCure(code); !strings.Contains(cure, want) {
			t.Errorf("%s: %s", code, cure)
		}
	}
}
