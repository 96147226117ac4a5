package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/docspace/docspacetest"
)

// pickerSays opens the picker and waits for the words in it.
func (s *oldStage) pickerSays(ctx context.Context, user string, words ...string) {
	s.t.Helper()
	if _, err := s.slack.Command(user, "COPS", "/restore").Wait(ctx); err != nil {
		s.t.Fatal(err)
	}
	s.picker(ctx, user, words...)
}

func TestBinaryNamesWhatThePortalRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sick   func(p *docspacetest.Portal)
		status bool
		words  []string
	}{
		"unpaid": {func(p *docspacetest.Portal) { p.Break(func(f *docspacetest.Faults) { f.Unpaid = true }) }, true, []string{"it is not paid for (402)", "The portal's owner"}},
		"address": {func(p *docspacetest.Portal) {
			p.Break(func(f *docspacetest.Faults) { f.AddressRefused, f.AddressWrapped = true, true })
		}, true, []string{"it lets nobody in from the bot's address (403)", "IP restrictions"}},
		"no rights":     {func(p *docspacetest.Portal) { p.Break(func(f *docspacetest.Faults) { f.NotAdmin = true }) }, true, []string{"may not do this there (403)", "DocSpace admin"}},
		"history fails": {func(p *docspacetest.Portal) { p.Break(func(f *docspacetest.Faults) { f.HistoryFails = true }) }, false, []string{"it cannot put its list of backups together (500", "One backup whose storage"}},
		"suspended":     {func(p *docspacetest.Portal) { p.SetTenantStatus(1) }, true, []string{"it is suspended or about to be removed", "make it active again"}},
		"encryption":    {func(p *docspacetest.Portal) { p.SetTenantStatus(6) }, true, []string{"its storage is being encrypted", "Wait for the end"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, s := begin(t)
			newest := s.newest()
			c.sick(s.portal)
			s.says(ctx, "UALICE", "/restore "+newest, append(c.words, "Nothing was started")...)
			s.says(ctx, "UBOB", "/restore list", append(c.words, "Nothing was started")...)
			s.pickerSays(ctx, "UBOB", append(c.words, "Nothing was started")...)
			if c.status {
				s.says(ctx, "UBOB", "/restore status", append(c.words, "cannot be restored now")...)
			}
			s.untouched()
		})
	}
}

// A portal that refuses at the last moment, at the start itself.
func TestBinaryNamesWhyTheStartIsRefused(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	card := s.card(ctx)
	s.portal.Break(func(f *docspacetest.Faults) { f.NoRestorePlan, f.LeakStack = true, true })
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "its plan does not include this (402). nothing was changed")
	if end := s.cardWith(ctx, "", "The portal's owner has to change the plan"); strings.Contains(s.slack.RenderUnfolded(end, time.UTC), " at Portal.") {
		t.Error("the card shows a stack trace")
	}
}

// A portal of an old version does not say whether it is active.
func TestBinaryVerifiesAPortalThatDoesNotTellItsStatus(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.Break(func(f *docspacetest.Faults) { f.NoTenantStatus = true })
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "its version does not say whether it is active")
	s.shows(ctx, card, "it is as it was")
}

// Three portals accept and are silent: what is known is told within 10 s.
func TestBinaryAnswersBesidePortalsThatAreSilent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := setStage(t)
	stop := make(chan struct{})
	mute := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(stop); mute.Close() })
	var file strings.Builder
	file.WriteString("portals:\n")
	for _, name := range []string{"one", "two", "three"} {
		fmt.Fprintf(&file, "  - name: %[1]s\n    url: %[2]s/%[1]s\n    api_key: sk-%[3]s\n", name, mute.URL, strings.Repeat("0", 64))
	}
	path := filepath.Join(t.TempDir(), "portals.yaml")
	write(t, path, file.String())
	s.env = append(s.env, "PORTALS_FILE="+path)
	s.start(ctx)
	s.portal.StartElsewhere(s.newest())
	began := time.Now()
	asked := map[string][]string{
		"/restore status":                            {"one", "two", "three", "it does not answer in time", "restores something that this bot did not start"},
		"/restore list --portal two":                 {"The backups of two could not be read", "it does not answer in time"},
		"/restore " + s.newest() + " --portal three": {"The portal could not be asked", "it does not answer in time"},
	}
	for text := range asked {
		if _, err := s.slack.Command("UALICE", "COPS", text).Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, words := range asked {
		s.told(ctx, "UALICE", words...)
	}
	if took := time.Since(began); took > 20*time.Second { // 10 s, and room for a busy machine
		t.Errorf("answered after %s", took)
	}
}
