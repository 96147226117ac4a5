package docspace_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
)

func TestProgressIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want docspace.Progress
	}{
		"running": {
			`{"isCompleted":false,"progress":75,"error":"","tenantId":1,"backupProgressEnum":1,"status":1,"taskId":"x"}`,
			docspace.Progress{Kind: docspace.KindRestore, Status: docspace.TaskRunning, Percent: 75, TenantID: 1, TaskID: "x"},
		},
		"before 3.7": {
			`{"isCompleted":false,"progress":75,"error":"","tenantId":1,"backupProgressEnum":1,"taskId":"x"}`,
			docspace.Progress{Kind: docspace.KindRestore, Percent: 75, TenantID: 1, TaskID: "x"},
		},
		"names": {
			`{"backupProgressEnum":"restore","status":"failted","progress":"12","isCompleted":true}`,
			docspace.Progress{Kind: docspace.KindRestore, Status: docspace.TaskFailed, Percent: 12, Completed: true},
		},
		"numbers in quotes": {
			`{"backupProgressEnum":"0","status":"3","progress":12.9}`,
			docspace.Progress{Kind: docspace.KindBackup, Status: docspace.TaskCanceled, Percent: 12},
		},
		"nulls": {
			`{"isCompleted":null,"progress":null,"error":null,"warning":null,"link":null,"tenantId":null,"backupProgressEnum":null,"status":null,"taskId":null}`,
			docspace.Progress{},
		},
		"of a newer server": {
			`{"backupProgressEnum":9,"status":"Paused","progress":140,"eta":"soon"}`,
			docspace.Progress{Kind: "9", Status: "Paused", Percent: 100},
		},
		"stack in the error": {
			`{"error":"File not found.\n   at A.B() in C.cs:line 1","isCompleted":true}`,
			docspace.Progress{Error: "File not found.", Completed: true},
		},
		"nothing": {`{}`, docspace.Progress{}},
	} {
		var got docspace.Progress
		if err := json.Unmarshal([]byte(tt.body), &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, body := range []string{`[]`, `{"progress":"much"}`, `{"status":true}`, `{"status":1.5}`, `{"isCompleted":1}`} {
		if err := json.Unmarshal([]byte(body), new(docspace.Progress)); err == nil {
			t.Errorf("%s was read", body)
		}
	}
}

func TestEndOfATask(t *testing.T) {
	t.Parallel()
	type ends struct{ Terminal, Succeeded, Canceled, Failed bool }
	for name, tt := range map[string]struct {
		p    docspace.Progress
		want ends
	}{
		"queued":               {docspace.Progress{Status: docspace.TaskCreated}, ends{}},
		"running":              {docspace.Progress{Status: docspace.TaskRunning, Percent: 75}, ends{}},
		"at 100, not over":     {docspace.Progress{Status: docspace.TaskRunning, Percent: 100}, ends{}},
		"success":              {docspace.Progress{Completed: true, Percent: 100, Status: docspace.TaskCompleted}, ends{Terminal: true, Succeeded: true}},
		"success, an instant":  {docspace.Progress{Completed: true, Percent: 100, Status: docspace.TaskRunning}, ends{Terminal: true, Succeeded: true}},
		"success before 3.7":   {docspace.Progress{Completed: true, Percent: 100}, ends{Terminal: true, Succeeded: true}},
		"completed with error": {docspace.Progress{Completed: true, Percent: 100, Status: docspace.TaskCompleted, Error: "x"}, ends{Terminal: true, Failed: true}},
		"completed halfway":    {docspace.Progress{Completed: true, Percent: 75, Status: docspace.TaskCompleted}, ends{Terminal: true, Failed: true}},
		"status alone":         {docspace.Progress{Percent: 100, Status: docspace.TaskCompleted}, ends{Terminal: true, Failed: true}},
		"canceled":             {docspace.Progress{Completed: true, Percent: 100, Status: docspace.TaskCanceled}, ends{Terminal: true, Canceled: true}},
		"failed outside":       {docspace.Progress{Percent: 30, Status: docspace.TaskFailed, Error: "x"}, ends{Terminal: true, Failed: true}},
	} {
		got := ends{tt.p.Terminal(), tt.p.Succeeded(), tt.p.Canceled(), tt.p.Failed()}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHistoryIsReadAndSorted(t *testing.T) {
	t.Parallel()
	c := always(200, plainJSON, `{"response":[
		{"id":"c","fileName":"c.tar.gz","storageType":5,"createdOn":"2026-03-01T02:16:41","expiresOn":"0001-01-01T00:00:00"},
		{"id":"b","fileName":"b.tar.gz","storageType":"datastore","createdOn":"2026-03-02T09:01:30.5","expiresOn":"2026-03-03T09:01:30Z"},
		{"id":"a","fileName":null,"storageType":"1","createdOn":"2026-03-01T05:16:41+03:00","expiresOn":"0001-01-01T00:00:00Z"},
		{"id":"d","storageType":99,"createdOn":null},
		{"id":"e","storageType":3,"createdOn":null,"expiresOn":"0001-01-01T00:00:00.0000000+03:00"},
		{"id":"f","storageType":3,"createdOn":null,"expiresOn":"0001-01-01T00:00:00-03:00"}
	],"count":6}`)
	got, err := c.BackupHistory(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	want := []docspace.Backup{
		{ID: "b", FileName: "b.tar.gz", StorageType: docspace.StorageDataStore, CreatedOn: at("2026-03-02T09:01:30.5Z"), ExpiresOn: at("2026-03-03T09:01:30Z")},
		{ID: "a", StorageType: docspace.StorageThirdpartyDocs, CreatedOn: at("2026-03-01T02:16:41Z")},
		{ID: "c", FileName: "c.tar.gz", StorageType: docspace.StorageThirdPartyConsumer, CreatedOn: at("2026-03-01T02:16:41Z")},
		{ID: "d", StorageType: "99"},
		{ID: "e", StorageType: docspace.StorageLocal},
		{ID: "f", StorageType: docspace.StorageLocal},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got[1].ExpiresOn.IsZero() || got[1].Expired(at("2990-01-01T00:00:00Z")) {
		t.Error("never expires was read as a date")
	}
	if !got[0].Expired(got[0].ExpiresOn) || got[0].Expired(got[0].ExpiresOn.Add(-1)) {
		t.Error("a backup expires at its very time")
	}
}

func TestEmptyHistoryIsNoError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"response":[],"count":0}`, `{"count":0}`, `{"response":null}`} {
		got, err := always(200, plainJSON, body).BackupHistory(t.Context(), true)
		if got == nil || len(got) != 0 || err != nil {
			t.Errorf("%s: %v %v", body, got, err)
		}
	}
}

func TestBadDateIsAnErrorAndNotTheYearOne(t *testing.T) {
	t.Parallel()
	_, err := always(200, plainJSON, response(`[{"id":"x","createdOn":"yesterday"}]`)).BackupHistory(t.Context(), false)
	if !errors.Is(err, docspace.ErrAnswer) {
		t.Errorf("got %v", err)
	}
}

func TestStorageTypeIsParsedAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]docspace.StorageType{
		"documents":             docspace.StorageDocuments,
		" LOCAL ":               docspace.StorageLocal,
		"ThirdpartyDocuments":   docspace.StorageThirdpartyDocs,
		"thridpartydocuments":   docspace.StorageThirdpartyDocs,
		"thirdPartyConsumer":    docspace.StorageThirdPartyConsumer,
		"datastore":             docspace.StorageDataStore,
		"customcloud":           docspace.StorageCustomCloud,
		"ThridpartyDocuments\t": docspace.StorageThirdpartyDocs,
	} {
		if got, err := docspace.ParseStorageType(s); got != want || err != nil {
			t.Errorf("%q: %q %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "S3", "Document"} {
		if got, err := docspace.ParseStorageType(s); got != "" || err == nil {
			t.Errorf("%q was parsed as %q", s, got)
		}
	}
	for _, st := range docspace.StorageTypes() {
		if back, err := docspace.ParseStorageType(string(st)); back != st || err != nil || !st.Known() {
			t.Errorf("%s does not come back: %s %v", st, back, err)
		}
	}
}

func TestKeyTellsWhatItMayDo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body          string
		restore, read bool
	}{
		{`{"isActive":true,"permissions":["*"]}`, true, true},
		{`{"isActive":true,"permissions":["*:write"]}`, true, true},
		{`{"isActive":true,"permissions":["*:read"]}`, false, true},
		{`{"isActive":true,"permissions":["rooms:write","accounts:read"]}`, false, false},
		{`{"isActive":true,"permissions":[]}`, true, true},
		{`{"isActive":false,"permissions":["*"]}`, false, false},
	} {
		k, err := always(200, plainJSON, response(tt.body)).KeySelf(t.Context())
		if err != nil || k.CanRestore() != tt.restore || k.CanRead() != tt.read {
			t.Errorf("%s: %v %v %v", tt.body, k.CanRestore(), k.CanRead(), err)
		}
	}
	k, err := always(200, plainJSON, response(`{"expiresAt":"2026-03-01T02:15:00.0000000+02:00"}`)).KeySelf(t.Context())
	at := time.Date(2026, 3, 1, 0, 15, 0, 0, time.UTC)
	if err != nil || !k.Expired(at) || k.Expired(at.Add(-1)) || (docspace.Key{}).Expired(at) {
		t.Errorf("%+v %v", k, err)
	}
}

func TestBackupLinkIsResolved(t *testing.T) {
	t.Parallel()
	c := &docspace.Client{BaseURL: "https://docs.example.com/prefix"}
	for link, want := range map[string]string{
		"":                         "",
		"/storage/a.tar.gz?sig=1":  "https://docs.example.com/storage/a.tar.gz?sig=1",
		"https://s3.example.com/a": "https://s3.example.com/a",
		"javascript:alert(1)":      "error",
		"https://%zz":              "error",
		"https:///a":               "error",
	} {
		got, err := c.Resolve(docspace.NewSecret(link))
		shown := got.Reveal()
		if err != nil {
			shown = "error"
		}
		if shown != want || (err != nil) != (meant(err) == "answer") {
			t.Errorf("%q: %q, want %q: %v", link, shown, want, err)
		}
	}
}
