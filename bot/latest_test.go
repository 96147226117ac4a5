package bot_test

import (
	"strconv"
	"testing"

	"docspace-restorebot/bot"
)

// /restore history reads on only until it has enough, and no further than 200.
func TestHistoryReadsInPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows, mineEvery int
		shown, pages    int
	}{
		"few":             {5, 1, 5, 0},
		"many":            {2000, 1, 10, 0},
		"a page, no more": {20, 7, 2, 2},
		"every tenth":     {2000, 10, 10, 9},
		"seldom":          {1000, 150, 1, 19},
		"nobody's":        {1000, 5000, 0, 19},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(s *scene) {
				for n := range c.rows {
					r := bot.Restore{ID: strconv.Itoa(n), Portal: "elsewhere", State: bot.Succeeded}
					if (c.rows-n)%c.mineEvery == 0 {
						r.Portal = "docs"
					}
					s.store.restores = append(s.store.restores, r)
				}
				past, ok := s.ask("history").(bot.Past)
				if !ok || len(past.Restores) != c.shown || s.store.pages != c.pages {
					t.Errorf("%d restores after %d pages more, want %d after %d", len(past.Restores), s.store.pages, c.shown, c.pages)
				}
				for i, r := range past.Restores {
					if want := strconv.Itoa(c.rows - (i+1)*c.mineEvery); r.ID != want {
						t.Errorf("%d is %s, want %s", i, r.ID, want)
					}
				}
			})
		})
	}
}
