package bot

import (
	"context"
	"errors"
	"strings"
)

// Prompt answers a command that asks nobody, changes nothing and is not
// recorded: a help, for somebody whose own id is on the bot's lists. It does not
// wait. False leaves the command to [Bot.Command], which decides alone on all
// that is refused.
func (b *Bot) Prompt(c Command) (Answer, bool) {
	text := strings.TrimLeft(c.Text, " ")
	if len(text) < len(VerbHelp) || !strings.EqualFold(text[:len(VerbHelp)], string(VerbHelp)) {
		return nil, false
	}
	line, unread := ParseLine(text)
	if unread != nil || line.Verb != VerbHelp {
		return nil, false
	}
	if b.Policy.Enter(context.Background(), unasked{}, b.Policy.seated(c.Caller)) != nil {
		return nil, false
	}
	if b.Heard != nil {
		b.Heard(line.Verb, true)
	}
	return Help{Topic: line.Topic}, true
}

// unasked is a directory that is not asked: it knows nobody.
type unasked struct{}

var errUnasked = errors.New("nobody is asked here")

func (unasked) Members(context.Context, string) ([]string, error) { return nil, errUnasked }
func (unasked) Person(context.Context, string) (Person, error)    { return Person{}, errUnasked }
func (unasked) Place(context.Context, string) (Place, error)      { return Place{}, errUnasked }
func (d unasked) Fresh() Directory                                { return d }
