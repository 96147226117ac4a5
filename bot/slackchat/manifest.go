package slackchat

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// Features are what the settings switch on, as far as Slack's scopes go.
type Features struct {
	Groups bool // a list names a user group
	// Search lets the bot look for a message whose answer was lost, instead of
	// posting it again.
	Search bool
}

// Scope is one permission of the app, and what for.
type Scope struct {
	Name string `json:"scope"`
	Why  string `json:"why"`
	// Optional: the bot works without.
	Optional bool `json:"optional"`
}

// Scopes lists the least that the bot token needs. Modals need none.
func Scopes(f Features) []Scope {
	scopes := []Scope{
		{Name: "commands", Why: "the slash command /restore"},
		{Name: "chat:write", Why: "the card, its thread, and answers that one person sees"},
		{Name: "users:read", Why: "to refuse guests, bots and people of other organisations, and to tell times in the zone of whoever reads"},
		{Name: "channels:read", Why: "to refuse public channels that are shared with another organisation"},
		{Name: "groups:read", Why: "the same for private channels; only those that the bot is in"},
	}
	if f.Groups {
		scopes = append(scopes, Scope{Name: "usergroups:read", Why: "the members of the user groups that the settings name"})
	}
	if f.Search {
		scopes = append(scopes,
			Scope{Name: "channels:history", Why: "to find a message whose answer was lost, in public channels the bot is in", Optional: true},
			Scope{Name: "groups:history", Why: "the same in private channels", Optional: true})
	}
	return scopes
}

// Manifest is an app manifest for api.slack.com/apps, the least that works.
// https://docs.slack.dev/reference/app-manifest
func Manifest(f Features) []byte {
	type object = map[string]any
	bot := []string{}
	for _, s := range Scopes(f) {
		bot = append(bot, s.Name)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(object{ // cannot fail: strings and booleans
		"_metadata":           object{"major_version": 2, "minor_version": 1},
		"display_information": object{"name": "Restore Bot", "description": "Restores DocSpace from a backup, in front of the team"},
		"features": object{
			// Direct messages are the last way to somebody whose channel is closed.
			"app_home": object{"home_tab_enabled": false, "messages_tab_enabled": true, "messages_tab_read_only_enabled": true},
			"bot_user": object{"display_name": "restore-bot", "always_online": false},
			"slash_commands": []object{{
				"command": "/restore", "description": "Restore a backup (asks for confirmation)",
				"usage_hint": "<backup-id> | list | status | help", "should_escape": false,
			}},
		},
		"oauth_config": object{"scopes": object{"bot": bot}},
		"settings": object{
			"interactivity": object{"is_enabled": true}, "socket_mode_enabled": true,
			"org_deploy_enabled": false, "token_rotation_enabled": false,
		},
	})
	return bytes.TrimSpace(text.Bytes())
}

// CreateLink is the page on which Slack makes an app from a manifest.
func CreateLink(manifest []byte) string {
	var short bytes.Buffer
	if json.Compact(&short, manifest) != nil {
		return "https://api.slack.com/apps?new_app=1" // not reached by what Manifest makes
	}
	return "https://api.slack.com/apps?new_app=1&manifest_json=" + strings.ReplaceAll(url.QueryEscape(short.String()), "+", "%20")
}
