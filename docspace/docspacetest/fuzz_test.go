package docspacetest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// The portal and the client have each a reader of their own for the ids that are
// looked up as a record.
func FuzzGUIDIsReadAlike(f *testing.F) {
	for _, s := range []string{
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301", " {3F2504E0-4f89-11d3-9a0c-0305e82c3301}\t", "(3f2504e0-4f89-11d3-9a0c-0305e82c3301)",
		"3f2504e04f8911d39a0c0305e82c3301", "{0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}",
		"{0x0x3f2504e0,0x+4f89, 0x+0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x0001}}", "{0x0,0x10000,0x0,{0x0,0x0,0x0,0x0,0x0,0x0,0x0,0x0}}",
		"0x000000-0x00-+000-+0x0-0x0000000000", "{3f2504e04f8911d39a0c0305e82c3301}", "{0x1,0x2,0x3,{0x1,0x2,0x3,0x4,0x5,0x6,0x7,0x8}", "latest", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := docspace.ParseGUID(s)
		if !utf8.ValidString(s) {
			return // JSON cannot hold it
		}
		body, err := json.Marshal(map[string]string{"backupId": s})
		if err != nil {
			t.Fatal(err)
		}
		want := http.StatusInternalServerError // no filePath
		switch {
		case ok && strings.Trim(id, "0-") == "":
			want = http.StatusOK
		case ok:
			want = http.StatusNotFound
		}
		got, _, err := ask(t, docspacetest.New(docspacetest.Config{Backups: []docspacetest.Backup{}}), http.MethodPost, startURL, string(body))
		if err != nil || got.Status != want {
			t.Errorf("%q, for the client %q, was answered %d, not %d: %v", s, id, got.Status, want, err)
		}
	})
}

func FuzzRequest(f *testing.F) {
	for _, path := range []string{"backup/startrestore", "backup/startbackup", "backup/createbackupschedule"} {
		for _, body := range []string{
			`{"backupId":"x","storageType":"0","storageParams":[{"key":"filePath","value":7}],"dump":true}`,
			`{"storageType":5,"storageParams":[{"key":{},"value":[]}],"cronParams":{"period":"1","day":null}}`, `[`, `null`, `{"backupId":7}`,
		} {
			f.Add("POST", path, body)
		}
	}
	f.Add("GET", "backup/getbackuphistory?dump=TRUE&Dump=", "")
	f.Add("GET", "backup/getbackupscount?from=2026-03-01T00:00:00Z&to=x", "")
	f.Add("DELETE", "backup/deletebackup/x", "")
	p := docspacetest.New(docspacetest.Config{})
	key := p.Key()
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequest(method, "https://docs.example.com/api/2.0/"+path, strings.NewReader(body))
		if err != nil {
			return
		}
		r.RequestURI = "/" // what a server sets
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("status %d", w.Code)
		}
		if w.Code >= 500 && w.Body.Len() == 0 {
			t.Error("a failure of the application says nothing")
		}
	})
}
