package docspace_test

import (
	"net/netip"
	"testing"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestRestrictionsLetInWhomTheyName(t *testing.T) {
	t.Parallel()
	rules := func(on bool, list ...string) docspace.IPRestrictions {
		r := docspace.IPRestrictions{Enabled: on}
		for _, a := range list {
			r.Rules = append(r.Rules, docspace.IPRule{Addresses: a})
		}
		return r
	}
	for name, tt := range map[string]struct {
		rules docspace.IPRestrictions
		addr  string
		want  bool
	}{
		"off":                 {rules(false, "10.0.0.1"), "192.0.2.9", true},
		"on and empty":        {rules(true), "192.0.2.9", false},
		"the address":         {rules(true, "10.0.0.1", " 192.0.2.9 "), "192.0.2.9", true},
		"another":             {rules(true, "192.0.2.8"), "192.0.2.9", false},
		"a net":               {rules(true, "192.0.2.0/24"), "192.0.2.9", true},
		"another net":         {rules(true, "192.0.3.0/24"), "192.0.2.9", false},
		"a range":             {rules(true, "192.0.2.1-192.0.2.9"), "192.0.2.9", true},
		"below the range":     {rules(true, "192.0.2.10 - 192.0.2.20"), "192.0.2.9", false},
		"of the other family": {rules(true, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "192.0.2.9", false},
		"mapped":              {rules(true, "192.0.2.9"), "::ffff:192.0.2.9", true},
		"six":                 {rules(true, "2001:db8::/32"), "2001:db8::7", true},
		"unreadable":          {rules(true, "office", "1.2.3.4-", "/24", ""), "1.2.3.4", false},
	} {
		if got := tt.rules.Allows(netip.MustParseAddr(tt.addr)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatARestoreTouchesIsRead(t *testing.T) {
	t.Parallel()
	p, c := bundle(docspacetest.Config{
		Users: 5, Rooms: 3, Files: 10,
		Details:  docspacetest.Details{TwoFactorSMS: true, Restricted: true, Addresses: []string{"10.0.0.0/8"}, Enterprise: true},
		RoomList: []docspacetest.Room{{ID: 500, Title: "Board", Files: 1, Private: true}, {ID: 501, Title: "Press", Pinned: true, Files: 2}},
	})
	ctx := t.Context()
	two, err := c.TwoFactor(ctx)
	fail(t, err)
	addresses, err := c.IPRestrictions(ctx)
	fail(t, err)
	tariff, err := c.Tariff(ctx)
	fail(t, err)
	usage, err := c.Usage(ctx)
	fail(t, err)
	space, err := c.UsedSpace(ctx)
	fail(t, err)
	rooms, total, err := c.Rooms(ctx, 0)
	fail(t, err)
	people, all, err := c.Accounts(ctx, 0)
	fail(t, err)
	keys, err := c.Keys(ctx)
	fail(t, err)
	if !two.SMS || two.App || !two.On() || !addresses.Enabled || addresses.Rules[0].Addresses != "10.0.0.0/8" || tariff.State != docspace.TariffPaid || !tariff.Enterprise {
		t.Errorf("%+v %+v %+v", two, addresses, tariff)
	}
	if usage.Users != 5 || usage.Rooms != 3 || usage.Managers != 3 || usage.Bytes != space.Rooms || space.Total() <= space.Rooms {
		t.Errorf("%+v %+v", usage, space)
	}
	if total != 3 || rooms[0].Title != "Press" || rooms[1].ID != "500" || !rooms[1].Private || rooms[2].Files != 10 || all != 5 || len(people) != 5 || len(keys) != 1 {
		t.Errorf("%d %+v, %d people, %d keys", total, rooms, all, len(keys))
	}
	for _, r := range p.Requests() {
		if r.Query.Get("sortBy") != "" && r.Path != "/api/2.0/people/filter" {
			t.Error("the order would stay that of the key's owner")
		}
	}
}

// TestLogOfARoomIsReadToItsEnd has rows of one minute, which come as one.
func TestLogOfARoomIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	var events []docspacetest.Event
	now := time.Now()
	for i := range 250 {
		events = append(events, docspacetest.Event{At: now.Add(-time.Duration(i) * time.Second), Action: 5000, Title: "A.docx", Room: 101})
	}
	events = append(events, docspacetest.Event{At: now.Add(-time.Minute), Action: 5000, Title: "Elsewhere.docx", Room: 102})
	_, c := bundle(docspacetest.Config{Events: events})
	got, pages := 0, 0
	for skip, total := 0, 1; skip < total; skip += docspace.ListPage {
		entries, all, err := c.RoomLog(t.Context(), "101", now.Add(-time.Hour), now, skip)
		if err != nil {
			t.Fatal(err)
		}
		total, pages = all, pages+1
		got += len(entries)
		for _, e := range entries {
			if e.Title != "A.docx" || e.Action != 5000 || e.Parent != "Room 1" || e.User == "" {
				t.Fatalf("%+v", e)
			}
		}
	}
	if got != 250 || pages != 3 {
		t.Errorf("%d entries on %d pages", got, pages)
	}
}
