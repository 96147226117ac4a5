package slackchat

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace"
)

// chatWorld is a Slack on a real port, and a client of it.
func chatWorld(t *testing.T) (*slacktest.Slack, *slack.Client) {
	t.Helper()
	fake := slacktest.New(slacktest.World{
		People: []slacktest.Person{{ID: "U1", Name: "ann"}, {ID: "U2", Name: "bob"}, {ID: "U3", Name: "guest", IsRestricted: true}},
		Groups: []slacktest.Group{{ID: "S1", Handle: "oncall", Members: []string{"U1", "U2"}}},
		Channels: []slacktest.Channel{
			{ID: "C1", Name: "incidents", Members: []string{"U1", "U2"}},
			{ID: "C2", Name: "elsewhere", NoBot: true},
			{ID: "C6", Name: "shared", ExtShared: true},
		},
	})
	srv := httptest.NewServer(fake)
	web := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		fake.Close()
		web.CloseIdleConnections()
		srv.Close()
	})
	return fake, slack.New(slacktest.DefaultBotToken, slack.OptionAPIURL(srv.URL+"/api/"), slack.OptionHTTPClient(web))
}

func TestChatPostsACardWholeAndRetiresAnOrphan(t *testing.T) {
	t.Parallel()
	fake, api := chatWorld(t)
	chat := &Chat{API: api}
	card := viewCard(bot.Requested)
	ts, err := chat.PostCard(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	posted, _ := fake.Message("C1", ts)
	b, ok := posted.Button("restore_confirm")
	if !ok || b.Value != card.Restore.ID || b.Style != "danger" || b.Confirm == "" || len(posted.Buttons()) != 2 {
		t.Errorf("posted card: %+v", posted.Buttons())
	}
	if n := len(fake.Calls("chat.update")); n != 0 {
		t.Errorf("it took %d edits", n)
	}
	if err := chat.Retire(t.Context(), card.Restore, ts); err != nil {
		t.Fatal(err)
	}
	if edited, _ := fake.Message("C1", ts); len(edited.Buttons()) != 0 || !strings.Contains(edited.Text, "not the card") {
		t.Errorf("retired card: %s", edited.Text)
	}
	for _, call := range fake.Calls("chat.postMessage") {
		if call.Args["unfurl_links"] != "false" || call.Args["unfurl_media"] != "false" {
			t.Errorf("unfurls are on: %v", call.Args)
		}
	}
}

func TestChatRepliesInTheThreadAndMentionsPeopleAtTheEnd(t *testing.T) {
	t.Parallel()
	fake, api := chatWorld(t)
	chat := &Chat{API: api}
	card := viewCard(bot.Succeeded)
	ts, err := chat.PostCard(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	card.Restore.CardTS = ts
	chat = &Chat{API: api} // with a budget of its own: the channel's second is not over
	end, err := chat.Reply(t.Context(), card, bot.Note{Kind: bot.NoteEnd, Broadcast: true})
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := fake.Message("C1", end)
	if reply.ThreadTS != ts || !reply.ReplyBroadcast || !strings.Contains(reply.Text, "<@U1>, <@U2>") {
		t.Errorf("reply: %+v", reply)
	}
}

func TestChatNamesWhatSlackRefuses(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"not_in_channel": policy.ErrNotInChannel, "channel_not_found": policy.ErrNotInChannel,
		"message_not_found": bot.ErrCardGone, "cant_update_message": bot.ErrCardGone, "edit_window_closed": bot.ErrCardGone,
	} {
		if err := chatError("x", methodPost, slack.SlackErrorResponse{Err: code}); !errors.Is(err, want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	fake, api := chatWorld(t)
	chat := &Chat{API: api}
	card := viewCard(bot.Running)
	card.Restore.CardTS = "1.000001"
	if err := chat.EditCard(t.Context(), card); !errors.Is(err, bot.ErrCardGone) {
		t.Errorf("edit of nothing: %v", err)
	}
	fake.Fail("chat.postMessage", slacktest.Failure{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	_, err := chat.PostCard(t.Context(), card)
	if !errors.Is(err, policy.ErrChatBusy) || bot.RetryAfter(err) != 7*time.Second {
		t.Errorf("rate limit: %v, %v", err, bot.RetryAfter(err))
	}
	card.Restore.Channel = "C2"
	if _, err := chat.PostCard(t.Context(), card); !errors.Is(err, policy.ErrNotInChannel) {
		t.Errorf("a channel without the bot: %v", err)
	}
}

func TestChatAnswersOnePersonAndKeepsTheURLSecret(t *testing.T) {
	t.Parallel()
	fake, api := chatWorld(t)
	chat := &Chat{API: api}
	if err := chat.Answer(t.Context(), bot.Recipient{Channel: "C1", User: "U1"}, bot.TextAnswer{Text: "no <b>"}); err != nil {
		t.Fatal(err)
	}
	if got := fake.Ephemerals("U1"); len(got) != 1 || got[0].Text != "no &lt;b&gt;" {
		t.Errorf("ephemerals: %+v", got)
	}
	url := "http://127.0.0.1:1/commands/hidden"
	fake.Fail("*", slacktest.Failure{Error: "is_archived"}) // no other way is left
	err := chat.Answer(t.Context(), bot.Recipient{Channel: "C1", User: "U1", URL: docspace.NewSecret(url)}, bot.TextAnswer{Text: "x"})
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("error: %v", err)
	}
}

func TestDirectoryRemembersAnswersAndNeverFaults(t *testing.T) {
	t.Parallel()
	fake, api := chatWorld(t)
	d := &Directory{API: api}
	heal := fake.Fail("users.info", slacktest.Failure{Error: "internal_error"})
	if _, err := d.Person(t.Context(), "U3"); err == nil {
		t.Error("a fault was taken for an answer")
	}
	heal()
	before := len(fake.Calls("users.info"))
	if p, err := d.Person(t.Context(), "U3"); err != nil || !p.Guest || p.ID != "U3" {
		t.Fatalf("person %+v, %v", p, err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if p, err := d.Person(t.Context(), "U3"); err != nil || !p.Guest {
				t.Errorf("person %+v, %v", p, err)
			}
		})
	}
	all.Wait()
	if n := len(fake.Calls("users.info")) - before; n != 1 {
		t.Errorf("asked %d times", n)
	}
	if _, err := d.Place(t.Context(), "C2"); !errors.Is(err, policy.ErrNotInChannel) {
		t.Errorf("C2: %v", err)
	}
	if p, err := d.Place(t.Context(), "C6"); err != nil || !p.Shared {
		t.Errorf("C6: %+v, %v", p, err)
	}
	if ids, err := d.Members(t.Context(), "S1"); err != nil || len(ids) != 2 {
		t.Errorf("S1: %v, %v", ids, err)
	}
}
