package durable_test

import (
	"path/filepath"
	"testing"
)

// Records of older versions say in the reason that nothing was started. Cards and reports
// say it now, and would say it twice.
func TestOldReasonIsReadWithoutItsEffect(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "old.db"))
	create(t, s, "a")
	r, err := s.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	next := r
	next.Reason.What = "The backup has expired. Nothing was started."
	if _, err := s.Save(t.Context(), r, next); err != nil {
		t.Fatal(err)
	}
	if r, err = s.Get(t.Context(), "a"); err != nil || r.Reason.What != "The backup has expired." {
		t.Errorf("read as %q, %v", r.Reason.What, err)
	}
}
