package slacktest

import (
	"strings"
)

// checkToken returns the error code of a token, empty if it is good. The caller holds mu.
func (s *Slack) checkToken(token string, wantApp bool) string {
	want, other := DefaultBotToken, DefaultAppToken
	if wantApp {
		want, other = other, want
	}
	switch code := s.revoked[token]; {
	case token == "":
		return "not_authed"
	case code != "":
		return code
	case token == want:
		return ""
	case token == other:
		return "not_allowed_token_type"
	default:
		return "invalid_auth"
	}
}

func (s *Slack) hasAny(scopes []string) bool {
	for _, scope := range scopes {
		if s.scopes[scope] {
			return true
		}
	}
	return false
}

func (s *Slack) missingScope(needed string) reply {
	return fail("missing_scope", Object{"needed": needed, "provided": strings.Join(s.world.Scopes, ",")})
}

func (s *Slack) authTest(*request) reply {
	body := Object{
		"url":                   "https://" + s.world.TeamDomain + ".slack.com/",
		"team":                  s.world.TeamName,
		"user":                  botName,
		"team_id":               s.world.TeamID,
		"user_id":               s.botUser,
		"bot_id":                s.botID,
		"is_enterprise_install": false,
	}
	if s.world.EnterpriseID != "" {
		body["enterprise_id"] = s.world.EnterpriseID
	}
	return done(body)
}
