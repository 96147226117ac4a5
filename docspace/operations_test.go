package docspace_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// everyOperation uses all 13 operations of the backup API, in health and in trouble.
func everyOperation(t *testing.T, wrap func(http.RoundTripper) http.RoundTripper) {
	t.Helper()
	p := docspacetest.New(docspacetest.Config{})
	c := clientOf(p)
	c.HTTP = &http.Client{Transport: wrap(docspacetest.Via(p).Transport)}
	ctx := t.Context()
	use := func(what string, err error) {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	local := []docspace.Param{{Key: "filePath", Value: "/backups"}}
	_, err := c.SetBackupSchedule(ctx, docspace.Schedule{
		StorageType: docspace.StorageLocal, StorageParams: local, Stored: 3, Cron: docspace.Cron{Period: docspace.EveryWeek, Hour: 3, Day: 1},
	})
	use("set schedule", err)
	s, ok, err := c.BackupSchedule(ctx, false)
	use("schedule", err)
	if !ok || s.Cron.Period != docspace.EveryWeek || s.Stored != 3 || s.StorageParams[0] != local[0] || !s.LastBackupOn.IsZero() {
		t.Errorf("the schedule came back as %+v", s)
	}
	_, err = c.DeleteBackupSchedule(ctx, false)
	use("delete schedule", err)
	if _, ok, err := c.BackupSchedule(ctx, false); ok || err != nil {
		t.Errorf("a deleted schedule: %v %v", ok, err)
	}
	_, _, err = c.StartBackup(ctx, docspace.BackupRequest{StorageType: docspace.StorageLocal, StorageParams: local})
	use("start backup", err)
	_, _, err = c.BackupProgress(ctx, false)
	use("backup progress", err)
	canceled, err := c.CancelBackup(ctx)
	use("cancel backup", err)
	if again, err := c.CancelBackup(ctx); !canceled || again || err != nil {
		t.Errorf("canceled %v, again %v: %v", canceled, again, err)
	}
	_, err = c.BackupServiceEnabled(ctx)
	use("service state", err)
	n, err := c.BackupsCount(ctx, time.Now().Add(-72*time.Hour), time.Now(), false)
	use("count", err)
	history, err := c.BackupHistory(ctx, false)
	use("history", err)
	if n != len(history) || n != 3 {
		t.Errorf("counted %d of %d", n, len(history))
	}
	_, err = c.DeleteBackup(ctx, history[2].ID)
	use("delete backup", err)
	_, err = c.DeleteBackupHistory(ctx, true)
	use("delete history", err)
	_, _, err = c.RestoreProgress(ctx, docspace.AnyTask)
	use("no restore", err)
	_, _, err = c.StartRestore(ctx, docspace.RestoreRequest{
		BackupID: history[0].ID, StorageType: docspace.StorageLocal, Notify: true, StorageParams: []docspace.Param{{Key: "a", Value: "b"}},
	})
	use("start restore", err)
	for _, scope := range []docspace.Scope{docspace.AnyTask, docspace.TenantOnly, docspace.DumpOnly} {
		_, _, err = c.RestoreProgress(ctx, scope)
		use("restore progress", err)
	}
	for _, status := range []int{400, 402, 403, 404} {
		p.Break(func(f *docspacetest.Faults) { f.RefuseStart = status })
		_, _, err = c.StartRestore(ctx, docspace.RestoreRequest{BackupID: history[0].ID})
		if meant(err) == "" {
			t.Errorf("%d: %v", status, err)
		}
	}
	p.SetTenantStatus(4)
	if _, err := c.BackupHistory(ctx, false); meant(err) != "forbidden restoring" {
		t.Errorf("locked: %v", err)
	}
	p.SetTenantStatus(1)
	if _, _, err := c.RestoreProgress(ctx, docspace.AnyTask); meant(err) != "notfound noportal" {
		t.Errorf("suspended: %v", err)
	}
}

func TestEveryOperationOfTheBackupAPI(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(inner http.RoundTripper) http.RoundTripper { return inner })
}

func TestBackupGoesWhereTheServerTakesIt(t *testing.T) {
	t.Parallel()
	folder := func(id string) []docspace.Param { return []docspace.Param{{Key: "folderId", Value: id}} }
	for name, tt := range map[string]struct {
		request docspace.BackupRequest
		ok      bool
	}{
		"documents":              {docspace.BackupRequest{StorageType: docspace.StorageDocuments, StorageParams: folder("7")}, true},
		"documents, no number":   {docspace.BackupRequest{StorageType: docspace.StorageDocuments, StorageParams: folder("sbox-7")}, false},
		"third party":            {docspace.BackupRequest{StorageType: docspace.StorageThirdpartyDocs, StorageParams: folder("sbox-7")}, true},
		"third party, a number":  {docspace.BackupRequest{StorageType: docspace.StorageThirdpartyDocs, StorageParams: folder("7")}, false},
		"third party, no folder": {docspace.BackupRequest{StorageType: docspace.StorageThirdpartyDocs}, false},
		"data store":             {docspace.BackupRequest{StorageType: docspace.StorageDataStore}, true},
		"local, no path":         {docspace.BackupRequest{StorageType: docspace.StorageLocal}, false},
		"consumer":               {docspace.BackupRequest{StorageType: docspace.StorageThirdPartyConsumer, StorageParams: []docspace.Param{{Key: "module", Value: "S3"}}}, true},
		"consumer, no module":    {docspace.BackupRequest{StorageType: docspace.StorageThirdPartyConsumer}, false},
		"no storage":             {docspace.BackupRequest{}, false},
		"unknown storage":        {docspace.BackupRequest{StorageType: "Floppy"}, false},
	} {
		p, c := bundle(docspacetest.Config{})
		_, ok, err := c.StartBackup(t.Context(), tt.request)
		if ok != tt.ok || (err == nil) != tt.ok || !tt.ok && !errors.Is(err, docspace.ErrRefused) {
			t.Errorf("%s: %v %v", name, ok, err)
		}
		if sent := len(p.Requests()) == 1; sent != tt.ok {
			t.Errorf("%s: sent %v", name, sent)
		}
	}
}

func TestBadScheduleIsNotSent(t *testing.T) {
	t.Parallel()
	good := docspace.Schedule{StorageType: docspace.StorageDataStore, Cron: docspace.Cron{Period: docspace.EveryDay, Hour: 23}}
	for name, spoil := range map[string]func(*docspace.Schedule){
		"storage": func(s *docspace.Schedule) { s.StorageType = "" },
		"period":  func(s *docspace.Schedule) { s.Cron.Period = "Hourly" },
		"hour":    func(s *docspace.Schedule) { s.Cron.Hour = 24 },
		"no hour": func(s *docspace.Schedule) { s.Cron.Hour = -1 },

		"a day of a day":         func(s *docspace.Schedule) { s.Cron.Day = 1 },
		"no day of a day":        func(s *docspace.Schedule) { s.Cron.Day = -1 },
		"no day of a week":       func(s *docspace.Schedule) { s.Cron = docspace.Cron{Period: docspace.EveryWeek} },
		"the 8th day of a week":  func(s *docspace.Schedule) { s.Cron = docspace.Cron{Period: docspace.EveryWeek, Day: 8} },
		"the 31st day of a week": func(s *docspace.Schedule) { s.Cron = docspace.Cron{Period: docspace.EveryWeek, Day: 31} },
		"no day of a month":      func(s *docspace.Schedule) { s.Cron = docspace.Cron{Period: docspace.EveryMonth} },
		"the 32nd of a month":    func(s *docspace.Schedule) { s.Cron = docspace.Cron{Period: docspace.EveryMonth, Day: 32} },

		"stored": func(s *docspace.Schedule) { s.Stored = -1 },
	} {
		p, c := bundle(docspacetest.Config{})
		s := good
		spoil(&s)
		if _, err := c.SetBackupSchedule(t.Context(), s); !errors.Is(err, docspace.ErrBadRequest) || len(p.Requests()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
		if ok, err := c.SetBackupSchedule(t.Context(), good); !ok || err != nil {
			t.Errorf("the good one: %v %v", ok, err)
		}
	}
}

// A schedule that was read can be written again: what the server added is left
// out, for it adds it anew and refuses it twice.
func TestScheduleCanBeReadAndWrittenBack(t *testing.T) {
	t.Parallel()
	path := []docspace.Param{{Key: "filePath", Value: "/backups"}}
	module := []docspace.Param{{Key: "bucket", Value: "b"}, {Key: "module", Value: "s3"}}
	folder := []docspace.Param{{Key: "folderId", Value: "7"}}
	for _, dump := range []bool{false, true} {
		for storage, params := range map[docspace.StorageType][]docspace.Param{
			docspace.StorageLocal: path, docspace.StorageThirdPartyConsumer: module, docspace.StorageDocuments: folder,
			docspace.StorageDataStore: nil, docspace.StorageThirdpartyDocs: {{Key: "folderId", Value: "sbox-1"}},
		} {
			for _, cron := range []docspace.Cron{
				{Period: docspace.EveryDay},
				{Period: docspace.EveryWeek, Hour: 23, Day: 7},
				{Period: docspace.EveryMonth, Hour: 4, Day: 1},
				{Period: docspace.EveryMonth, Day: 31},
			} {
				p, c := bundle(docspacetest.Config{})
				want := docspace.Schedule{StorageType: storage, StorageParams: params, Cron: cron, Dump: dump}
				for round := range 2 {
					if _, err := c.SetBackupSchedule(t.Context(), want); err != nil {
						t.Fatalf("%s, dump %v, round %d: %v", storage, dump, round, err)
					}
					got, ok, err := c.BackupSchedule(t.Context(), dump)
					if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
						t.Errorf("%s, dump %v, round %d (-want +got): %v\n%s", storage, dump, round, err, diff)
					}
					want = got
				}
				want.StorageParams = append(want.StorageParams, docspace.Param{Key: "tenantId", Value: "1"})
				if _, err := c.SetBackupSchedule(t.Context(), want); err != nil {
					t.Errorf("%s, dump %v, with a tenantId: %v", storage, dump, err)
				}
				if sent := strings.Contains(p.Requests()[len(p.Requests())-1].Body, "tenantId"); sent == dump {
					t.Errorf("%s, dump %v: tenantId was sent: %v", storage, dump, sent)
				}
			}
		}
	}
}

func TestRestoreIsLookedForInItsScope(t *testing.T) {
	t.Parallel()
	for dump, want := range map[bool]docspace.Scope{true: docspace.DumpOnly, false: docspace.TenantOnly} {
		if got := docspace.RestoreScope(dump); got != want {
			t.Errorf("dump %v: %v", dump, got)
		}
	}
	query := map[docspace.Scope]string{docspace.AnyTask: "", docspace.TenantOnly: "false", docspace.DumpOnly: "true"}
	for scope, want := range query {
		p, c := bundle(docspacetest.Config{})
		if _, _, err := c.RestoreProgress(t.Context(), scope); err != nil {
			t.Error(err)
		}
		if got := p.Requests()[0].Query.Get("dump"); got != want {
			t.Errorf("scope %d asks dump=%q, want %q", scope, got, want)
		}
	}
}

func TestDumpWhereThereIsNoneIsForbidden(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]docspacetest.Config{"SaaS": {SaaS: true}, "limited space": {LimitedSpace: true}} {
		p, c := bundle(config)
		_, _, err := c.StartRestore(t.Context(), docspace.RestoreRequest{BackupID: p.Backups()[0].ID, Dump: true})
		if meant(err) != "forbidden refused" {
			t.Errorf("%s, restore: %v means %q", name, err, meant(err))
		}
		_, _, err = c.StartBackup(t.Context(), docspace.BackupRequest{StorageType: docspace.StorageDataStore, Dump: true})
		if meant(err) != "forbidden refused" {
			t.Errorf("%s, backup: %v means %q", name, err, meant(err))
		}
		s, err := c.Settings(t.Context())
		if err != nil || s.Standalone == config.SaaS {
			t.Errorf("%s: %+v %v", name, s, err)
		}
	}
}

func TestStatusInTheBodyIsNoHTTPStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"0", "1", "200", "500"} {
		c := always(200, plainJSON, `{"response":3,"count":1,"status":`+status+`,"statusCode":200}`)
		if n, err := c.UsersCount(t.Context()); n != 3 || err != nil {
			t.Errorf("%s: %d %v", status, n, err)
		}
	}
}
