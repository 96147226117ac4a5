package bot_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// broken fails every request for as long as err is set.
type broken struct {
	err  error
	well http.RoundTripper
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.well.RoundTrip(r)
}

// running takes a restore until it runs on a portal that is well.
func (s *scene) running() bot.Restore {
	s.t.Helper()
	r := s.request("")
	if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
		s.t.Fatalf("the press was answered %+v", a)
	}
	return s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
}

func (s *scene) alarms() (kinds []bot.AlarmKind) {
	for _, n := range s.chat.replies {
		if n.Kind == bot.NoteAlarm {
			kinds = append(kinds, n.Alarm.Kind)
		}
	}
	return kinds
}

// A portal that cannot be asked in the middle of a restore is asked on for ever,
// the channel hears why, and hears the true end once it is well.
func TestPortalThatCannotBeAskedIsAskedUntilItAnswers(t *testing.T) {
	t.Parallel()
	set := func(f func(*docspacetest.Faults)) func(*scene, *broken) {
		return func(s *scene, _ *broken) { s.portal.Break(f) }
	}
	fail := func(err error) func(*scene, *broken) { return func(_ *scene, b *broken) { b.err = err } }
	for name, c := range map[string]struct {
		sick  func(*scene, *broken)
		words string
	}{
		"down":             {set(func(f *docspacetest.Faults) { f.Down = true }), "does not answer"},
		"slow":             {set(func(f *docspacetest.Faults) { f.Delay = time.Hour }), "in time"},
		"half an answer":   {set(func(f *docspacetest.Faults) { f.CutAnswer = true }), "answer"},
		"a proxy's page":   {set(func(f *docspacetest.Faults) { f.Pages = []docspacetest.Page{{}} }), "behind its proxy"},
		"429":              {set(func(f *docspacetest.Faults) { f.RateLimited = -1 }), "fewer requests"},
		"429 with a time":  {set(func(f *docspacetest.Faults) { f.RateLimited, f.RetryAfter = -1, time.Minute }), "fewer requests"},
		"garbage":          {set(func(f *docspacetest.Faults) { f.Garbage = true }), "cannot be read"},
		"a huge answer":    {set(func(f *docspacetest.Faults) { f.HugeBody = true }), "too large"},
		"an error in 200":  {set(func(f *docspacetest.Faults) { f.ErrorIn200, f.LeakStack = true, true }), ""},
		"elsewhere":        {set(func(f *docspacetest.Faults) { f.Redirect = "https://evil.example" }), "redirect"},
		"not allowed":      {set(func(f *docspacetest.Faults) { f.AddressRefused = true }), ""},
		"no such name":     {fail(&net.DNSError{Err: "no such host", Name: "docs.example.com", IsNotFound: true}), "DNS"},
		"bad certificate":  {fail(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "TLS"},
		"connection reset": {fail(errors.New("read: connection reset by peer")), "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lasts := 40 * time.Minute
			if name == "a huge answer" {
				lasts = 4 * time.Minute // each look reads megabytes
			}
			playOn(t, docspacetest.Config{Script: docspacetest.Total(3 * time.Minute)}, func(s *scene) {
				wire := s.wire()
				r := s.running()
				c.sick(s, wire)
				long := time.Now().Add(lasts)
				r = s.walk(r.ID, func(bot.Restore) bool { return time.Now().After(long) })
				if name == "not allowed" && r.State == bot.Succeeded {
					return // the progress is for everybody to see
				}
				if r.State != bot.Running || !strings.Contains(r.Progress.Trouble, c.words) || r.Progress.Trouble == "" {
					s.t.Errorf("in the end it is %s, trouble %q, want %q", r.State, r.Progress.Trouble, c.words)
				}
				if !slices.Contains(s.alarms(), bot.AlarmSilent) {
					s.t.Errorf("alarms %v, want %s", s.alarms(), bot.AlarmSilent)
				}
				if strings.Contains(r.Progress.Trouble, "at ASC") || strings.Contains(r.Progress.Trouble, s.portal.Key()) {
					s.t.Errorf("the trouble tells too much: %s", r.Progress.Trouble)
				}
				s.portal.Heal()
				wire.err = nil
				s.want(s.walk(r.ID, never), bot.Succeeded, 1)
			})
		})
	}
}

// wire puts itself between the bot and the portal.
func (s *scene) wire() *broken {
	b := &broken{well: docspacetest.Via(s.portal).Transport}
	s.Portals[0].API = &docspace.Client{
		BaseURL: "https://docs.example.com", Key: docspace.NewSecret(s.portal.Key()), HTTP: &http.Client{Transport: b},
	}
	return b
}

// A portal that answers, and lies: each is told with its alarm or its end.
func TestPortalThatLiesIsSeenThrough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config docspacetest.Config
		faults func(*docspacetest.Faults)
		alarm  bot.AlarmKind // raised while the fault lasts; "" for none
		end    bot.State     // once the portal is well
	}{
		"no worker picks it up":       {docspacetest.Config{}, func(f *docspacetest.Faults) { f.StuckQueued = true }, bot.AlarmQueued, bot.Succeeded},
		"the worker is killed":        {docspacetest.Config{}, func(f *docspacetest.Faults) { f.WorkerDiesAt = 40 }, bot.AlarmStalled, bot.Succeeded},
		"the worker dies downloading": {docspacetest.Config{}, func(f *docspacetest.Faults) { f.WorkerDead = true }, "", bot.Succeeded},
		"progress goes backwards":     {docspacetest.Config{Version: "3.5.0"}, nil, "", bot.Succeeded},
		"no status":                   {docspacetest.Config{Version: "3.6.1"}, nil, "", bot.Succeeded},
		"404 at the swap":             {docspacetest.Config{}, func(f *docspacetest.Faults) { f.SwapNotFound = true }, "", bot.Succeeded},
		"500 at the swap":             {docspacetest.Config{}, func(f *docspacetest.Faults) { f.SwapError = true }, "", bot.Succeeded},
		"stopped by the server":       {docspacetest.Config{}, func(f *docspacetest.Faults) { f.Cancel = true }, "", bot.Failed},
		"failed outside": {docspacetest.Config{}, func(f *docspacetest.Faults) {
			f.FailOutside, f.FailText, f.FailAt = true, "One or more errors occurred.", 20
		}, "", bot.Failed},
		"names for enums": {docspacetest.Config{}, func(f *docspacetest.Faults) { f.NamedEnums = true }, "", bot.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.config.Script == (docspacetest.Script{}) {
				c.config.Script = docspacetest.Total(2 * time.Minute)
			}
			playOn(t, c.config, func(s *scene) {
				r := s.request("")
				if c.alarm == bot.AlarmQueued {
					s.portal.Break(c.faults)
				}
				if a := s.press(r, "UBOB", bot.PressConfirm); a != nil {
					s.t.Fatalf("the press was answered %+v", a)
				}
				r = s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Running })
				if c.faults != nil && c.alarm != bot.AlarmQueued {
					s.portal.Break(c.faults)
				}
				most := 0
				long := time.Now().Add(45 * time.Minute)
				r = s.walk(r.ID, func(r bot.Restore) bool {
					if r.Progress.Percent < most {
						s.t.Errorf("the bar went back from %d to %d", most, r.Progress.Percent)
					}
					most = r.Progress.Percent
					return time.Now().After(long)
				})
				if c.alarm != "" && (!slices.Contains(s.alarms(), c.alarm) || r.State != bot.Running) {
					s.t.Errorf("after 45 minutes it is %s with alarms %v, want %s", r.State, s.alarms(), c.alarm)
				}
				s.portal.Heal()
				s.want(s.walk(r.ID, never), c.end, 1)
			})
		})
	}
}

// A task of a day ago is no restore that runs, and never taken for ours.
func TestOldTaskIsNotOurs(t *testing.T) {
	t.Parallel()
	play(t, func(s *scene) {
		s.portal.StartElsewhere(s.portal.Backups()[0].ID)
		time.Sleep(time.Hour)
		s.portal.IssueKey(docspacetest.Key{})
		s.wire()
		before := len(s.portal.Restores())
		s.want(s.walk(s.running().ID, never), bot.Succeeded, 1)
		if n := len(s.portal.Restores()); before != 1 || n != 2 {
			s.t.Errorf("%d restores before and %d after, want 1 and 2", before, n)
		}
	})
}
