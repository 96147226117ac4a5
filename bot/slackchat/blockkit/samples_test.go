package blockkit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Each view and each situation is among the samples, and nothing that is no view any
// more.
func TestSamplesAreTheViewsThereAre(t *testing.T) {
	t.Parallel()
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Collect(maps.Keys(views()))
	for name := range modals() {
		want = append(want, "modal_"+name)
	}
	entries, err := goldens.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range entries {
		name, view := strings.CutPrefix(strings.TrimSuffix(f.Name(), ".json"), "view_")
		if view && !slices.Contains(want, name) {
			t.Errorf("testdata/%s is no view any more: take it away", f.Name())
		}
	}
	names, bodies := map[string]bool{}, map[string]bool{}
	for _, s := range samples {
		if bodies[string(s.Body)] || names[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		names[s.Name], bodies[string(s.Body)] = true, true
		if s.Modal != strings.HasPrefix(s.Name, "modal_") || s.Modal == strings.HasPrefix(string(s.Body), `{"blocks"`) {
			t.Errorf("%s is taken for something else: %.60s", s.Name, s.Body)
		}
	}
	if len(samples) < len(want) || !names["modal_fields"] || !names["requested"] || !names["situation: stalled and locked"] {
		t.Errorf("%d samples of %d views and %d situations", len(samples), len(want), len(situations()))
	}
	if want, got := len(bodiesOf(t)), len(samples); want != got {
		t.Errorf("%d samples, want %d", got, want)
	}
}

// bodiesOf are the views and situations that do not look alike.
func bodiesOf(t *testing.T) map[string]bool {
	t.Helper()
	bodies := map[string]bool{}
	for _, m := range views() {
		bodies[sent(t, map[string]any{"text": m.Text, "blocks": m.Blocks})] = true
	}
	for _, s := range situations() {
		bodies[sent(t, map[string]any{"text": s.shown.Text, "blocks": s.shown.Blocks})] = true
	}
	for _, m := range modals() {
		bodies[sent(t, Modal(m))] = true
	}
	return bodies
}

func sent(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
