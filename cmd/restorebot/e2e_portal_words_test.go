package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

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
		"suspended":     {func(p *docspacetest.Portal) { p.SetTenantStatus(1) }, true, []string{"it is suspended or removed", "make it active again"}},
		"encryption":    {func(p *docspacetest.Portal) { p.SetTenantStatus(6) }, true, []string{"its storage is being encrypted", "Wait for the end"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, nil, func(s *stage.Scene) {
				words := append(c.words, "Nothing was started")
				c.sick(s.Portal)
				s.Alice.Types("/restore " + s.Newest())
				s.Alice.WantTold(words...)
				s.Bob.Types("/restore list")
				s.Bob.WantTold(words...)
				s.Bob.Types("/restore")
				s.Bob.WantDialog(words...)
				if c.status {
					s.Bob.Types("/restore status")
					s.Bob.WantTold(append(c.words, "cannot be restored now")...)
				}
				s.WantUntouched()
			})
		})
	}
}

// A portal that refuses at the last moment, at the start itself.
func TestBinaryNamesWhyTheStartIsRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Portal.Break(func(f *docspacetest.Faults) { f.NoRestorePlan, f.LeakStack = true, true })
		s.Bob.Presses("Restore")
		s.WantFinalCard("its plan does not include this (402).", "nothing was restored and the portal is unchanged")
		if end := s.WantChannelSays("The portal's owner has to change the plan"); strings.Contains(s.Text(end), " at Portal.") {
			t.Error("the card shows a stack trace")
		}
	})
}

// A portal of an old version does not say whether it is active.
func TestBinaryVerifiesAPortalThatDoesNotTellItsStatus(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(s *stage.Scene) {
		s.Portal.Break(func(f *docspacetest.Faults) { f.NoTenantStatus = true })
		s.Alice.Types("/restore " + s.Newest())
		s.WantCard()
		s.Bob.Presses("Restore")
		s.WantFinalCard("its version does not say whether it is active")
		s.WantFinalCard("it is as it was")
	})
}

// Three portals accept and are silent: what is known is told within 10 s.
func TestBinaryAnswersBesidePortalsThatAreSilent(t *testing.T) {
	t.Parallel()
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	others := hosts{}
	setInBubble(t, others.beside, nil, func(s *stage.Scene) {
		var file strings.Builder
		for _, name := range []string{"one", "two", "three"} {
			others[name+".example.com"] = silent
			fmt.Fprintf(&file, "  - name: %[1]s\n    url: http://%[1]s.example.com\n    api_key: sk-%[2]s\n", name, strings.Repeat("0", 64))
		}
		setPortals(t, s, file.String())
		s.Starts()
		s.Portal.StartElsewhere(s.Newest())
		began := time.Now()
		asked := map[string][]string{
			"/restore status":                            {"one", "two", "three", "it does not answer in time", "restores something that this bot did not start"},
			"/restore list --portal two":                 {"The backups of two could not be read", "it does not answer in time"},
			"/restore " + s.Newest() + " --portal three": {"The portal could not be asked", "it does not answer in time"},
		}
		for text := range asked {
			s.Alice.Types(text)
		}
		for _, words := range asked {
			s.Alice.WantTold(words...)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("answered after %s", took)
		}
	})
}
