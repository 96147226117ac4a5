package bot_test

import (
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestCostOfASafetyBackupIsAskedBeforePeopleAre(t *testing.T) {
	t.Parallel()
	mute := func(f *docspacetest.Faults) {
		f.Pages = []docspacetest.Page{{Path: "getservicestate"}, {Path: "getbackupscount"}}
	}
	for name, c := range map[string]struct {
		saas   bool
		flags  string
		broken func(f *docspacetest.Faults)
		want   bot.Charge // without its time
		asked  bool
	}{
		"on SaaS":         {true, "", func(*docspacetest.Faults) {}, bot.Charge{Service: "on", Free: 3}, true},
		"switched off":    {true, "", func(f *docspacetest.Faults) { f.BackupServiceOff = true }, bot.Charge{Service: "off", Free: 3}, true},
		"it does not say": {true, "", mute, bot.Charge{Free: -1, Paid: -1}, true},
		"none is taken":   {true, " --no-safety-backup", func(*docspacetest.Faults) {}, bot.Charge{}, false},
		"self-hosted":     {false, "", func(*docspacetest.Faults) {}, bot.Charge{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playOn(t, docspacetest.Config{SaaS: c.saas, Backups: []docspacetest.Backup{{StorageType: 5}, {StorageType: 5}, {StorageType: 5}}}, func(s *scene) {
				s.Portals[0].Safety = bot.SafetyTarget{StorageType: docspace.StorageThirdPartyConsumer, Params: []command.Param{{Key: "module", Value: "s3"}}}
				s.portal.Break(c.broken)
				got := s.request(c.flags).Preflight.Charge
				if got.At.IsZero() == c.asked {
					s.t.Errorf("asked at %s", got.At)
				}
				c.want.At = got.At
				if got != c.want {
					s.t.Errorf("got %+v, want %+v", got, c.want)
				}
			})
		})
	}
}
