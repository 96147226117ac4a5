package bot_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
)

// clocks are those of a machine whose bot dies, that is booted anew, and whose
// clock somebody sets.
type clocks struct {
	passed        time.Duration // what has really passed
	wrong         time.Duration // by how much the machine's clock is wrong
	began, booted time.Duration // when the process and the machine began
	process, boot int

	shared bool // the database is a server, whose clock nobody sets
	tells  bool // the system says which run of the machine this is
}

func (c *clocks) read() bot.Clock {
	r := bot.Clock{At: time.Unix(0, 0).Add(c.passed), Shared: c.shared, Process: fmt.Sprint("process ", c.process), Ran: c.passed - c.began}
	if !c.shared {
		r.At = r.At.Add(c.wrong)
	}
	if c.tells {
		r.Boot, r.Up = fmt.Sprint("boot ", c.boot), c.passed-c.booted
	}
	return r
}

// Whatever becomes of the clocks, an old consent starts nothing, and a young one
// does, unless that cannot be told.
func TestNoClockMakesAnOldConsentYoung(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &clocks{passed: 1000 * time.Hour, shared: rapid.Bool().Draw(t, "a server's clock"), tells: rapid.IntRange(0, 3).Draw(t, "run told") > 0}
		given, life := c.passed, time.Duration(rapid.IntRange(10, 3600).Draw(t, "life"))*time.Second
		r := bot.Restore{State: bot.Confirmed, RequestedAt: time.Unix(0, 0), ExpiresAt: time.Unix(0, 0).Add(life)}
		r.Confirmations = []bot.Confirmation{{User: "U1", At: c.read().At}}
		consent := bot.NewConsent(c.read())
		ahead, died, rebooted := false, false, false
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) { c.passed += time.Duration(rapid.IntRange(0, 2000).Draw(t, "seconds")) * time.Second },
			"days pass":   func(*rapid.T) { c.passed += 72 * time.Hour },
			"clock is set": func(t *rapid.T) {
				c.wrong += time.Duration(rapid.IntRange(-100000, 100000).Draw(t, "by")) * time.Second
				ahead = ahead || c.wrong > 0
			},
			"bot dies": func(*rapid.T) { c.process, c.began, died = c.process+1, c.passed, true },
			"machine dies": func(*rapid.T) {
				c.process, c.began, c.boot, c.booted, rebooted = c.process+1, c.passed, c.boot+1, c.passed, true
			},
			"": func(t *rapid.T) {
				age, lapsed := c.passed-given, consent.Lapsed(r, c.read())
				untold := !c.shared && (ahead || rebooted || died && !c.tells)
				switch {
				case age >= life && lapsed == nil:
					t.Fatalf("%s old, it holds for %s", age, life)
				case age < life && lapsed != nil && !untold:
					t.Fatalf("%s old, with %s to live, it lapsed: %v", age, life, lapsed)
				}
			},
		})
	})
}

// A look forgives no more than what has surely passed, and nothing where nobody
// looked for long.
func TestWatchingForgivesOnlyWhatWasWatched(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &clocks{passed: 1000 * time.Hour, shared: rapid.Bool().Draw(t, "a server's clock"), tells: true}
		life := time.Duration(rapid.IntRange(10, 3600).Draw(t, "life")) * time.Second
		r := bot.Restore{State: bot.Saving, RequestedAt: time.Unix(0, 0), ExpiresAt: time.Unix(0, 0).Add(life)}
		r.Safety.Stage = bot.SafetyRunning
		r.Confirmations = []bot.Confirmation{{User: "U1", At: c.read().At}}
		consent := bot.NewConsent(c.read())
		var unseen time.Duration // what passed in gaps that are too long for anybody to have been there
		seen := c.passed
		look := func(*rapid.T) {
			if gap := c.passed - seen; gap > time.Minute {
				unseen += gap
			}
			consent, seen = consent.Watch(r, c.read()), c.passed
		}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) { c.passed += time.Duration(rapid.IntRange(0, 200).Draw(t, "seconds")) * time.Second },
			"clock is set": func(t *rapid.T) {
				c.wrong += time.Duration(rapid.IntRange(-100000, 100000).Draw(t, "by")) * time.Second
			},
			"bot dies": func(*rapid.T) { c.process, c.began = c.process+1, c.passed },
			"a look":   look,
			"": func(t *rapid.T) {
				look(t)
				if lapsed := consent.Lapsed(r, c.read()); unseen >= life && lapsed == nil {
					t.Fatalf("nobody looked for %s of %s, and it holds", unseen, life)
				}
			},
		})
	})
}
