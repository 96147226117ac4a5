package slacktest_test

import (
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
	if len(files) != 1 || string(files[0].Content) != "hello <file>" || files[0].ThreadTS != parent || files[0].Channel != "C1" || files[0].Title != "A" || files[0].AltText != "what it shows" {
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
