package slackchat

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// told are the grade of findings, what they say, and what anybody may read of them.
type told struct {
	worst        bot.Grade
	what, public string
	needed       bool
}

func toldBy(found []bot.Finding) told {
	t := told{worst: bot.Worst(found)}
	for i, f := range found {
		sep := "; "
		if i == 0 {
			sep = ""
		}
		t.what, t.public, t.needed = t.what+sep+f.What, t.public+sep+f.Public.Detail, t.needed || f.Public.Needed
	}
	return t
}

// What Slack does not take is told whole to who asks the doctor, and without ids to who
// only reaches the port of /readyz.
func TestChatTellsWhatSlackDoesNotTake(t *testing.T) {
	t.Parallel()
	const since = " since 2000-01-01T00:00:00Z" // where the clock of a bubble begins
	refuses := func(code string) error { return slack.SlackErrorResponse{Err: code} }
	for name, c := range map[string]struct {
		fail func(c *Chat, call func(method, channel string, err error))
		want told
	}{
		"nothing": {
			func(*Chat, func(string, string, error)) {},
			told{bot.Pass, "are taken", "are taken", false},
		},
		"it limits": {
			func(_ *Chat, call func(string, string, error)) { call(methodPost, "C1", &slack.RateLimitedError{}) },
			told{bot.Warn, "Slack asks for fewer" + since, "Slack asks for fewer" + since, false},
		},
		"it is not reached": {
			func(_ *Chat, call func(string, string, error)) {
				call(methodPost, "C1", slack.StatusCodeError{Code: 404, Status: "secret.example.com"})
			},
			told{bot.Warn, "they do not reach Slack" + since, "they do not reach Slack" + since, false},
		},
		"it does not answer": {
			func(_ *Chat, call func(string, string, error)) { call(methodPost, "C1", refuses("internal_error")) },
			told{bot.Warn, "Slack does not answer them" + since, "Slack does not answer them" + since, false},
		},
		"a dead token": {
			func(c *Chat, call func(string, string, error)) {
				call(methodPost, "C1", refuses("token_revoked"))
				c.Faults = &Faults{} // its refusals are an hour old
			},
			told{bot.Fail, "Slack does not accept the bot" + since, "Slack does not accept the bot" + since, true},
		},
		"a dead token, met by a modal": {
			func(_ *Chat, call func(string, string, error)) {
				call(methodEphemeral, "C1", refuses("token_revoked"))
			},
			told{bot.Fail, "chat.postEphemeral is refused: token_revoked," + since, "chat.postEphemeral is refused: token_revoked," + since, true},
		},
		"modals": {
			func(_ *Chat, call func(string, string, error)) { call(methodOpen, "", refuses("a_code_of_tomorrow")) },
			told{bot.Fail, "views.open is refused: a_code_of_tomorrow," + since, "views.open is refused: a_code_of_tomorrow," + since, false},
		},
		"modals and cards": {
			func(_ *Chat, call func(string, string, error)) {
				call(methodOpen, "", refuses("a"))
				call(methodPost, "C1", refuses("b"))
			},
			told{
				bot.Fail, "chat.postMessage is refused: b," + since + "; views.open is refused: a," + since,
				"chat.postMessage is refused: b," + since + "; views.open is refused: a," + since, true,
			},
		},
		"channels and people": {
			func(_ *Chat, call func(string, string, error)) {
				call(methodPost, "C1", refuses("is_archived"))
				call(methodPost, "G1", refuses("not_in_channel"))
				call(methodPost, "U1", refuses("messages_tab_disabled"))
			},
			told{
				bot.Warn, "no message gets into C1, G1; no direct message gets to U1",
				"2 channels take no message: the bot was removed from there, or it is archived; 1 person takes no direct message of the bot", false,
			},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			chat := &Chat{}
			c.fail(chat, func(method, channel string, err error) { chat.judge(t.Context(), method, channel, err, time.Now()) })
			found := chat.Examine(t.Context())
			if got := toldBy(found); got != c.want {
				t.Errorf("%s: told\n%+v, want\n%+v", name, got, c.want)
			}
			for _, f := range found {
				if (f.Fix == "") != (f.Grade == bot.Pass) || f.Public.Name != "messages" || strings.Contains(f.Public.Detail, "secret") {
					t.Errorf("%s: %+v, %+v", name, f, f.Public)
				}
			}
		})
	}
}

func TestConnectionsAreJudgedByTheirSignsOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for want, s := range map[string]socketmode.State{
			"2 connections":     {Live: 2, LastFrame: time.Now()},
			"no connection yet": {},
			"no connection: Slack does not answer in time":                  {Fault: "timeout"},
			"no connection: Socket Mode is off for the app (link_disabled)": {Fault: "link_disabled"},
			"no connection: tomorrow":                                       {Fault: "tomorrow"},
			"Slack has been silent for 3m0s":                                {Live: 2, LastFrame: time.Now().Add(-3 * time.Minute)},
			"1 connection":                                                  {Live: 1, LastFrame: time.Now().Add(-time.Minute), Fault: "timeout"},
		} {
			f := judgeConnections(s)
			if f.What != want || (f.Grade == bot.Pass) != (want == "1 connection" || want == "2 connections") || (f.Fix == "") != (f.Grade == bot.Pass) {
				t.Errorf("%+v is told as %+v", s, f)
			}
		}
		found := (&Checkup{Sockets: &socketmode.Client{}}).Connections(t.Context())
		if len(found) != 1 || found[0].Grade != bot.Fail || *found[0].Public != (bot.Public{Name: "slack", Detail: "no connection yet", Needed: true}) {
			t.Errorf("before the first connection: %+v", found)
		}
	})
}
