package durabletest

import (
	"testing"

	"docspace-restorebot/bot"
)

// address checks that a restore holds its portal's address, whatever names the
// portal goes by.
func address(t *testing.T, s bot.Store) {
	t.Helper()
	docs := bot.PortalName{Name: "docs", URL: "https://docs.example.com"}
	first := Restore("first", docs.Name)
	first.Address = docs.Address()
	create(t, s, first)

	renamed := Restore("renamed", "office")
	renamed.Address = docs.Address()
	wantErr(t, s.Create(t.Context(), renamed), bot.ErrPortalBusy)
	if r, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: "office", URL: "https://DOCS.example.com:443/"}); err != nil || !ok || r.ID != first.ID {
		t.Errorf("by another name: %q, %t, %v", r.ID, ok, err)
	}

	moved := Restore("moved", docs.Name)
	moved.Address = "https://new.example.com"
	if _, ok, err := s.OpenOn(t.Context(), bot.PortalName{Name: docs.Name, URL: moved.Address}); err != nil || ok {
		t.Errorf("under the old name at a new address: open %t, %v", ok, err)
	}
	create(t, s, moved)

	next := first
	next.Address = "https://elsewhere.example.com"
	saved, err := s.Save(t.Context(), first, next)
	if err != nil || saved.Address != first.Address {
		t.Errorf("an address that is set became %q, %v", saved.Address, err)
	}

	// What an older version has recorded is bound by name until a step binds it.
	old := Restore("old", "wiki")
	create(t, s, old)
	wiki := bot.PortalName{Name: "wiki", URL: "https://wiki.example.com"}
	anew := Restore("anew", wiki.Name)
	anew.Address = wiki.Address()
	wantErr(t, s.Create(t.Context(), anew), bot.ErrPortalBusy)
	if r, ok, err := s.OpenOn(t.Context(), wiki); err != nil || !ok || r.ID != old.ID {
		t.Errorf("an old one by its name: %q, %t, %v", r.ID, ok, err)
	}
	bound := old
	bound.Address = wiki.Address()
	if bound, err = s.Save(t.Context(), old, bound); err != nil {
		t.Fatal(err)
	}
	wantRow(t, s, bound)
	wantErr(t, s.Create(t.Context(), anew), bot.ErrPortalBusy)
}

// task checks that no two open restores hold one task of a portal.
func task(t *testing.T, s bot.Store) {
	t.Helper()
	holder, other := Restore("holder", "p"), Restore("other", "q")
	holder.State, holder.TaskID = bot.Running, "3f0c5a0e"
	other.State = bot.Starting
	create(t, s, holder)
	create(t, s, other)
	next := other
	next.State, next.TaskID = bot.Running, holder.TaskID
	_, err := s.Save(t.Context(), other, next)
	wantErr(t, err, bot.ErrTaskHeld)
	wantRow(t, s, other)

	ended := holder
	ended.State = bot.Failed
	if _, err := s.Save(t.Context(), holder, ended); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), other, next); err != nil {
		t.Errorf("the task of a restore that has ended: %v", err)
	}
}
