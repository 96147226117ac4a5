package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// TestScript plays testdata/script: each file is one use of the command line,
// readable as its documentation. Each has a Slack and a portal of its own, whose
// addresses and credentials are $API_URL, $APP_TOKEN, $BOT_TOKEN, $PORTAL_URL
// and $PORTAL_KEY; slack and portal break them.
func TestScript(t *testing.T) {
	t.Parallel()
	all := atOnce{t: t}
	defer all.Wait()
	testscript.RunT(script{t, &all}, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: setWorld,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"settings": setSettings, "slack": breakSlack, "portal": breakPortal, "mode": checkMode, "drill": playDrill, "answers": writeAnswers,
		},
	})
}

// script is the test of one script. The scripts are played at once.
type script struct {
	*testing.T

	all *atOnce
}

// Run implements [testscript.T].
func (s script) Run(name string, play func(testscript.T)) {
	s.all.Run(name, func(t *testing.T) { play(script{t, s.all}) }) //nolint:thelper // a subtest
}

// Parallel implements [testscript.T].
func (script) Parallel() {}

// Verbose implements [testscript.T].
func (script) Verbose() bool { return testing.Verbose() }

func setWorld(env *testscript.Env) error {
	slack := slacktest.New(slacktest.World{
		People: []slacktest.Person{
			{ID: "UALICE", Name: "alice"},
			{ID: "UBOB", Name: "bob"},
			{ID: "UGONE", Name: "gone", Deleted: true},
			{ID: "UGUEST", Name: "guest", IsRestricted: true},
		},
		Groups:   []slacktest.Group{{ID: "SONCALL", Members: []string{"UALICE", "UBOB"}}, {ID: "SEMPTY"}},
		Channels: []slacktest.Channel{{ID: "COPS", Name: "incidents"}, {ID: "CSHARED", Name: "shared", ExtShared: true}, {ID: "CAWAY", Name: "away", NoBot: true}},
	})
	portal := docspacetest.New(docspacetest.Config{Script: docspacetest.Total(2 * time.Second)})
	web, docs := httptest.NewServer(slack), httptest.NewServer(portal)
	env.Defer(func() {
		slack.Close()
		web.Close()
		docs.Close()
	})
	env.Values["slack"], env.Values["portal"] = slack, portal
	for name, value := range map[string]string{
		"API_URL": web.URL + "/api/", "APP_TOKEN": slacktest.DefaultAppToken, "BOT_TOKEN": slacktest.DefaultBotToken,
		"PORTAL_URL": docs.URL, "PORTAL_KEY": portal.Key(),
	} {
		env.Setenv(name, value)
	}
	return nil
}

// setSettings is "settings", which puts good ones into the environment, or
// "settings off", which takes them away.
func setSettings(ts *testscript.TestScript, _ bool, args []string) {
	for name, value := range map[string]string{
		"SLACK_APP_TOKEN": ts.Getenv("APP_TOKEN"), "SLACK_BOT_TOKEN": ts.Getenv("BOT_TOKEN"), "SLACK_API_URL": ts.Getenv("API_URL"),
		"DOCSPACE_URL": ts.Getenv("PORTAL_URL"), "DOCSPACE_API_KEY": ts.Getenv("PORTAL_KEY"),
		"RESTORE_USERS": "UALICE,SONCALL", "RESTORE_CHANNELS": "COPS", "DATABASE_URL": "sqlite:bot.db",
	} {
		if slices.Equal(args, []string{"off"}) {
			value = ""
		}
		ts.Setenv(name, value)
	}
}

// breakSlack is "slack scopes a,b", "slack revoke app|bot CODE", "slack fail
// METHOD CODE", "slack blocks TYPE..." (those that it refuses) or "slack down".
func breakSlack(ts *testscript.TestScript, _ bool, args []string) {
	slack := ts.Value("slack").(*slacktest.Slack) // set above
	switch {
	case len(args) == 2 && args[0] == "scopes":
		slack.SetScopes(strings.Split(args[1], ",")...)
	case len(args) == 3 && args[0] == "revoke":
		token := map[string]string{"app": slacktest.DefaultAppToken, "bot": slacktest.DefaultBotToken}[args[1]]
		slack.Revoke(token, args[2])
	case len(args) == 3 && args[0] == "fail":
		slack.Fail(args[1], slacktest.Failure{Error: args[2]})
	case args[0] == "blocks":
		slack.RefuseBlocks(args[1:]...)
	case slices.Equal(args, []string{"down"}):
		slack.Fail("*", slacktest.Failure{Status: http.StatusServiceUnavailable})
	default:
		ts.Fatalf("slack does not know %q", args)
	}
}

// breakPortal is "portal down", "portal locked", "portal nokeys", "portal
// notadmin", "portal unpaid", "portal addressrefused", "portal nostatus", "portal
// heal", "portal key days=3", "portal key scope=*:read" or "portal state 6".
func breakPortal(ts *testscript.TestScript, _ bool, args []string) {
	portal := ts.Value("portal").(*docspacetest.Portal) // set above
	switch strings.Join(args[:1], "") {
	case "down":
		portal.Break(func(f *docspacetest.Faults) { f.Down = true })
	case "locked":
		portal.SetTenantStatus(4)
	case "transferring":
		portal.SetTenantStatus(3)
	case "unpaid":
		portal.Break(func(f *docspacetest.Faults) { f.Unpaid = true })
	case "addressrefused":
		portal.Break(func(f *docspacetest.Faults) { f.AddressRefused, f.AddressWrapped = true, true })
	case "nostatus":
		portal.Break(func(f *docspacetest.Faults) { f.NoTenantStatus = true })
	case "heal":
		portal.Heal()
	case "state":
		state, err := strconv.Atoi(strings.Join(args[1:], ""))
		ts.Check(err)
		portal.SetTenantStatus(state)
	case "nokeys":
		portal.RevokeKeys()
	case "notadmin":
		portal.Break(func(f *docspacetest.Faults) { f.NotAdmin = true })
	case "key":
		key := docspacetest.Key{Permissions: []string{"*"}}
		for _, arg := range args[1:] {
			name, value, _ := strings.Cut(arg, "=")
			switch name {
			case "scope":
				key.Permissions = []string{value}
			case "days":
				days, err := strconv.Atoi(value)
				ts.Check(err)
				key.ExpiresOn = time.Now().Add(time.Duration(days) * 24 * time.Hour)
			}
		}
		ts.Setenv("DOCSPACE_API_KEY", portal.IssueKey(key))
	default:
		ts.Fatalf("portal does not know %q", args)
	}
}

// checkMode is "mode 600 FILE": the permissions of a file, where there are any.
func checkMode(ts *testscript.TestScript, _ bool, args []string) {
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// playDrill is what a person does in a drill: they see the backups, ask for the
// newest, press the button and watch until the card tells the end.
func playDrill(ts *testscript.TestScript, _ bool, _ []string) {
	slack := ts.Value("slack").(*slacktest.Slack) // set above
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var id string
	guid := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	ts.Check(slack.WaitFor(ctx, func(w *slacktest.Slack) bool { return len(w.Connections()) > 0 && w.Stats().Calls["auth.test"] > 0 }))
	_, err := slack.Command("UALICE", "COPS", "/restore list").Wait(ctx)
	ts.Check(err)
	_, err = slack.WaitEphemeral(ctx, "UALICE", func(m slacktest.Message) bool {
		id = guid.FindString(slack.RenderUnfolded(m, time.UTC))
		return id != ""
	})
	ts.Check(err)
	_, err = slack.Command("UALICE", "COPS", "/restore "+id+" --reason drill").Wait(ctx)
	ts.Check(err)
	card, err := slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	ts.Check(err)
	press, err := slack.Press("UALICE", card, "restore_confirm")
	ts.Check(err)
	_, err = press.Wait(ctx)
	ts.Check(err)
	_, err = slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast })
	if err != nil {
		for _, m := range slack.Channel("COPS").Messages() {
			ts.Logf("%s", slack.RenderUnfolded(m, time.UTC))
		}
		for _, m := range slack.Ephemerals("UALICE") {
			ts.Logf("%s", slack.RenderUnfolded(m, time.UTC))
		}
		ts.Fatalf("the drill did not come to its end: %v", err)
	}
}

// writeAnswers is "answers FILE LINE...": what a person types, a line each.
func writeAnswers(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\n")+"\n"), 0o600))
}
