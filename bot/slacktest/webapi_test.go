package slacktest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

// Every call that the bot makes, as slack-go makes it.
func TestCallsOfTheSDK(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.EnterpriseID = "E1"
		w.Scopes = append(slacktest.DefaultScopes, "channels:history")
	})
	ctx := t.Context()

	me, err := b.api.AuthTestContext(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if me.TeamID != "T0RESTORE" || me.UserID != "U0BOT" || me.BotID != "B0BOT" || me.EnterpriseID != "E1" {
		t.Errorf("auth.test = %+v", me)
	}
	const scopes = "commands,chat:write,users:read,usergroups:read,channels:read,groups:read,channels:history"
	if got := me.Header.Get("X-Oauth-Scopes"); got != scopes {
		t.Errorf("X-OAuth-Scopes = %q", got)
	}

	ann := must[*slack.User](t)(b.api.GetUserInfoContext(ctx, "U1"))
	if ann.TZ != "Europe/Riga" || ann.TeamID != "T0RESTORE" || ann.RealName != "Ann Lee" {
		t.Errorf("users.info = %+v", ann)
	}
	riga := must[*time.Location](t)(time.LoadLocation("Europe/Riga"))
	if _, offset := time.Now().In(riga).Zone(); ann.TZOffset != offset || ann.TZLabel == "" {
		t.Errorf("users.info is %d s ahead of UTC, want %d; %q", ann.TZOffset, offset, ann.TZLabel)
	}
	b.PutPerson(slacktest.Person{ID: "U8", Name: "gone", TZ: "Europe/Riga", Deleted: true})
	if gone := must[*slack.User](t)(b.api.GetUserInfoContext(ctx, "U8")); gone.TZ != "" || !gone.Deleted {
		t.Errorf("users.info of a deactivated account = %+v", gone)
	}
	eve := must[*slack.User](t)(b.api.GetUserInfoContext(ctx, "U9"))
	if eve.TeamID != "T9" || !eve.IsStranger {
		t.Errorf("users.info of a stranger = %+v", eve)
	}

	members := must[[]string](t)(b.api.GetUserGroupMembersContext(ctx, "S1"))
	if diff := cmp.Diff([]string{"U1", "U2"}, members); diff != "" {
		t.Error(diff)
	}

	shared := must[*slack.Channel](t)(b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: "C6"}))
	if !shared.IsExtShared || !shared.IsMember || shared.IsPrivate || shared.Name != "shared" {
		t.Errorf("conversations.info = %+v", shared)
	}

	if _, err := b.api.PostEphemeralContext(ctx, "C1", "U1", slack.MsgOptionText("psst", false)); err != nil {
		t.Error(err)
	}
	if got := b.Ephemerals("U1"); len(got) != 1 || got[0].Text != "psst" || got[0].To != "U1" {
		t.Errorf("ephemerals = %+v", got)
	}
}

func TestMessagesOfTheSDK(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Scopes = append(slacktest.DefaultScopes, "channels:history") })
	ctx := t.Context()

	_, parent, err := b.api.PostMessageContext(ctx, "C1", slack.MsgOptionText("Restore?", false),
		slack.MsgOptionBlocks(slack.NewDividerBlock(), slack.NewActionBlock("row", button("go", "Go"))),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "restore", EventPayload: map[string]any{"id": "1"}}))
	if err != nil {
		t.Fatal(err)
	}
	_, reply, err := b.api.PostMessageContext(ctx, "C1", slack.MsgOptionText("downloading", false),
		slack.MsgOptionTS(parent), slack.MsgOptionBroadcast())
	if err != nil {
		t.Fatal(err)
	}
	if parent == reply {
		t.Errorf("two messages have the ts %s", parent)
	}
	thread := b.Channel("C1").Thread(parent)
	if len(thread) != 2 || thread[0].ThreadTS != parent || !thread[1].ReplyBroadcast || !thread[1].Reply() {
		t.Errorf("thread = %+v", thread)
	}
	if got := len(b.Channel("C1").Main()); got != 2 {
		t.Errorf("a broadcast reply is not in the channel: %d", got)
	}

	link := must[string](t)(b.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: "C1", Ts: reply}))
	want := "https://restorebot.slack.com/archives/C1/p" + reply[:10] + reply[11:] + "?thread_ts=" + parent + "&cid=C1"
	if link != want {
		t.Errorf("permalink = %s, want %s", link, want)
	}

	// Blocks again: no "(edited)". Text only: the blocks are gone. Metadata stays.
	_, _, _, err = b.api.UpdateMessageContext(ctx, "C1", parent, slack.MsgOptionBlocks(slack.NewDividerBlock()))
	if err != nil {
		t.Fatal(err)
	}
	card, _ := b.Message("C1", parent)
	if card.Edited || len(card.Blocks) != 1 || card.Metadata == "" {
		t.Errorf("after the first edit: %+v", card)
	}
	_, _, text, err := b.api.UpdateMessageContext(ctx, "C1", parent, slack.MsgOptionText("done", false))
	if err != nil || text != "done" {
		t.Fatal(text, err)
	}
	card, _ = b.Message("C1", parent)
	if !card.Edited || card.Blocks != nil || card.Edits != 2 {
		t.Errorf("after the second edit: %+v", card)
	}

	history := must[*slack.GetConversationHistoryResponse](t)(b.api.GetConversationHistoryContext(ctx,
		&slack.GetConversationHistoryParameters{ChannelID: "C1"}))
	if len(history.Messages) != 2 || history.Messages[1].Text != "done" || history.Messages[1].User != "U0BOT" {
		t.Errorf("history = %+v", history.Messages)
	}
	b.Delete("C1", parent)
	if got := b.Channel("C1").Messages(); len(got) != 1 || got[0].TS != reply {
		t.Errorf("after it was deleted: %+v", got)
	}
}

func TestMessageToAPersonOpensTheirDirectMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	channel, ts, err := b.api.PostMessageContext(t.Context(), "U2", slack.MsgOptionText("done", false))
	if err != nil {
		t.Fatal(err)
	}
	if channel != b.DirectMessage("U2") || channel[0] != 'D' {
		t.Errorf("channel = %s", channel)
	}
	if m, ok := b.Message(channel, ts); !ok || m.Text != "done" {
		t.Errorf("message = %+v", m)
	}
}

func TestReadingAConversation(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.Scopes = append(slacktest.DefaultScopes, "groups:history", "im:read", "im:history")
	})
	ctx := t.Context()
	_, parent, err := b.api.PostMessageContext(ctx, "C5", slack.MsgOptionText("one", false))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"two", "three"} {
		if _, _, err := b.api.PostMessageContext(ctx, "C5", slack.MsgOptionText(text, false), slack.MsgOptionTS(parent)); err != nil {
			t.Fatal(err)
		}
	}
	replies, _, _, err := b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: "C5", Timestamp: parent})
	if err != nil || len(replies) != 3 || replies[2].Text != "three" {
		t.Errorf("%+v, %v", replies, err)
	}
	direct := must[*slack.Channel](t)(b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: b.DirectMessage("U2")}))
	if !direct.IsIM || direct.User != "U2" || direct.ID != b.DirectMessage("U2") {
		t.Errorf("%+v", direct)
	}
}

// A bot that leaves a channel, and a channel that is archived under it.
func TestTheWorldChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.post(t, slack.NewDividerBlock())
	b.PutChannel(slacktest.Channel{ID: "C1", Name: "incidents", Archived: true})
	if _, _, _, err := b.api.UpdateMessageContext(t.Context(), "C1", card.TS, slack.MsgOptionText("x", false)); err == nil || err.Error() != "is_inactive" {
		t.Errorf("archived: %v", err)
	}
	b.PutChannel(slacktest.Channel{ID: "C1", Name: "incidents", NoBot: true})
	if err := b.say(t); err == nil || err.Error() != "not_in_channel" {
		t.Errorf("left: %v", err)
	}
	if got := b.Channel("C1").Messages(); len(got) != 1 {
		t.Errorf("the messages are gone: %v", got)
	}
	b.PutPerson(slacktest.Person{ID: "U2", Deleted: true})
	if got := must[[]string](t)(b.api.GetUserGroupMembersContext(t.Context(), "S1")); len(got) != 1 {
		t.Errorf("a deleted person is in the group: %v", got)
	}
}
