package durable_test

import (
	"testing"
)

// knowEachOther: processes on one database know how many connections the others
// hold, and not who is on another.
func knowEachOther(t *testing.T, url string) {
	t.Helper()
	first, second := openURL(t, url), openURL(t, url)
	want := func(peers int, err error, want int) {
		t.Helper()
		if err != nil || peers != want {
			t.Errorf("%d connections of peers, %v, want %d", peers, err, want)
		}
	}
	peers, err := first.Present(t.Context(), "first", 2)
	want(peers, err, 0)
	peers, err = second.Present(t.Context(), "second", 3)
	want(peers, err, 2)
	peers, err = first.Present(t.Context(), "first", 2)
	want(peers, err, 3)
	// One that has been silent is there no longer.
	if err := first.Tamper(t.Context(), `UPDATE process SET seen_at = seen_at - 61000000000 WHERE id = 'second'`); err != nil {
		t.Fatal(err)
	}
	peers, err = first.Present(t.Context(), "first", 2)
	want(peers, err, 0)
}
