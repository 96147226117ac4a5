package durabletest

import (
	"reflect"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/loss"
)

// losses checks that what a restore takes is kept by name, beside the restore, and
// no longer than it may be.
func losses(t *testing.T, s bot.Store) {
	t.Helper()
	var l loss.List
	fill(t, reflect.ValueOf(&l).Elem())
	l.Restore, l.Until = "a", time.Now().Add(time.Hour).UTC().Round(0)
	past := l
	past.Restore, past.Until = "past", time.Now().Add(-time.Hour)
	more := l
	more.Acts = append(more.Acts, more.Acts...)
	for _, put := range []loss.List{l, past, more} {
		if err := s.PutLoss(t.Context(), put); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Loss(t.Context(), "a"); err != nil || !reflect.DeepEqual(got, more) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, more)
	}
	for _, id := range []string{"past", "nothing"} {
		_, err := s.Loss(t.Context(), id)
		wantErr(t, err, bot.ErrNotFound)
	}
}
