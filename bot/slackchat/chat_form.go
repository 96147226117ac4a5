package slackchat

import (
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// messageForm is how much of a message Slack is asked to take. What it refuses is sent
// once more in each simpler form.
type messageForm int

const (
	formWhole  messageForm = iota // as the view made it
	formSimple                    // the same words in few plain blocks, the same buttons
	formText                      // the text alone
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
	// maxSimple is how much text a simple form has: Slack refuses somewhere above
	// 13,000 characters, and counts more than it shows.
	maxSimple = 9000
	// maxButtons is how many elements one block of actions takes.
	maxButtons = 25
)

// attempts is what Slack said of each message, by restore and kind. It is lost
// with the process: then each is tried anew, once.
type attempts struct {
	mu   sync.Mutex
	byID map[string]attempt
}

type attempt struct {
	form    messageForm // the first that Slack may take
	asked   time.Time
	refused int            // how often it was refused in every form
	until   time.Time      // when it is tried again
	why     *bot.ChatError // the last one
}

// begin returns the form to send, or why it is not sent yet.
func (a *attempts) begin(id string, now time.Time) (messageForm, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.byID[id]
	switch {
	case !ok || now.Sub(at.asked) > formKept:
		return formWhole, nil
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
func (a *attempts) ended(id string, sent, last messageForm, err error, now time.Time) (simpler bool, refused error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var why *bot.ChatError
	if !errors.As(err, &why) || !errors.Is(why, bot.ErrChatDenied) {
		if err == nil && sent == formWhole {
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
	at.form, at.why = formWhole, why
	at.refused++
	wait := refusedFirst << min(at.refused-1, 10)
	if most := restOf(why.Code); wait > most {
		wait = most
	}
	at.until = now.Add(wait)
	a.byID[id] = at
	later := *why
	later.After = wait
	return false, &later
}

// restOf is how long a message rests at most that was refused so.
func restOf(code string) time.Duration {
	if meaning(code) == aboutToken {
		return deniedAtMost
	}
	return refusedAtMost
}

// in is the message in a form.
func (m message) in(f messageForm) message {
	switch f {
	case formSimple:
		return simple(m)
	case formText:
		return message{text: cutText(lines(strings.Join(append(sections(wordsOf(m)), m.bare), "\n")))}
	case formWhole:
	}
	return m
}

// simple is the message in sections of text and one row of buttons: none of its
// words is left out that has room, and none of its buttons.
func simple(m message) message {
	buttons := buttonsOf(m)
	out := message{text: m.text}
	room := maxSimple
	for _, part := range sections(wordsOf(m)) {
		if room -= utf8.RuneCountInString(part); room < 0 {
			break
		}
		out.blocks = append(out.blocks, slack.NewSectionBlock(mrkdwn(part), nil, nil))
	}
	if len(buttons) > 0 {
		out.blocks = append(out.blocks, slack.NewActionBlock(buttonsID(m), buttons[:min(len(buttons), maxButtons)]...))
	}
	return out
}

// wordsOf are the texts of a message, those of its blocks where it has some.
func wordsOf(m message) (words []string) {
	for _, b := range m.blocks {
		switch b := b.(type) {
		case *slack.HeaderBlock:
			words = append(words, "*"+b.Text.Text+"*")
		case *slack.SectionBlock:
			words = append(words, b.Text.Text)
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					words = append(words, t.Text)
				}
			}
		}
	}
	if len(words) == 0 {
		words = []string{orElse(m.text, "…")}
	}
	return words
}

func buttonsOf(m message) (buttons []slack.BlockElement) {
	for _, b := range m.blocks {
		switch b := b.(type) {
		case *slack.SectionBlock:
			if b.Accessory != nil && b.Accessory.ButtonElement != nil {
				buttons = append(buttons, b.Accessory.ButtonElement)
			}
		case *slack.ActionBlock:
			buttons = append(buttons, b.Elements.ElementSet...)
		}
	}
	return buttons
}

// sections joins texts to as few sections as hold them.
func sections(words []string) (out []string) {
	for _, w := range words {
		last := len(out) - 1
		if last >= 0 && utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(w) <= maxSection {
			out[last] = strings.Join([]string{out[last], w}, "\n")
			continue
		}
		out = append(out, w)
	}
	return out
}
