package docspace_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"docspace-restorebot/docspace"
)

func TestKeyIsSentAsBearer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ key, want string }{
		{testKey, "Bearer " + testKey},
		{" " + testKey + "\n", "Bearer " + testKey},
		{"Basic dTpw", "Basic dTpw"},
		{"token-of-a-person", "token-of-a-person"},
	} {
		var got string
		c := answers(func(r *http.Request) (*http.Response, error) {
			got = r.Header.Get("Authorization")
			return reply(200, "application/json", response(`{"isActive":true,"permissions":["*:write"]}`)), nil
		})
		c.Key = docspace.NewSecret(tt.key)
		if _, err := c.KeySelf(t.Context()); err != nil {
			t.Error(err)
		}
		if got != tt.want {
			t.Errorf("key %q sent as %q, want %q", tt.key, got, tt.want)
		}
	}
}

func TestPathPrefixAndIDsSurvive(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://docs.example.com":             "https://docs.example.com/api/2.0/backup/deletebackup/" + backupID,
		"https://docs.example.com/":            "https://docs.example.com/api/2.0/backup/deletebackup/" + backupID,
		" https://docs.example.com/a%2Fb/c/ ":  "https://docs.example.com/a%2Fb/c/api/2.0/backup/deletebackup/" + backupID,
		"http://[::1]:8080/docs":               "http://[::1]:8080/docs/api/2.0/backup/deletebackup/" + backupID,
		"https://xn--bcher-kva.example/portal": "https://xn--bcher-kva.example/portal/api/2.0/backup/deletebackup/" + backupID,
	} {
		var got string
		c := answers(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return reply(200, "application/json", response("true")), nil
		})
		c.BaseURL = base
		if ok, err := c.DeleteBackup(t.Context(), " {"+strings.ToUpper(backupID)+"}"); !ok || err != nil {
			t.Errorf("%s: %v %v", base, ok, err)
		}
		if got != want {
			t.Errorf("base %q asked %s, want %s", base, got, want)
		}
	}
}

func TestBadClientSendsNothingAndEchoesNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*docspace.Client){
		"no url":         func(c *docspace.Client) { c.BaseURL = "" },
		"no scheme":      func(c *docspace.Client) { c.BaseURL = "hunter2.example.com" },
		"other scheme":   func(c *docspace.Client) { c.BaseURL = "ftp://hunter2.example.com" },
		"user info":      func(c *docspace.Client) { c.BaseURL = "https://u:hunter2@docs.example.com" },
		"query":          func(c *docspace.Client) { c.BaseURL = "https://docs.example.com?key=hunter2" },
		"fragment":       func(c *docspace.Client) { c.BaseURL = "https://docs.example.com#hunter2" },
		"no such port":   func(c *docspace.Client) { c.BaseURL = "https://docs.example.com:70000" },
		"broken":         func(c *docspace.Client) { c.BaseURL = "https://docs.example.com/%zzhunter2" },
		"no key":         func(c *docspace.Client) { c.Key = docspace.Secret{} },
		"newline in key": func(c *docspace.Client) { c.Key = docspace.NewSecret("sk-hunter2\r\nX-Evil: 1") },
	} {
		sent := 0
		c := answers(func(*http.Request) (*http.Response, error) { sent++; return nil, errors.New("cut") })
		spoil(c)
		_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: backupID})
		if !errors.Is(err, docspace.ErrBadRequest) || !errors.Is(err, docspace.ErrRefused) || sent != 0 {
			t.Errorf("%s: sent %d, %v", name, sent, err)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: echoed: %v", name, err)
		}
	}
}

func TestNoCookieIsKeptOrSent(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at := &url.URL{Scheme: "https", Host: "docs.example.com", Path: "/"}
	jar.SetCookies(at, []*http.Cookie{{Name: "asc_auth_key", Value: "person"}})
	var sent []string
	c := answers(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Header.Values("Cookie")...)
		sent = append(sent, r.Header.Values("Origin")...)
		resp := reply(200, "application/json", response("3"))
		resp.Header.Set("Set-Cookie", "asc_auth_key=; Path=/")
		return resp, nil
	})
	c.HTTP.Jar = jar
	for range 2 {
		if n, err := c.UsersCount(t.Context()); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(sent) > 0 {
		t.Errorf("sent %q", sent)
	}
	if got := jar.Cookies(at); len(got) != 1 || got[0].Value != "person" {
		t.Errorf("the caller's jar became %v", got)
	}
}

func TestNeverSendsWhatTheServerWouldTripOver(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]docspace.RestoreRequest{
		"empty id":          {},
		"word":              {BackupID: "latest"},
		"empty GUID":        {BackupID: "00000000-0000-0000-0000-000000000000"},
		"empty GUID, bare":  {BackupID: "{00000000000000000000000000000000}"},
		"dashes misplaced":  {BackupID: "9a1c3d526-b0e-4c59-8d0f-2f6f0c6a7b11"},
		"unknown storage":   {BackupID: backupID, StorageType: "Floppy"},
		"parameter twice":   {BackupID: backupID, StorageParams: []docspace.Param{{Key: "a"}, {Key: "a"}}},
		"nameless argument": {BackupID: backupID, StorageParams: []docspace.Param{{Value: "a"}}},
	} {
		sent := 0
		c := answers(func(*http.Request) (*http.Response, error) { sent++; return nil, errors.New("cut") })
		_, _, err := c.StartRestore(t.Context(), r)
		if !errors.Is(err, docspace.ErrBadRequest) || !errors.Is(err, docspace.ErrRefused) || sent != 0 {
			t.Errorf("%s: sent %d, %v", name, sent, err)
		}
	}
}

func TestSendsEveryFormOfGUIDAndFilesByPath(t *testing.T) {
	t.Parallel()
	for _, r := range []docspace.RestoreRequest{
		{BackupID: backupID},
		{BackupID: strings.ToUpper(backupID)},
		{BackupID: strings.ReplaceAll(backupID, "-", "")},
		{BackupID: "{" + backupID + "}"},
		{BackupID: "(" + backupID + ")"},
		{BackupID: "", StorageParams: []docspace.Param{{Key: "filePath", Value: ""}}, StorageType: docspace.StorageLocal},
	} {
		c := always(200, "application/json", response(`{"taskId":"x"}`))
		if _, ok, err := c.StartRestore(t.Context(), r); !ok || err != nil {
			t.Errorf("%q: %v %v", r.BackupID, ok, err)
		}
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	var open atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, response("3")) }))
	closed := make(chan struct{}, 1)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
			closed <- struct{}{}
		default:
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := &docspace.Client{BaseURL: s.URL, Key: docspace.NewSecret(testKey)} // with a transport of its own
	for range 3 {
		if n, err := c.UsersCount(t.Context()); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	if open.Load() != 1 {
		t.Errorf("%d connections for one caller", open.Load())
	}
	c.CloseIdleConnections()
	<-closed
}
