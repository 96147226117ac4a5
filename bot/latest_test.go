package bot_test

import (
	"strconv"
	"testing"

	"docspace-restorebot/bot"
)

// /restore history shows the newest that ended and that the person may see,
// however many others are in between.
func TestHistoryShowsTheNewestThatMayBeSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rows, mineEvery, open, shown int }{
		"few":                      {5, 1, 0, 5},
		"many":                     {2000, 1, 0, 10},
		"every tenth":              {2000, 10, 0, 10},
		"all portals are restored": {2000, 1, 500, 10},
		"seldom":                   {3000, 400, 0, 2},
		"nobody's":                 {3000, 5000, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				for n := range c.rows {
					r := bot.Restore{ID: strconv.Itoa(n), Portal: "elsewhere", State: bot.Succeeded}
					if (c.rows-n)%c.mineEvery == 0 {
						r.Portal = "docs"
					}
					if c.rows-n <= c.open {
						r.State = bot.Running
					}
					s.store.restores = append(s.store.restores, r)
				}
				past, ok := s.ask("history").(bot.History)
				if !ok || len(past.Restores) != c.shown {
					t.Errorf("%d restores, want %d", len(past.Restores), c.shown)
				}
				for i, r := range past.Restores {
					if want := strconv.Itoa(c.rows - c.open - (i+1)*c.mineEvery); r.ID != want {
						t.Errorf("%d is %s, want %s", i, r.ID, want)
					}
				}
			})
		})
	}
}
