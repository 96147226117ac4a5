package bot_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// unchanged are the words by which a refusal says that nothing happened.
var unchanged = regexp.MustCompile(`(?i)nothing (else )?(was|is|can be) (started|changed|done|restored)|changed nothing|was not started`)

// turned is what the requester is told after the checks of a request.
func (s *scene) turned(text string) bot.Answer {
	s.t.Helper()
	a := s.ask(text)
	accepted, ok := a.(bot.Accepted)
	if !ok {
		return a
	}
	s.walk(accepted.Restore.ID, never)
	if len(s.chat.answers) == 0 {
		s.t.Fatal("the requester was told nothing")
	}
	return s.chat.answers[len(s.chat.answers)-1]
}

func (s *scene) from(change func(c *policy.Caller)) bot.Answer {
	c := caller("UALICE")
	change(&c)
	a, _ := s.Command(s.t.Context(), bot.Command{Caller: c, Delivery: "from", Text: s.portal.Backups()[0].ID})
	return a
}

// Every refusal teaches: what is refused, that nothing was changed, what to do.
func TestEveryRefusalSaysWhatThatNothingWasChangedAndWhatNow(t *testing.T) {
	t.Parallel()
	newest := func(s *scene) string { return s.portal.Backups()[0].ID }
	rekey := func(s *scene, k docspacetest.Key) {
		s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.IssueKey(k)), HTTP: docspacetest.Via(s.portal)}
	}
	for name, c := range map[string]struct {
		do    func(s *scene) bot.Answer
		words string
	}{
		"another workspace": {func(s *scene) bot.Answer { return s.from(func(c *policy.Caller) { c.Team = "T9" }) }, "workspace"},
		"a direct message":  {func(s *scene) bot.Answer { return s.from(func(c *policy.Caller) { c.Channel = "D1" }) }, "direct message"},
		"another channel":   {func(s *scene) bot.Answer { return s.from(func(c *policy.Caller) { c.Channel = "CELSE" }) }, "channel"},
		"not on the list":   {func(s *scene) bot.Answer { return s.from(func(c *policy.Caller) { c.User = "UEVE" }) }, "not on the list"},
		"a guest": {func(s *scene) bot.Answer {
			s.chat.people["UALICE"] = policy.Person{Guest: true}
			return s.turned(newest(s))
		}, "Guests"},
		"a shared channel": {func(s *scene) bot.Answer { s.chat.shared = true; return s.turned(newest(s)) }, "another organisation"},
		"not invited":      {func(s *scene) bot.Answer { s.chat.postErr = policy.ErrNotInChannel; return s.turned(newest(s)) }, "not a member"},
		"unknown flag":     {func(s *scene) bot.Answer { return s.ask(newest(s) + " --dumb") }, "no flag"},
		"unknown word":     {func(s *scene) bot.Answer { return s.ask("lisst") }, "neither a command"},
		"unknown portal":   {func(s *scene) bot.Answer { return s.ask(newest(s) + " --portal wiki") }, "no portal called"},
		"several portals":  {func(s *scene) bot.Answer { second(s, policy.PortalRules{}); return s.ask(newest(s)) }, "several portals"},
		"one is open":      {func(s *scene) bot.Answer { s.request(""); return s.ask(newest(s)) }, "open already"},
		"runs elsewhere":   {func(s *scene) bot.Answer { s.portal.StartElsewhere(newest(s)); return s.turned(newest(s)) }, "did not start it"},
		"portal down": {func(s *scene) bot.Answer {
			s.portal.Break(func(f *docspacetest.Faults) { f.Down = true })
			return s.turned(s.portal.Backups()[0].ID)
		}, "could not be asked"},
		"portal locked": {func(s *scene) bot.Answer { s.portal.SetTenantStatus(4); return s.turned(newest(s)) }, "Restoring"},
		"dead key":      {func(s *scene) bot.Answer { s.portal.RevokeKeys(); return s.turned(newest(s)) }, "API key"},
		"key may not write": {func(s *scene) bot.Answer {
			rekey(s, docspacetest.Key{Permissions: []string{"*:read"}})
			return s.turned(newest(s))
		}, "may not write"},
		"unknown backup": {func(s *scene) bot.Answer { return s.turned("11111111-2222-3333-4444-555555555555") }, "shows no backup"},
		"expired backup": {func(s *scene) bot.Answer {
			return s.turned(s.portal.AddBackup(docspacetest.Backup{StorageType: 4, ExpiresOn: time.Now().Add(-time.Second)}))
		}, "has expired"},
		"wrong storage": {func(s *scene) bot.Answer { return s.turned(newest(s) + " --storage Local") }, "contradicts"},
		"safety backup on a cloud portal": {func(s *scene) bot.Answer {
			guarded(s)
			cloud := docspacetest.New(docspacetest.Config{SaaS: true})
			s.Portals[0].API = &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(cloud.Key()), HTTP: docspacetest.Via(cloud)}
			return s.turned(cloud.Backups()[0].ID)
		}, "not self-hosted"},
		"stranger's press": {func(s *scene) bot.Answer { return s.press(s.request(""), "UEVE", bot.PressConfirm) }, "not on the list"},
		"late press": {func(s *scene) bot.Answer {
			r := s.request("")
			time.Sleep(16 * time.Minute)
			return s.press(r, "UBOB", bot.PressConfirm)
		}, "expired"},
		"second press": {func(s *scene) bot.Answer {
			r := s.request("")
			s.press(r, "UBOB", bot.PressConfirm)
			return s.press(r, "UALICE", bot.PressConfirm)
		}, "confirmed already"},
		"press on nothing":  {func(s *scene) bot.Answer { return s.press(bot.Restore{ID: "none"}, "UBOB", bot.PressConfirm) }, "does not know this restore"},
		"nothing to cancel": {func(s *scene) bot.Answer { return s.ask("cancel none") }, "no restore with this id"},
		"nothing to report": {func(s *scene) bot.Answer { return s.later("report none") }, "no restore with this id"},
		"nobody may be asked": {func(s *scene) bot.Answer {
			s.Policy.Users = policy.AllowList{Groups: []string{"S1"}}
			return s.ask(newest(s))
		}, "Slack could not say"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				no, ok := c.do(s).(*policy.Refusal)
				if !ok || no == nil {
					s.t.Fatal("this is not refused")
				}
				if !strings.Contains(no.What, c.words) || no.Rule == "" {
					s.t.Errorf("it does not say what is refused (%q): %q", c.words, no.What)
				}
				want := policy.Effect("")
				switch {
				case strings.Contains(name, "press"):
					want = policy.PressChangedNothing
				case strings.HasPrefix(name, "nothing to"):
					want = policy.CommandChangedNothing
				}
				if no.Effect != want || len(unchanged.FindAllString(no.String(), -1)) != 1 {
					s.t.Errorf("it does not say once that nothing was changed, by %q: %q", want, no)
				}
				if len(no.Do) < 10 || !strings.HasSuffix(no.Do, ".") {
					s.t.Errorf("it does not say what to do: %q", no.Do)
				}
				if s.portal.Starts() > 1 || name != "second press" && s.portal.Starts() > 0 {
					s.t.Errorf("%d starts", s.portal.Starts())
				}
			})
		})
	}
}
