package blockkit

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// goldens are what the tests hold each view to: cards, answers, notes and modals with
// invented data, as this build sends them.
//
//go:embed testdata/view_*.json testdata/situations.json
var goldens embed.FS

// Sample is one view of the bot with invented data.
type Sample struct {
	Name  string
	Modal bool            // a view of views.open; else a message
	Body  json.RawMessage // as it is sent
}

// Samples are all views of this build, those that look alike once, in the order of
// their names.
func Samples() ([]Sample, error) {
	files, err := goldens.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	var all []Sample
	for _, f := range files {
		raw, err := goldens.ReadFile(path.Join("testdata", f.Name()))
		if err != nil {
			return nil, err
		}
		name, one := strings.CutPrefix(strings.TrimSuffix(f.Name(), ".json"), "view_")
		views := map[string]json.RawMessage{name: raw}
		if !one {
			if views, err = situationsOf(raw); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name(), err)
			}
		}
		for name, body := range views {
			var short bytes.Buffer
			if err := json.Compact(&short, body); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name(), err)
			}
			all = append(all, Sample{Name: name, Modal: one && strings.HasPrefix(name, "modal_"), Body: short.Bytes()})
		}
	}
	slices.SortFunc(all, func(a, b Sample) int { return strings.Compare(a.Name, b.Name) })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(s Sample) bool {
		again := seen[string(s.Body)]
		seen[string(s.Body)] = true
		return again
	}), nil
}

// situationsOf are the messages of a file that holds several.
func situationsOf(raw []byte) (map[string]json.RawMessage, error) {
	var list map[string]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	views := map[string]json.RawMessage{}
	for name, body := range list {
		views["situation: "+name] = body
	}
	return views, nil
}
