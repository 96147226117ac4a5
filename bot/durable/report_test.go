package durable_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
)

// report reads a report as restorebot report does.
func report(t *testing.T, url, id string) (bot.Report, error) {
	t.Helper()
	s, err := durable.OpenReadOnly(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return bot.ReadReport(t.Context(), s, id, time.Now())
}

// wantReport checks the report of r1, and what is said of an id that is not there.
func wantReport(t *testing.T, url string) {
	t.Helper()
	r, err := report(t, url, "r1")
	if err != nil || !strings.HasPrefix(r.Markdown, "# Restore r1 of portal of r1: ") || !strings.Contains(r.Markdown, "| requested | U1 |") ||
		!strings.Contains(r.JSONLines, `"restore":"r1","kind":"requested","actor":"U1"`) || strings.Contains(r.JSONLines, `"r0"`) {
		t.Errorf("%v: %s%s", err, r.Markdown, r.JSONLines)
	}
	_, err = report(t, url, "nosuch&id=r1")
	if !errors.Is(err, bot.ErrNotFound) || !strings.Contains(err.Error(), "“nosuch&id=r1”") || !strings.Contains(err.Error(), "\n  r1  ") {
		t.Errorf("an unknown id: %v", err)
	}
}

func TestReportIsReadBesideABotAndWithoutOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "odd name?#%.db")
	s := open(t, file)
	for _, id := range []string{"r0", "r1"} {
		create(t, s, id)
	}
	before, err := s.CheckAudit(t.Context(), durable.AuditHead{})
	if err != nil {
		t.Fatal(err)
	}
	wantReport(t, "sqlite:"+file)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantReport(t, "sqlite:"+file)
	if after, err := open(t, file).CheckAudit(t.Context(), before.AuditHead); err != nil || after != before {
		t.Errorf("the trail was %v and is %v, %v", before, after, err)
	}
}

func reportOnPostgres(t *testing.T, url string) {
	t.Helper()
	s := openURL(t, url)
	for _, id := range []string{"r0", "r1"} {
		create(t, s, id)
	}
	wantReport(t, url)
}
