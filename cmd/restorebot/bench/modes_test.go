package main

import (
	"io"
	"testing"
	"time"
)

// The built bot restores over TLS, by an authority that only its settings know.
func TestMeasuresRestoresAtOnceOverTLS(t *testing.T) {
	t.Parallel()
	found, err := scale(t.Context(), options{steps: []int{2}, channels: 5, takes: 4 * time.Second, notes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	one := found.(*scaling).Rows[0] //nolint:forcetypeassert // of scale
	if one.AtOnce != 2 || one.Request.Lost != 0 || one.Memory <= 0 || one.Memory > one.Most || one.LateMax <= 0 {
		t.Errorf("%+v", one)
	}
}

// The seeded restores are ones that the bot reads.
func TestMeasuresWithAPast(t *testing.T) {
	t.Parallel()
	found, err := history(t.Context(), options{requests: 3, commands: 20, history: 300, notes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range found.(*aged).Rows { //nolint:forcetypeassert // of history
		if one.First.P50 <= 0 || one.Request.P50 <= 0 || one.Past.P50 <= 0 || one.First.Lost+one.Request.Lost+one.Past.Lost != 0 || one.Database <= 0 {
			t.Errorf("%+v", one)
		}
	}
}
