package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The 150th of many portals is found in the dialog, by its name and by search.
func TestBinaryPicksAmongManyPortals(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	url, key := "", ""
	for _, v := range s.env {
		if after, ok := strings.CutPrefix(v, "DOCSPACE_URL="); ok {
			url = after
		}
		if after, ok := strings.CutPrefix(v, "DOCSPACE_API_KEY="); ok {
			key = after
		}
	}
	var file strings.Builder
	file.WriteString("portals:\n")
	for i := 1; i <= 150; i++ {
		fmt.Fprintf(&file, "  - name: portal%d\n    url: %s/p%d\n    api_key: %s\n", i, url, i, key)
	}
	path := filepath.Join(t.TempDir(), "portals.yaml")
	write(t, path, file.String())
	s.env = append(s.env, "DOCSPACE_URL=", "DOCSPACE_API_KEY=", "PORTALS_FILE="+path)
	s.start(ctx)
	if _, err := s.slack.Command("UALICE", "COPS", "/restore --portal portal150").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v := s.picker(ctx, "UALICE", "One of 150", "portal150", "3 backups, newest first")
	d, err := s.slack.Suggest(v, "portal", "portal14")
	if err != nil {
		t.Fatal(err)
	}
	ack, err := d.Wait(ctx)
	if err != nil || !strings.Contains(string(ack.Payload), "portal149") {
		t.Errorf("the search was answered %s, %v", ack.Payload, err)
	}
	if d, err = s.slack.ChooseIn(v, "portal", "portal149"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v = s.picker(ctx, "UALICE", "One of 150", "portal149", "3 backups, newest first")
	if fieldOf(t, v, "portal") != "portal" {
		t.Error("no field for the portal")
	}
	s.untouched()
}
