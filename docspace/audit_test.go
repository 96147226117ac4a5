package docspace_test

import (
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// noon is a time with a fraction, so that nobody gets away with sending one.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("CET", 3600))

// trail is a portal whose people did some work until noon.
func trail(w docspacetest.Work, faults docspacetest.Faults) (*docspacetest.Portal, *docspace.Client) {
	return bundle(docspacetest.Config{Events: w.Events(noon), Faults: faults, Now: func() time.Time { return noon }})
}

// readAll is the whole trail of the day before noon.
func readAll(t *testing.T, c *docspace.Client, r docspace.AuditRange) ([]docspace.AuditEvent, docspace.AuditRead, error) {
	t.Helper()
	r.From, r.To = noon.Add(-24*time.Hour), noon
	var events []docspace.AuditEvent
	read, err := c.ReadAudit(t.Context(), r, func(e docspace.AuditEvent) { events = append(events, e) })
	return events, read, err
}

func countMeanings(events []docspace.AuditEvent) map[docspace.Meaning]int {
	n := map[docspace.Meaning]int{}
	for _, e := range events {
		n[e.Action.Meaning()]++
	}
	return n
}

func TestTrailTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 41, Changed: 12, Removed: 4, Rooms: 3, Invited: 2, Opened: 9, People: 7}, docspacetest.Faults{})
	events, read, err := readAll(t, c, docspace.AuditRange{})
	if err != nil || !read.Complete || read.Requests != 1 || read.Rows != 71 {
		t.Fatalf("%+v %v", read, err)
	}
	n := countMeanings(events)
	if n[docspace.FileCreated] != 41 || n[docspace.FileChanged] != 12 || n[docspace.FileRemoved] != 4 || n[docspace.RoomCreated] != 3 ||
		n[docspace.PersonInvited] != 2 || n[docspace.NoChange] != 9 {
		t.Errorf("%v", n)
	}
	last := events[0]
	if !last.Date.Equal(noon.Truncate(time.Second)) || last.User == "" || last.UserID == "" || last.Context == "" || len(last.Targets) != 1 {
		t.Errorf("%+v", last)
	}
	for _, r := range p.Requests() {
		if r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since") != "" {
			t.Error("a conditional request is answered with nothing")
		}
	}
}

func TestTrapPlanWithoutTheTrailAnswersTheNewestTwenty(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		work   docspacetest.Work
		faults docspacetest.Faults
		want   error
	}{
		"all of them older":        {docspacetest.Work{Age: 90 * time.Hour, Last: 80 * time.Hour, Files: 50}, docspacetest.Faults{NoAudit: true}, docspace.ErrNoAudit},
		"all of them in time":      {docspacetest.Work{Files: 50}, docspacetest.Faults{NoAudit: true}, docspace.ErrNoAudit},
		"just 20, with the option": {docspacetest.Work{Files: 20}, docspacetest.Faults{}, nil},
		"just 20 and no option":    {docspacetest.Work{Files: 20}, docspacetest.Faults{NoAudit: true}, docspace.ErrNoAudit},
		"fewer, and no option":     {docspacetest.Work{Files: 5}, docspacetest.Faults{NoAudit: true}, nil}, // and all of them
	} {
		_, c := trail(tt.work, tt.faults)
		events, read, err := readAll(t, c, docspace.AuditRange{})
		if !errors.Is(err, tt.want) || err == nil && len(events) != tt.work.Files {
			t.Errorf("%s: %d events, %+v, %v", name, len(events), read, err)
		}
		q, err := c.Quota(t.Context())
		if err != nil || q.Audit == nil || *q.Audit == tt.faults.NoAudit {
			t.Errorf("%s: the plan tells %+v %v", name, q, err)
		}
	}
	// The trap is there: what was asked for is not what is answered.
	p, _ := trail(docspacetest.Work{Age: 90 * time.Hour, Last: 80 * time.Hour, Files: 50}, docspacetest.Faults{NoAudit: true})
	if body := get(t, p, "security/audit/events/filter?from=2026-03-01T00:00:00Z&count=100"); strings.Count(body, `"actionId"`) != 20 {
		t.Errorf("%.200s", body)
	}
}

// get asks the portal with its key, past the client.
func get(t *testing.T, p *docspacetest.Portal, path string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://docs.example.com/api/2.0/"+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.Key())
	resp, err := docspacetest.Via(p).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	b.WriteString(strconv.Itoa(resp.StatusCode) + " ")
	if err := resp.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTrapTrailIsAskedByTimeAlone(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 3}, docspacetest.Faults{})
	if _, _, err := readAll(t, c, docspace.AuditRange{}); err != nil {
		t.Fatal(err)
	}
	for name := range p.Requests()[0].Query {
		if !slices.Contains([]string{"from", "to", "count", "startIndex"}, name) {
			t.Errorf("%s is asked", name)
		}
	}
	for path, status := range map[string]string{"?moduleType=5": "500", "?entryType=25&target=1": "400", "?count=101": "400", "?entryType=25": "200"} {
		if got := get(t, p, "security/audit/events/filter"+path); !strings.HasPrefix(got, status) {
			t.Errorf("%s: %.40s", path, got)
		}
	}
}

func TestTrapTimesOfTheTrailAreWholeSecondsInUTC(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 3}, docspacetest.Faults{})
	if _, _, err := readAll(t, c, docspace.AuditRange{}); err != nil {
		t.Fatal(err)
	}
	if q := p.Requests()[0].Query; q.Get("to") != "2026-03-01T11:00:00Z" || q.Get("from") != "2026-02-28T11:00:00Z" {
		t.Errorf("%v", q)
	}
	for value, status := range map[string]string{
		"2026-03-01T11:00:00": "400", "2026-03-01T11:00:00.12Z": "400", "2026-03-01T11:00:00.123Z": "200", "2026-03-01T12:00:00%2B01:00": "200",
	} {
		if got := get(t, p, "security/audit/events/filter?from="+value); !strings.HasPrefix(got, status) {
			t.Errorf("%s: %.40s", value, got)
		}
	}
	for _, bad := range [][2]time.Time{{}, {noon, noon.Add(-time.Hour)}} {
		if _, err := c.AuditEvents(t.Context(), bad[0], bad[1], 0); !errors.Is(err, docspace.ErrBadRequest) {
			t.Errorf("%v is sent: %v", bad, err)
		}
	}
}

// TestTrapPagesOverlapAndTellNoTotal reads 1,100 events while others come in
// between, so that each page holds rows of the one before.
func TestTrapPagesOverlapAndTellNoTotal(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 1100, People: 7}, docspacetest.Faults{})
	inner := docspacetest.Via(p).Transport
	late := 0
	c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		late++
		p.AddEvents(docspacetest.Event{At: noon, Action: 5000, Target: []string{"late" + strconv.Itoa(late)}, Title: "Late.docx"})
		return inner.RoundTrip(r)
	})}
	events, read, err := readAll(t, c, docspace.AuditRange{Parallel: 1})
	if err != nil || !read.Complete || read.Requests < 12 {
		t.Fatalf("%+v %v", read, err)
	}
	ids := map[int64]bool{}
	for _, e := range events {
		if ids[e.ID] {
			t.Fatalf("%d came twice", e.ID)
		}
		ids[e.ID] = true
	}
	if read.Rows <= len(events) {
		t.Errorf("no page overlapped: %d rows, %d events", read.Rows, len(events))
	}
	for id := range int64(1100) {
		if !ids[id+1] {
			t.Fatalf("%d is missing", id+1)
		}
	}
}

// TestSixtyThousandEventsAreReadInOrderOnce keeps a few pages and the ids in memory,
// and to the limits of the cloud. It measures the heap, so no other test runs beside it.
func TestSixtyThousandEventsAreReadInOrderOnce(t *testing.T) { //nolint:paralleltest // see above
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p, c := bundle(docspacetest.Config{
			Events: docspacetest.Work{Age: 20 * time.Hour, Files: 60_000, People: 40}.Events(began), RateLimits: true,
			Faults: docspacetest.Faults{AuditDelay: 50 * time.Millisecond},
		})
		inner := docspacetest.Via(p).Transport
		var now, most atomic.Int32
		c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			return inner.RoundTrip(r)
		})}
		seen, newest, grown := 0, began, uint64(0)
		heap := heapNow()
		read, err := c.ReadAudit(t.Context(), docspace.AuditRange{From: began.Add(-24 * time.Hour), To: began, Parallel: 4}, func(e docspace.AuditEvent) {
			if e.Date.After(newest) {
				t.Error("out of order")
			}
			newest = e.Date
			if seen++; seen%20_000 == 0 {
				now := heapNow()
				grown = max(grown, now-min(heap, now))
			}
		})
		if err != nil || !read.Complete || seen != 60_000 || read.Requests < 601 || read.Requests > 605 {
			t.Errorf("%d events, %+v, %v", seen, read, err)
		}
		if n := most.Load(); n != 4 {
			t.Errorf("%d pages at once, want 4", n)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
		if grown > 16<<20 {
			t.Errorf("the heap grew by %d MiB", grown>>20)
		}
	})
}

// heapNow is how much of the heap is in use.
func heapNow() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestTrailIsReadAsFarAsItMay(t *testing.T) {
	t.Parallel()
	_, c := trail(docspacetest.Work{Files: 1150}, docspacetest.Faults{})
	first, read, err := readAll(t, c, docspace.AuditRange{Pages: 4})
	if err != nil || read.Complete || read.Rows != 400 || read.Requests != 4 || len(first) != 400 {
		t.Fatalf("%d, %+v, %v", len(first), read, err)
	}
	rest, read, err := readAll(t, c, docspace.AuditRange{Skip: read.Rows})
	if err != nil || !read.Complete || len(rest) != 750 {
		t.Fatalf("%d, %+v, %v", len(rest), read, err)
	}
	if first[399].ID == rest[0].ID {
		t.Error("the rest begins with what was read")
	}
}

func TestTrapMoveBetweenRoomsIsTwoRows(t *testing.T) {
	t.Parallel()
	move := func(at time.Duration, user, file string) docspacetest.Event {
		return docspacetest.Event{At: noon.Add(at), UserID: user, Action: 5015, Target: []string{file, "77"}, Title: file}
	}
	for name, tt := range map[string]struct {
		events []docspacetest.Event
		want   int
	}{
		"two rows of one second":  {[]docspacetest.Event{move(0, "a", "1"), move(0, "a", "1")}, 1},
		"two seconds apart":       {[]docspacetest.Event{move(-2*time.Second, "a", "1"), move(0, "a", "1")}, 1},
		"with others in between":  {[]docspacetest.Event{move(-time.Second, "a", "1"), move(-time.Second, "a", "2"), move(0, "a", "1")}, 2},
		"a minute apart":          {[]docspacetest.Event{move(-time.Minute, "a", "1"), move(0, "a", "1")}, 2},
		"by two people":           {[]docspacetest.Event{move(0, "b", "1"), move(0, "a", "1")}, 2},
		"of what is no move":      {[]docspacetest.Event{{At: noon, Action: 5000, Target: []string{"1"}}, {At: noon, Action: 5000, Target: []string{"1"}}}, 2},
		"without anything to say": {[]docspacetest.Event{{At: noon, Action: 5015}, {At: noon, Action: 5015}}, 2},
	} {
		_, c := bundle(docspacetest.Config{Events: tt.events, Now: func() time.Time { return noon }})
		if events, _, err := readAll(t, c, docspace.AuditRange{}); err != nil || len(events) != tt.want {
			t.Errorf("%s: %d events, %v", name, len(events), err)
		}
	}
}

func TestTrapEventsComeLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, c := bundle(docspacetest.Config{})
		p.AddEvents(docspacetest.Event{Action: 5000, Target: []string{"1"}, Late: 8 * time.Second})
		from, to := time.Now().Add(-time.Minute), time.Now()
		if events, err := c.AuditEvents(t.Context(), from, to, 0); err != nil || len(events) != 0 {
			t.Fatalf("%+v %v", events, err)
		}
		<-time.After(10 * time.Second)
		if events, err := c.AuditEvents(t.Context(), from, to, 0); err != nil || len(events) != 1 || events[0].Date.After(to) {
			t.Fatalf("%+v %v", events, err)
		}
	})
}

func TestTrapTrailIsShutWhileRestoring(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 3}, docspacetest.Faults{})
	p.SetTenantStatus(4)
	if _, _, err := readAll(t, c, docspace.AuditRange{}); !errors.Is(err, docspace.ErrRestoring) {
		t.Errorf("%v", err)
	}
	if _, err := c.Quota(t.Context()); !errors.Is(err, docspace.ErrRestoring) {
		t.Errorf("%v", err)
	}
}

func TestTrailNeedsMoreThanFiles(t *testing.T) {
	t.Parallel()
	p, c := trail(docspacetest.Work{Files: 3}, docspacetest.Faults{})
	for scope, ok := range map[string]bool{"files:read": false, "rooms:read": false, "accounts:read": false, "*:read": true, "*:write": true} {
		c.Key = docspace.NewSecret(p.IssueKey(docspacetest.Key{Permissions: []string{scope}}))
		if _, _, err := readAll(t, c, docspace.AuditRange{}); (err == nil) != ok || !ok && !errors.Is(err, docspace.ErrScope) {
			t.Errorf("%s: %v", scope, err)
		}
	}
}

func TestActionsMeanWhatTheyDo(t *testing.T) {
	t.Parallel()
	for id, want := range map[docspace.Action]docspace.Meaning{
		5000: docspace.FileCreated, 5011: docspace.FileCreated, 5013: docspace.FileCreated, 5035: docspace.FileCreated,
		5034: docspace.FileChanged, 5099: docspace.FileChanged, 5001: docspace.FileChanged,
		5015: docspace.FileMoved, 5025: docspace.FolderMoved, 5017: docspace.FileRemoved, 5061: docspace.FileRemoved, 5027: docspace.FolderRemoved,
		5054: docspace.NoChange, 5063: docspace.NoChange, 5064: docspace.NoChange, 5041: docspace.NoChange, 5128: docspace.NoChange,
		5202: docspace.NoChange, 6047: docspace.NoChange, 1000: docspace.NoChange, 7000: docspace.NoChange,
		5070: docspace.RoomCreated, 5154: docspace.RoomCreated, 5072: docspace.RoomChanged, 5074: docspace.RoomRemoved, 5085: docspace.AccessChanged,
		4037: docspace.PersonInvited, 4002: docspace.PersonInvited, 4018: docspace.PersonRemoved, 4022: docspace.PersonRemoved, 4017: docspace.PersonChanged,
		6058: docspace.KeyChanged, 6055: docspace.WebhookChanged, 5028: docspace.ThirdPartyChanged, 9903: docspace.OAuthAppChanged,
		6004: docspace.SecurityChanged, 6094: docspace.SecurityChanged, 5042: docspace.SettingChanged, 6100: docspace.NoChange,
		8123: docspace.OtherChange, // of a newer server
	} {
		if got := id.Meaning(); got != want {
			t.Errorf("%d %s: %s, want %s", id, id.Name(), got, want)
		}
	}
	removing := 0
	for id := docspace.Action(2000); id < 10_000; id++ {
		if id.Name() == "" {
			continue
		}
		lower := strings.ToLower(id.Name())
		if id.Meaning().Removes() {
			removing++
		}
		if strings.Contains(lower, "readed") || strings.Contains(lower, "downloaded") || strings.HasPrefix(lower, "backup") {
			if id.Meaning() != docspace.NoChange {
				t.Errorf("%d %s changes something", id, id.Name())
			}
		}
	}
	if removing < 10 {
		t.Errorf("%d actions remove", removing)
	}
}

// TestNothingOfAPersonsMachineIsRead prints whatever the calls return, of answers
// that hold a mark in each place where nobody should look.
func TestNothingOfAPersonsMachineIsRead(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{
		Events:  docspacetest.Work{Files: 3, Invited: 1}.Events(time.Now()),
		Details: docspacetest.Details{Webhooks: 2, OAuthApps: 53, MailHost: "smtp.example.com", SSO: true},
	})
	ctx := t.Context()
	from, to := time.Now().Add(-2*time.Hour), time.Now()
	events, err := c.AuditEvents(ctx, from, to, 0)
	fail(t, err)
	entries, total, err := c.RoomLog(ctx, "101", from, to, 0)
	fail(t, err)
	accounts, _, err := c.Accounts(ctx, 0)
	fail(t, err)
	mail, err := c.Mail(ctx)
	fail(t, err)
	tariff, err := c.Tariff(ctx)
	fail(t, err)
	capabilities, err := c.Capabilities(ctx)
	fail(t, err)
	hooks, err := c.WebhooksCount(ctx)
	fail(t, err)
	apps, err := c.OAuthAppsCount(ctx)
	fail(t, err)
	if len(events) != 4 || len(entries) != 1 || total != 1 || hooks != 2 || apps != 53 || !capabilities.SSO || mail.Host != "smtp.example.com" || accounts[0].Status != docspace.AccountPending {
		t.Errorf("%d events, %d entries of %d, %d hooks, %d apps, %+v, %+v", len(events), len(entries), total, hooks, apps, capabilities, mail)
	}
	text := printed(t, []any{events, entries, accounts, mail, tariff, capabilities})
	for _, secret := range []string{"4711", "203.0.113.7", "Berlin", "Firefox", "Linux", "@example.com/"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is read", secret)
		}
	}
	for _, r := range p.Requests() {
		for _, never := range []string{"authservice", "tenantextra", "/test", "refresh", "recalculate", "report", "withlink"} {
			if strings.Contains(r.Path, never) || r.Method != http.MethodGet {
				t.Errorf("%s %s is asked", r.Method, r.Path)
			}
		}
	}
}

func fail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
