package slacktest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot/slacktest"
)

func TestFileIsUploadedToAThread(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Scopes = append(slacktest.DefaultScopes, "files:write") })
	_, parent, err := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("card", false))
	if err != nil {
		t.Fatal(err)
	}
	send := func(channel, thread string) error {
		_, err := b.api.UploadFileContext(t.Context(), slack.UploadFileParameters{
			Content: "hello <file>", FileSize: len("hello <file>"), Filename: "a.md", Title: "A", AltTxt: "what it shows", Channel: channel, ThreadTimestamp: thread,
		})
		return err
	}
	if err := send("C1", parent); err != nil {
		t.Fatal(err)
	}
	files := b.Files()
	if len(files) != 1 || string(files[0].Content) != "hello <file>" || files[0].ThreadTS != parent || files[0].Title != "A" || files[0].AltText != "what it shows" {
		t.Errorf("got %+v", files)
	}
	if err := send("C1", "1.000001"); err == nil || !strings.Contains(err.Error(), "invalid_thread_ts") {
		t.Errorf("an unknown thread: %v", err)
	}
	b.SetScopes("chat:write")
	if err := send("C1", parent); err == nil || !strings.Contains(err.Error(), "missing_scope") {
		t.Errorf("without the scope: %v", err)
	}
	if n := len(b.Files()); n != 1 {
		t.Errorf("%d files were shared", n)
	}
}

// A file comes as a message, with the comment that was given with it.
func TestFileIsSharedWithItsComment(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) {
		w.Scopes = append(slacktest.DefaultScopes, "files:write", "files:read", "channels:history")
	})
	_, parent, _ := b.api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("card", false))
	begin := func() string {
		t.Helper()
		got := b.call(t, slacktest.DefaultBotToken, "files.getUploadURLExternal", map[string]string{"filename": "a.md", "length": "1"})
		address, _ := got["upload_url"].(string)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("x"))
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		id, _ := got["file_id"].(string)
		return id
	}
	complete := func(args map[string]string) map[string]any {
		t.Helper()
		return b.call(t, slacktest.DefaultBotToken, "files.completeUploadExternal", args)
	}
	one, two := begin(), begin()
	got := complete(map[string]string{
		"channel_id": "C1", "thread_ts": parent, "initial_comment": "Two *reports*",
		"files": `[{"id":"` + one + `","title":"One"},{"id":"` + two + `"}]`,
	})
	if list, _ := got["files"].([]any); len(list) != 2 {
		t.Fatalf("%v", got)
	}
	thread := b.Channel("C1").Thread(parent)
	last := thread[len(thread)-1]
	if len(thread) != 2 || last.Text != "Two *reports*" || !slices.Equal(last.Files, []string{one, two}) {
		t.Errorf("%+v", thread)
	}
	files := b.Files()
	if len(files) != 2 || files[1].Title != "a.md" {
		t.Errorf("%+v", files)
	}
	history, err := b.api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: "C1"})
	if err != nil || len(history.Messages) != 1 {
		t.Errorf("%+v %v", history, err)
	}
	replies, _, _, err := b.api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{ChannelID: "C1", Timestamp: parent})
	if err != nil || len(replies) != 2 || len(replies[1].Files) != 2 || replies[1].Files[0].ID != one {
		t.Errorf("%+v %v", replies, err)
	}

	three := begin()
	if got := complete(map[string]string{"files": `[{"id":"` + three + `"}]`}); got["ok"] != true || len(b.Channel("C1").Messages()) != 2 {
		t.Errorf("shared to nobody: %v", got)
	}
	for want, args := range map[string]map[string]string{
		"file_not_found":    {"channel_id": "C1", "files": `[{"id":"` + three + `"}]`},
		"invalid_arguments": {"channel_id": "C1", "files": `[]`},
		"channel_not_found": {"channel_id": "#incidents", "files": `[{"id":"` + begin() + `"}]`},
	} {
		if got := complete(args); got["error"] != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
}
