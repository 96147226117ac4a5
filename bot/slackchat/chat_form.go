package slackchat

import (
	"errors"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
)

const (
	// formKept is how long the form of a message is remembered.
	formKept = 24 * time.Hour
	// refusedFirst is the pause after the first lasting refusal of a message. It
	// doubles with each refusal, up to refusedAtMost.
	refusedFirst  = 10 * time.Second
	refusedAtMost = 5 * time.Minute
	// deniedAtMost takes the place of refusedAtMost where the token is refused: all
	// messages wait for a new one.
	deniedAtMost = time.Minute
	// attemptsKept bounds the messages that are remembered.
	attemptsKept = 5000
)

// attempts remembers Slack's answers to each message, by restore and kind. A new process
// knows none and tries each message once more.
type attempts struct {
	mu   sync.Mutex
	byID map[string]attempt
}

type attempt struct {
	form    blockkit.Form // the fullest that Slack may take
	asked   time.Time
	refused int               // refusals in every form
	until   time.Time         // no try before
	why     *policy.ChatError // the last refusal
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

// ended records Slack's answer. simpler reports whether to send the next simpler form;
// last is the simplest one. A lasting refusal comes back with the time to wait.
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
	at := a.byID[id]
	at.asked = now
	if aboutContent.is(err) && sent < last {
		at.form = sent + 1
		keep(&a.byID, attemptsKept, id, at)
		return true, err
	}
	at.form, at.why = blockkit.FormWhole, why
	at.refused++
	wait := refusedFirst << min(at.refused-1, 10)
	if most := maxRest(why.Code); wait > most {
		wait = most
	}
	at.until = now.Add(wait)
	keep(&a.byID, attemptsKept, id, at)
	later := *why
	later.After = wait
	return false, &later
}

// maxRest is the longest pause after a refusal with this code.
func maxRest(code string) time.Duration {
	if aboutOf(code) == aboutToken {
		return deniedAtMost
	}
	return refusedAtMost
}
