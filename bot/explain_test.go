package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// words are all that an answer tells.
func words(a any) string {
	switch a := a.(type) {
	case *policy.Refusal:
		return a.What + " " + a.Do
	case bot.Status:
		return fmt.Sprintf("%+v", a.External)
	}
	return fmt.Sprintf("%+v", a)
}

// Whatever a portal says no with has one cause and one cure, in the same words
// wherever it is met, and nothing of the server's own.
func TestPortalsRefusalHasTheSameWordsEverywhere(t *testing.T) {
	t.Parallel()
	set := func(f func(*docspacetest.Faults)) func(*scene) {
		return func(s *scene) { s.portal.Break(func(have *docspacetest.Faults) { f(have); have.LeakStack = true }) }
	}
	state := func(n int) func(*scene) { return func(s *scene) { s.portal.SetTenantStatus(n) } }
	const all, listed = "list picker request status doctor", "list picker request"
	for name, c := range map[string]struct {
		sick       func(*scene)
		where      string
		cause, who string
	}{
		"unpaid":          {set(func(f *docspacetest.Faults) { f.Unpaid = true }), all, "it is not paid for (402)", "The portal's owner"},
		"no rights":       {set(func(f *docspacetest.Faults) { f.NotAdmin = true }), "list picker request status", "may not do this there (403)", "the portal's owner or a DocSpace admin"},
		"address":         {set(func(f *docspacetest.Faults) { f.AddressRefused = true }), all, "it lets nobody in from the bot's address (403)", "An admin of the portal has to add the address"},
		"address wrapped": {set(func(f *docspacetest.Faults) { f.AddressRefused, f.AddressWrapped = true, true }), all, "it lets nobody in from the bot's address (403)", "IP restrictions"},
		"history fails":   {set(func(f *docspacetest.Faults) { f.HistoryFails = true }), listed, "it cannot put its list of backups together (500): System.NullReferenceException", "One backup whose storage cannot be read"},
		"rate limit":      {set(func(f *docspacetest.Faults) { f.RateLimited = -1 }), all, "it asks for fewer requests (429)", "Try again in a minute"},
		"a proxy's page":  {set(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{}} }), all, "the server behind its proxy cannot be reached (502)", "The server's operator"},
		"a proxy's no":    {set(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Status: 403}} }), all, "something in front of it refuses the bot (403)", "The proxy or firewall before the portal"},
		"a page as 200":   {set(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{Status: 200}} }), all, "a page comes where its answer should be", "Open the portal in a browser"},
		"down":            {set(func(f *docspacetest.Faults) { f.Down = true }), all, "it does not answer", "Check that the portal is up"},
		"silent":          {set(func(f *docspacetest.Faults) { f.Delay = time.Hour }), all, "it does not answer in time", "Look whether the portal is up"},
		"redirect":        {set(func(f *docspacetest.Faults) { f.Redirect = "https://evil.example" }), all, "its address leads elsewhere (a redirect)", "Put the address that it leads to"},
		"dead key":        {func(s *scene) { s.portal.RevokeKeys() }, all, "it does not accept the bot's API key (401)", "Make a new key"},
		"narrow key": {func(s *scene) {
			s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.IssueKey(docspacetest.Key{Permissions: []string{"rooms:read"}})), HTTP: docspacetest.Via(s.portal)}
		}, "list picker status", "the bot's API key lacks the permission for this (403)", "*:write"},
		"suspended":  {state(1), all, "no portal is at its address (404), or it is suspended", "the server's operator has to make it active again"},
		"to removed": {state(2), all, "or it is suspended or removed", "the server's operator has to make it active again"},
		"moved":      {state(3), all, "it is being moved (", "Wait for the end of that"},
		"restoring":  {state(4), all, "a restore of it runs or has broken off (Restoring)", "See /restore status"},
		"migrating":  {state(5), "request status doctor", "it is being migrated (Migrating)", "Wait for the end of that"},
		"encryption": {state(6), all, "its storage is being encrypted or decrypted (Encryption)", "Wait for the end of that"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				newest := s.portal.Backups()[0].ID
				c.sick(s)
				s.Doctor = []bot.Examiner{s.Portals}
				for place, ask := range map[string]func() any{
					"list":    func() any { return s.later("list") },
					"picker":  func() any { return s.opened("") },
					"request": func() any { return s.turned(newest) },
					"status":  func() any { return s.later("status") },
					"doctor":  func() any { return s.later("doctor") },
				} {
					if !strings.Contains(c.where, place) {
						continue
					}
					began := time.Now()
					told := words(ask())
					if took := time.Since(began); took > 10*time.Second {
						s.t.Errorf("%s is answered after %s", place, took)
					}
					if !strings.Contains(told, c.cause) || !strings.Contains(told, c.who) {
						s.t.Errorf("%s does not say %q and %q: %s", place, c.cause, c.who, told)
					}
					if no, ok := ask().(*policy.Refusal); ok && len(unchanged.FindAllString(no.String(), -1)) != 1 {
						s.t.Errorf("%s does not say that nothing was changed: %s", place, told)
					}
					for _, never := range []string{" at Portal.", "sk-", "Access denied", "Object reference"} {
						if strings.Contains(told, never) {
							s.t.Errorf("%s tells %q of the server's: %s", place, never, told)
						}
					}
				}
				if s.portal.Starts() != 0 {
					s.t.Errorf("%d starts", s.portal.Starts())
				}
			})
		})
	}
}
