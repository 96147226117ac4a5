package slackchat

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// manifest is what Slack's schema knows of the parts that are used.
type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Tab      bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		BotUser struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Commands []struct {
			Command     string `json:"command"`
			Description string `json:"description"`
			Hint        string `json:"usage_hint"`
			Escape      bool   `json:"should_escape"`
		} `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Interactivity struct {
			On bool `json:"is_enabled"`
		} `json:"interactivity"`
		SocketMode bool `json:"socket_mode_enabled"`
		OrgDeploy  bool `json:"org_deploy_enabled"`
		Rotation   bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

// The rules are those of Slack's manifest reference.
func TestManifestKeepsToSlacksRules(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Features{"least": {}, "groups": {Groups: true}, "all": {Groups: true, Search: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := json.NewDecoder(strings.NewReader(string(Manifest(f))))
			d.DisallowUnknownFields()
			var m manifest
			if err := d.Decode(&m); err != nil {
				t.Fatal(err)
			}
			hold := func(ok bool, rule string) {
				t.Helper()
				if !ok {
					t.Error(rule)
				}
			}
			hold(m.Metadata.Major == 2, "the schema is version 2")
			hold(filled(m.Display.Name, 35), "an app's name has 1 to 35 characters")
			hold(filled(m.Display.Description, 140), "a description has 1 to 140 characters")
			hold(regexp.MustCompile(`^[a-z0-9._-]{1,80}$`).MatchString(m.Features.BotUser.Name), "a bot's name is of a-z 0-9 - _ .")
			hold(len(m.Features.Commands) == 1, "one command")
			c := m.Features.Commands[0]
			hold(regexp.MustCompile(`^/[a-z0-9-]{1,31}$`).MatchString(c.Command), "a command is a slash and at most 31 characters")
			hold(filled(c.Description, 2000) && filled(c.Hint, 1000), "a command has a description and a hint")
			hold(!c.Escape, "the parser reads names as they are typed")
			hold(m.Settings.Interactivity.On, "buttons need interactivity")
			hold(m.Features.Home.Messages && m.Features.Home.ReadOnly && !m.Features.Home.Tab, "direct messages are taken, and nobody writes into the void")
			hold(m.Settings.SocketMode, "without Socket Mode an address would be needed")
			hold(!m.Settings.Rotation, "a rotating token would die after 12 hours")
			hold(len(m.OAuth.Scopes.Bot) <= 255, "at most 255 scopes")
			for _, scope := range m.OAuth.Scopes.Bot {
				hold(regexp.MustCompile(`^[a-z]+(:[a-z.]+)?$`).MatchString(scope), "a scope is spelled right: "+scope)
			}
			hold(slices.Contains(m.OAuth.Scopes.Bot, "usergroups:read") == f.Groups, "user groups are read only where a list names one")
			hold(slices.Contains(m.OAuth.Scopes.Bot, "channels:history") == f.Search, "history is read only where that is asked for")
		})
	}
}

func TestEveryScopeSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Scopes(Features{Groups: true, Search: true}) {
		if s.Why == "" || strings.Contains(s.Why, "\n") || seen[s.Name] {
			t.Errorf("%s is there twice, or does not say in one line what it is for: %q", s.Name, s.Why)
		}
		seen[s.Name] = true
	}
}

func TestCreateLinkCarriesTheManifest(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(CreateLink(Manifest(Features{})))
	if err != nil {
		t.Fatal(err)
	}
	var sent, want any
	if err := json.Unmarshal([]byte(u.Query().Get("manifest_json")), &sent); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(Manifest(Features{}), &want); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(sent)
	b, _ := json.Marshal(want)
	if u.Host != "api.slack.com" || u.Path != "/apps" || u.Query().Get("new_app") != "1" || string(a) != string(b) || strings.Contains(u.RawQuery, "+") {
		t.Errorf("got %s", u)
	}
}

func filled(s string, most int) bool { return s != "" && len([]rune(s)) <= most }
