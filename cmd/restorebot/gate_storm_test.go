package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// inBubble runs the bot on its real sockets, its real listener and a real
// SQLite file, in fake time: no machine is too slow for Slack's three seconds.
func inBubble(t *testing.T, rules policy.Policy, act func(t *testing.T, fake *slacktest.Slack, portal *docspacetest.Portal, store *durable.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := slacktest.New(slacktest.World{
			Limits: slacktest.Unlimited(), Channels: []slacktest.Channel{{ID: "COPS", Name: "incidents"}},
			People: []slacktest.Person{{ID: "UALICE", Name: "alice"}, {ID: "UBOB", Name: "bob"}},
		})
		pipe := fake.Pipe()
		web := pipe.Client()
		portal := docspacetest.New(docspacetest.Config{Script: docspacetest.Total(10 * time.Second)})
		store, err := durable.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"))
		if err != nil {
			t.Fatal(err)
		}
		api := slack.New(slacktest.DefaultBotToken, slack.OptionAppLevelToken(slacktest.DefaultAppToken),
			slack.OptionAPIURL("http://slack.test/api/"), slack.OptionHTTPClient(web))
		chat := &slackchat.Chat{API: api, HTTP: web}
		rules.Team, rules.Channels, rules.TTL = "T0RESTORE", policy.AllowList{IDs: []string{"COPS"}}, 15*time.Minute
		b := &bot.Bot{
			Store: store, Chat: chat, Directory: &slackchat.Directory{API: api}, Policy: rules, Poll: 3 * time.Second, Log: slog.New(slog.DiscardHandler),
			Portals: bot.Portals{{PortalName: bot.PortalName{Name: "docs"}, API: &docspace.Client{
				BaseURL: "https://docs.example.com", Key: docspace.NewSecret(portal.Key()), HTTP: docspacetest.Via(portal),
			}}},
		}
		ctx, stop := context.WithCancel(t.Context())
		g, ctx := errgroup.WithContext(ctx)
		sockets := &socketmode.Sockets{API: api, Dialer: &websocket.Dialer{NetDialContext: pipe.DialContext}}
		listener := slackchat.NewListener(ctx, b, chat, nil)
		listener.App = func() string { return sockets.State().AppID }
		sockets.Handle, sockets.Tell = listener.Handle, listener.Tell
		g.Go(func() error { return sockets.Run(ctx) })
		g.Go(func() error {
			return store.Run(ctx, func(ctx context.Context, id string, generation int64) (time.Duration, bool, error) {
				next, err := b.Step(ctx, id, generation)
				return next.After, next.Done, err
			})
		})
		time.Sleep(time.Minute)
		act(t, fake, portal, store)
		stop()
		_ = g.Wait()
		listener.Wait()
		_ = store.Close()
		fake.Close()
		web.CloseIdleConnections()
	})
}

// A hundred presses by ten people at once: three count, one start comes of
// them, and the other ninety-seven are each told what became of it.
func TestEveryPressOfAHundredIsCountedOrAnswered(t *testing.T) {
	t.Parallel()
	anybody := policy.AllowList{Any: true}
	inBubble(t, policy.Policy{Users: anybody, Approvers: anybody, Approvals: 3, SelfApproval: true},
		func(t *testing.T, fake *slacktest.Slack, portal *docspacetest.Portal, store *durable.Store) {
			t.Helper()
			if _, err := fake.Command("UALICE", "COPS", "/restore "+portal.Backups()[0].ID).Wait(t.Context()); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Minute)
			card, ok := fake.Channel("COPS").Last()
			if _, pressable := card.Button("restore_confirm"); !ok || !pressable {
				t.Errorf("no card: %s", fake.Render(card, time.UTC))
				return
			}
			var sent []*slacktest.Delivery
			for n := range 100 {
				user := fmt.Sprintf("UTEN%d", n%10)
				if n < 10 {
					fake.PutPerson(slacktest.Person{ID: user, Name: strings.ToLower(user)})
				}
				d, err := fake.PressStale(user, card, "restore_confirm")
				if err != nil {
					t.Error(err)
					return
				}
				sent = append(sent, d)
			}
			for _, d := range sent {
				if _, err := d.Wait(t.Context()); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(10 * time.Minute)
			told := 0
			for n := range 10 {
				for _, m := range fake.Ephemerals(fmt.Sprintf("UTEN%d", n)) {
					told++
					if !strings.Contains(m.Text, "changed nothing") {
						t.Errorf("told: %s", m.Text)
					}
				}
			}
			now, _ := fake.Message("COPS", card.TS)
			if told != 97 || portal.Starts() != 1 || !strings.Contains(fake.Render(now, time.UTC), "was restored") {
				t.Errorf("%d told, %d starts, and the card says\n%s", told, portal.Starts(), fake.Render(now, time.UTC))
			}
			if head, err := store.CheckAudit(t.Context(), durable.AuditHead{}); err != nil || head.Lines < 100 {
				t.Errorf("the trail: %v, %v", head, err)
			}
		})
}
