package slacktest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

// call makes a Web API call without an SDK and returns the answer.
func (b bundle) call(t *testing.T, token, method string, args map[string]string) map[string]any {
	t.Helper()
	form := url.Values{}
	for k, v := range args {
		form.Set(k, v)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return answer(t, req)
}

func answer(t *testing.T, req *http.Request) map[string]any {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	said := must[slacktest.Message](t)(b.Say("U1", "C1", "hello"))
	text := func(channel string, more ...string) map[string]string {
		args := map[string]string{"channel": channel, "text": "x"}
		for i := 0; i < len(more); i += 2 {
			args[more[i]] = more[i+1]
		}
		return args
	}
	const good = slacktest.DefaultBotToken
	for name, tc := range map[string]struct {
		token, method string
		args          map[string]string
		want          string
	}{
		"no token":                 {"", "auth.test", nil, "not_authed"},
		"wrong token":              {"xoxb-bad", "auth.test", nil, "invalid_auth"},
		"app token for a bot":      {slacktest.DefaultAppToken, "auth.test", nil, "not_allowed_token_type"},
		"bot token for a socket":   {good, "apps.connections.open", nil, "not_allowed_token_type"},
		"wrong app token":          {"xapp-1-bad", "apps.connections.open", nil, "invalid_auth"},
		"unknown method":           {good, "chat.nothing", nil, "unknown_method"},
		"public, not a member":     {good, "chat.postMessage", text("C2"), "not_in_channel"},
		"private, not a member":    {good, "chat.postMessage", text("C3"), "channel_not_found"},
		"direct between people":    {good, "chat.postMessage", text("D1"), "channel_not_found"},
		"no channel":               {good, "chat.postMessage", text("C99"), "channel_not_found"},
		"archived":                 {good, "chat.postMessage", text("C4"), "is_archived"},
		"nothing to say":           {good, "chat.postMessage", text("C1", "text", ""), "no_text"},
		"no such thread":           {good, "chat.postMessage", text("C1", "thread_ts", "1.2"), "thread_not_found"},
		"blocks are no list":       {good, "chat.postMessage", text("C1", "blocks", `{}`), "invalid_blocks_format"},
		"blocks are no objects":    {good, "chat.postMessage", text("C1", "blocks", `[1]`), "invalid_blocks_format"},
		"edit nothing":             {good, "chat.update", text("C1", "ts", "1.2"), "message_not_found"},
		"edit a person's message":  {good, "chat.update", text("C1", "ts", said.TS), "cant_update_message"},
		"edit with a long text":    {good, "chat.update", text("C1", "ts", said.TS), "cant_update_message"},
		"ephemeral to nobody":      {good, "chat.postEphemeral", text("C1", "user", "U99"), "user_not_in_channel"},
		"ephemeral to an outsider": {good, "chat.postEphemeral", text("C5", "user", "U2"), "user_not_in_channel"},
		"unknown person":           {good, "users.info", map[string]string{"user": "U99"}, "user_not_found"},
		"unknown group":            {good, "usergroups.users.list", map[string]string{"usergroup": "S9"}, "no_such_subteam"},
		"unseen channel":           {good, "conversations.info", text("C3"), "channel_not_found"},
		"link to nothing":          {good, "chat.getPermalink", map[string]string{"channel": "C1", "message_ts": "1.2"}, "message_not_found"},
		"history without scope":    {good, "conversations.history", text("C1"), "missing_scope"},
		"open without a trigger":   {good, "views.open", map[string]string{"view": `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`}, "invalid_arguments"},
		"open with a false one":    {good, "views.open", map[string]string{"trigger_id": "1.2.3", "view": `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`}, "invalid_trigger_id"},
		"update of no view":        {good, "views.update", map[string]string{"view_id": "V9", "view": `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`}, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := b.call(t, tc.token, tc.method, tc.args); got["ok"] != false || got["error"] != tc.want {
				t.Errorf("%s = %v, want %s", tc.method, got, tc.want)
			}
		})
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	posted := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": strings.Repeat("ä", 40_001)})
	ts, _ := posted["ts"].(string)
	if m, _ := b.Message("C1", ts); len([]rune(m.Text)) != 40_000 {
		t.Errorf("%d characters were kept", len([]rune(m.Text)))
	}
}

func TestTokensCanBeRevoked(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"token_revoked", "account_inactive", "token_expired"} {
		b := setup(t)
		b.Revoke(slacktest.DefaultBotToken, code)
		if _, err := b.api.AuthTestContext(t.Context()); err == nil || err.Error() != code {
			t.Errorf("%v, want %s", err, code)
		}
		b.Revoke(slacktest.DefaultBotToken, "")
		if _, err := b.api.AuthTestContext(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestMissingScopeNamesTheScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.SetScopes("commands", "chat:write")
	got := b.call(t, slacktest.DefaultBotToken, "users.info", map[string]string{"user": "U1"})
	if got["error"] != "missing_scope" || got["needed"] != "users:read" || got["provided"] != "commands,chat:write" {
		t.Errorf("%v", got)
	}
	b.SetScopes("im:read")
	got = b.call(t, slacktest.DefaultBotToken, "conversations.info", map[string]string{"channel": "C5"})
	if got["error"] != "missing_scope" || got["needed"] != "groups:read" {
		t.Errorf("a private channel: %v", got)
	}
}

func TestPublicScopeLetsAnUninvitedBotPost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.SetScopes("chat:write", "chat:write.public")
	if got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C2", "text": "x"}); got["ok"] != true {
		t.Errorf("%v", got)
	}
}

// The same call as a form, as JSON, and with the token in three places.
func TestBodiesAndTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, tc := range map[string]struct {
		media, token, body string
		want               any
	}{
		"form":                {"application/x-www-form-urlencoded", slacktest.DefaultBotToken, "channel=C1&text=x", nil},
		"form with a token":   {"application/x-www-form-urlencoded", "", "channel=C1&text=x&token=" + slacktest.DefaultBotToken, nil},
		"json":                {"application/json; charset=utf-8", slacktest.DefaultBotToken, `{"channel":"C1","text":"x","blocks":[{"type":"divider"}],"thread_ts":null}`, nil},
		"json, blocks a text": {"application/json", slacktest.DefaultBotToken, `{"channel":"C1","text":"x","blocks":"[{\"type\":\"divider\"}]"}`, nil},
		"json with a token":   {"application/json", "", `{"channel":"C1","text":"x","token":"` + slacktest.DefaultBotToken + `"}`, "not_authed"},
		"broken json":         {"application/json", slacktest.DefaultBotToken, `{"channel":`, "invalid_json"},
		"json, but a list":    {"application/json", slacktest.DefaultBotToken, `[]`, "json_not_object"},
		"broken form":         {"application/x-www-form-urlencoded", slacktest.DefaultBotToken, "%zz", "invalid_form_data"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"chat.postMessage", strings.NewReader(tc.body))
			req.Header.Set("Content-Type", tc.media)
			if tc.token != "" {
				req.Header.Set("Authorization", "Bearer "+tc.token)
			}
			if got := answer(t, req); got["error"] != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
	if calls := b.Calls(""); len(calls) != 0 {
		t.Errorf("calls of another workspace: %v", calls)
	}
}

func TestCallsAreRecordedWithoutTheirToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.call(t, "", "chat.postMessage", map[string]string{"channel": "C2", "text": "x", "token": slacktest.DefaultBotToken})
	calls := b.Calls("chat.postMessage")
	if len(calls) != 1 || calls[0].Error != "not_in_channel" || calls[0].Status != 200 || calls[0].Args["text"] != "x" {
		t.Fatalf("%+v", calls)
	}
	if _, kept := calls[0].Args["token"]; kept {
		t.Error("the token was kept")
	}
}
