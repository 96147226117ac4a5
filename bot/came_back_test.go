package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// ended is a restore of a portal with such a backup, with a new key in place.
func (s *scene) ended() bot.Restore {
	s.t.Helper()
	r := s.counted()
	s.press(r, "UBOB", bot.PressConfirm)
	s.walk(r.ID, func(r bot.Restore) bool { return r.State == bot.Succeeded })
	client := s.Portals[0].API.(*docspace.Client)
	s.Portals[0].API = &docspace.Client{BaseURL: client.BaseURL, Key: docspace.NewSecret(s.portal.IssueKey(docspacetest.Key{})), HTTP: client.HTTP}
	return s.walk(r.ID, func(r bot.Restore) bool { return !r.Aftercare.Counts.At.IsZero() })
}

func TestWhatCameBackIsComparedWithWhatWasExpected(t *testing.T) {
	t.Parallel()
	const mean = 64 << 10 // the size of a file of the portal for tests
	for name, tt := range map[string]struct {
		backup docspacetest.Backup
		want   []bot.Compared
	}{
		"all of it": {docspacetest.Backup{Users: 42, Rooms: 4, Files: 96}, []bot.Compared{
			{What: bot.ComparedPeople, Before: 42, Now: 42, Expected: 42},
			{What: bot.ComparedRooms, Before: 7, Now: 4, Expected: 4},
			{What: bot.ComparedFiles, Before: 420, Now: 384, Expected: 383},
			{What: bot.ComparedBytes, Before: 420*mean + 4<<20, Now: 384*mean + 4<<20, Expected: -1},
		}},
		"a room and most files are missing": {docspacetest.Backup{Users: 42, Rooms: 3, Files: 20}, []bot.Compared{
			{What: bot.ComparedPeople, Before: 42, Now: 42, Expected: 42},
			{What: bot.ComparedRooms, Before: 7, Now: 3, Expected: 4, Short: true},
			{What: bot.ComparedFiles, Before: 420, Now: 60, Expected: 383, Short: true},
			{What: bot.ComparedBytes, Before: 420*mean + 4<<20, Now: 60*mean + 4<<20, Expected: -1, Short: true},
		}},
		"half of the people": {docspacetest.Backup{Users: 20, Rooms: 4, Files: 96}, []bot.Compared{
			{What: bot.ComparedPeople, Before: 42, Now: 20, Expected: 42, Short: true},
			{What: bot.ComparedRooms, Before: 7, Now: 4, Expected: 4},
			{What: bot.ComparedFiles, Before: 420, Now: 384, Expected: 383},
			{What: bot.ComparedBytes, Before: 420*mean + 4<<20, Now: 384*mean + 4<<20, Expected: -1},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.backup.StorageType = 5
			playLoss(t, docspacetest.Config{Backups: []docspacetest.Backup{}}, work, func(s *scene) {
				tt.backup.CreatedOn = time.Now().Add(-3 * time.Hour)
				s.portal.AddBackup(tt.backup)
				r := s.ended()
				if diff := cmp.Diff(tt.want, r.CameBack()); diff != "" {
					s.t.Error(diff)
				}
				if r.State != bot.Succeeded || !r.Verdict.Login {
					s.t.Errorf("done is what was verified without a key: %+v", r.Verdict)
				}
			})
		})
	}
}

func TestSetupTellsWhatApplies(t *testing.T) {
	t.Parallel()
	ids := func(r bot.Restore) (ids []string) {
		for _, care := range r.FurtherCare() {
			ids = append(ids, care.ID)
		}
		return ids
	}
	for name, tt := range map[string]struct {
		details docspacetest.Details
		faults  docspacetest.Faults
		events  []docspacetest.Event
		keys    int
		leaves  map[string]bool
		further []string
	}{
		"nothing": {
			details: docspacetest.Details{MailHost: "smtp.example.com"},
			leaves:  map[string]bool{bot.PartTwoFactor: false, bot.PartOAuthApps: false, bot.PartAddresses: false, bot.PartKeys: false, bot.PartMail: false},
		},
		"all of it": {
			details: docspacetest.Details{TwoFactorApp: true, Restricted: true, Addresses: []string{"10.0.0.0/8"}, Webhooks: 2, OAuthApps: 1, SSO: true, Enterprise: true},
			events:  []docspacetest.Event{{Action: 6094}},
			keys:    2,
			leaves: map[string]bool{
				bot.PartTwoFactor: true, bot.PartOAuthApps: true, bot.PartAddresses: true, bot.PartKeys: true, bot.PartMail: true, bot.PartLicence: true,
			},
			further: []string{"mail", "keys", "webhooks", "addresses_new", "logins"},
		},
		"what cannot be read applies": {
			faults: docspacetest.Faults{Pages: []docspacetest.Page{{Path: "tfaapp", Status: 500}, {Path: "smtp", Status: 500}, {Path: "capabilities", Status: 500}}},
			leaves: map[string]bool{bot.PartTwoFactor: true, bot.PartOAuthApps: true, bot.PartMail: true, bot.PartAddresses: false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playLoss(t, docspacetest.Config{Details: tt.details, Faults: tt.faults}, docspacetest.Work{}, func(s *scene) {
				s.portal.AddEvents(tt.events...)
				for range tt.keys {
					s.portal.IssueKey(docspacetest.Key{})
				}
				r := s.counted()
				for part, want := range tt.leaves {
					if got := r.Setup.Leaves(part); got != want {
						s.t.Errorf("%s: %v (%+v)", part, got, r.Setup)
					}
				}
				if diff := cmp.Diff(tt.further, ids(r)); diff != "" {
					s.t.Error(diff)
				}
			})
		})
	}
	if !(bot.Setup{}).Leaves(bot.PartTwoFactor) || len(bot.Restore{}.FurtherCare()) != 0 {
		t.Error("what was not read is not said to be nothing")
	}
}
