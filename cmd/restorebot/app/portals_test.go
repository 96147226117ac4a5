package app

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"docspace-restorebot/docspace/docspacetest"
)

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKeyFileIsReadAnewWithoutARestart(t *testing.T) {
	t.Parallel()
	portal := docspacetest.New(docspacetest.Config{})
	web := httptest.NewServer(portal)
	t.Cleanup(web.Close)
	file := filepath.Join(t.TempDir(), "key")
	put(t, file, portal.Key())
	api := &keyed{url: web.URL, file: file, http: web.Client()}
	if _, err := api.KeySelf(t.Context()); err != nil {
		t.Fatal(err)
	}
	portal.RevokeKeys()
	if _, err := api.KeySelf(t.Context()); err == nil {
		t.Fatal("a dead key still works")
	}
	fresh := portal.IssueKey(docspacetest.Key{Permissions: []string{"*"}})
	put(t, file, "\n")
	if _, err := api.KeySelf(t.Context()); err == nil {
		t.Fatal("an empty file gave a key")
	}
	put(t, file, fresh+"\n")
	if _, err := api.KeySelf(t.Context()); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := api.KeySelf(t.Context()); err != nil {
		t.Errorf("without the file the key that was there is kept: %v", err)
	}
}
