package slackchat

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slacktest"
)

// viewCheck is a check of views by a Slack of its own.
func viewCheck(t *testing.T) (*slacktest.Slack, ViewCheck) {
	t.Helper()
	fake := slacktest.New(slacktest.World{})
	srv := httptest.NewServer(fake)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() { fake.Close(); client.CloseIdleConnections(); srv.Close() })
	return fake, ViewCheck{BaseURL: srv.URL + "/api/", HTTP: client}
}

func TestEveryViewIsTakenBySlack(t *testing.T) {
	t.Parallel()
	fake, check := viewCheck(t)
	if found := check.Examine(t.Context()); len(found) != 1 || found[0].Grade != bot.Pass {
		t.Errorf("%+v", found)
	}
	for _, call := range fake.Calls("blocks.validate") {
		if call.Args["token"] != "" || len(call.Args) != 1 {
			t.Errorf("more was sent than a view: %v", call.Args)
		}
	}
}

// A workspace without the new blocks is warned of once: the classic forms are sent there.
// Where those are refused too, each is a failure.
func TestViewCheckWarnsOfNewBlocksAndFailsWithoutAClassicForm(t *testing.T) {
	t.Parallel()
	fake, check := viewCheck(t)
	for _, kinds := range [][]string{{"container"}, {"plan"}, {"task_card"}, slacktest.NewBlocks()} {
		fake.RefuseBlocks(kinds...)
		found := check.Examine(t.Context())
		if len(found) != 1 || found[0].Grade != bot.Warn || !strings.Contains(found[0].What, "the bot sends their classic form") {
			t.Errorf("without %s: %+v", kinds, found)
		}
	}
	fake.RefuseBlocks(append(slacktest.NewBlocks(), "actions")...)
	failed := map[string]bool{}
	for _, f := range check.Examine(t.Context()) {
		failed[f.Check] = f.Grade == bot.Fail
	}
	if !failed["slack view requested-classic"] || !failed["slack view running-classic"] || failed["slack views"] {
		t.Errorf("without actions: %v", failed)
	}
}

// What Slack answers is told as it is meant, and one who is asked too often is waited for.
func TestViewCheckTellsWhatSlackSays(t *testing.T) {
	t.Parallel()
	samples, err := blockkit.Samples()
	if err != nil {
		t.Fatal(err)
	}
	const bad = `{"ok":false,"error":"invalid_message","errors":[{"pointer":"/blocks/0/type","code":"failed_constraint","message":"unsupported type: x"},"plain",{"pointer":"/a","code":"c"},{},{}]}`
	for name, tc := range map[string]struct {
		status int
		header http.Header
		body   string
		grade  bot.Grade
		words  string
		n      int // findings
	}{
		"takes all":         {200, nil, `{"ok":true}`, bot.Pass, "Slack takes all", 1},
		"refuses":           {200, nil, bad, bot.Fail, "invalid_message: /blocks/0/type unsupported type: x; plain; /a c; and 2 more", len(samples)},
		"says no more":      {200, nil, `{"ok":false,"error":"invalid_blocks"}`, bot.Fail, "Slack refuses it: invalid_blocks", len(samples)},
		"knows no method":   {200, nil, `{"ok":false,"error":"unknown_method"}`, bot.Warn, `it answers "unknown_method"`, 1},
		"does not get it":   {200, nil, `{"ok":false,"error":"invalid_arguments"}`, bot.Warn, `it answers "invalid_arguments"`, 1},
		"is a proxy":        {200, nil, `<html>`, bot.Warn, "no answer of Slack's", 1},
		"is down":           {503, nil, `x`, bot.Warn, "HTTP status 503", 1},
		"is asked too much": {429, http.Header{"Retry-After": {"30"}}, ``, bot.Warn, "deadline exceeded", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			check := ViewCheck{BaseURL: "http://slack.test/api/", HTTP: webAPI(func(*http.Request) (int, http.Header, string) {
				return tc.status, tc.header, tc.body
			})}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			found := check.Examine(ctx)
			if len(found) != tc.n || found[0].Grade != tc.grade || !strings.Contains(found[0].What, tc.words) || (found[0].Fix == "") != (tc.grade == bot.Pass) {
				t.Errorf("%s: %d findings, the first %+v", name, len(found), found[0])
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		start, asked := time.Now(), 0
		check := ViewCheck{BaseURL: "http://slack.test/api/", HTTP: webAPI(func(*http.Request) (int, http.Header, string) {
			if asked++; asked == 1 {
				return 429, http.Header{"Retry-After": {"30"}}, ""
			}
			return 200, nil, `{"ok":true}`
		})}
		if found := check.Examine(t.Context()); found[0].Grade != bot.Pass || time.Since(start) != 30*time.Second || asked != len(samples)+1 {
			t.Errorf("%+v after %s and %d questions", found, time.Since(start), asked)
		}
	})
}
