package slackchat

import (
	"errors"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
)

const (
	// formKept is how long it is remembered in which form Slack takes a message.
	formKept = 24 * time.Hour
	// refusedFirst is how long a message rests that Slack refuses for good. It
	// doubles with each refusal, to refusedAtMost.
	refusedFirst = 10 * time.Second
	// of the token less: it is every message's, and is put right at once.
	refusedAtMost = 5 * time.Minute
	deniedAtMost  = time.Minute
	// attemptsKept bounds what is remembered.
	attemptsKept = 5000
)

// attempts is what Slack said of each message, by restore and kind. It is lost
// with the process: then each is tried anew, once.
type attempts struct {
	mu   sync.Mutex
	byID map[string]attempt
}

type attempt struct {
	form    blockkit.Form // the first that Slack may take
	asked   time.Time
	refused int               // how often it was refused in every form
	until   time.Time         // when it is tried again
	why     *policy.ChatError // the last one
}

// begin returns the form to send, or why it is not sent yet.
func (a *attempts) begin(id string, now time.Time) (blockkit.Form, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.byID[id]
	switch {
	case !ok || now.Sub(at.asked) > formKept:
		return blockkit.FormWhole, nil
	case now.Before(at.until):
		held := *at.why
		held.Held, held.After = true, at.until.Sub(now)
		return at.form, &held
	}
	return at.form, nil
}

// ended notes what Slack said. Where a simpler form may be taken it says so;
// last is the simplest there is. What is refused for good comes back with when
// to ask again.
func (a *attempts) ended(id string, sent, last blockkit.Form, err error, now time.Time) (simpler bool, refused error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var why *policy.ChatError
	if !errors.As(err, &why) || !errors.Is(why, policy.ErrChatDenied) {
		if err == nil && sent == blockkit.FormWhole {
			delete(a.byID, id)
		} else if at, ok := a.byID[id]; ok && err == nil {
			at.refused, at.why = 0, nil
			a.byID[id] = at
		}
		return false, err
	}
	if a.byID == nil || len(a.byID) >= attemptsKept {
		a.byID = map[string]attempt{}
	}
	at := a.byID[id]
	at.asked = now
	if aboutContent.is(err) && sent < last {
		at.form = sent + 1
		a.byID[id] = at
		return true, err
	}
	at.form, at.why = blockkit.FormWhole, why
	at.refused++
	wait := refusedFirst << min(at.refused-1, 10)
	if most := maxRest(why.Code); wait > most {
		wait = most
	}
	at.until = now.Add(wait)
	a.byID[id] = at
	later := *why
	later.After = wait
	return false, &later
}

// maxRest is how long a message rests at most that was refused so.
func maxRest(code string) time.Duration {
	if aboutOf(code) == aboutToken {
		return deniedAtMost
	}
	return refusedAtMost
}
