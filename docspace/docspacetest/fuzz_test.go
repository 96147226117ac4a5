package docspacetest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docspace-restorebot/docspace/docspacetest"
)

func FuzzParseConfig(f *testing.F) {
	for _, s := range []string{
		"version 3.6.1\nrestore queued=1s copy=8s\nrecord storage=Local age=27h dump", "at 5s fault page=startrestore times=1",
		`fault fail-text="x # y" fail-at=10 # z`, "after 1s unlock", "at 0s elsewhere dump\nat 0s leftover age=1h\nupload users=3\nat 0s forget\nat 0s status 4",
		"fault other-portal=x swap-host=y",
		"saas\nno-records\nfault error-in-200", "\"", "=", "fault =",
	} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		config, err := docspacetest.ParseConfig(s)
		if err != nil {
			return
		}
		config.Faults.Delay = 0
		p := docspacetest.New(config)
		if b := p.Backups(); len(b) > 0 {
			p.StartElsewhere(b[0].ID)
		}
		_ = p.Restores() // whatever was read, the portal lives
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
