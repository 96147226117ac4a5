package policy

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Words of a refusal may point at the people or channels that are listed below
// it. They are only for where somebody is.

// wordsForNobody turns such words into ones that stand alone.
var wordsForNobody = strings.NewReplacer(
	"one of the people below", "somebody who may",
	"one of the channels below", "a channel that is set up for restores",
	", by the people below,", "",
	" by the person below", "",
	"The person below asked", "Somebody asked",
	"The person below confirmed", "Somebody confirmed",
	", named below", "",
)

// wordsForAnybody is for a list that lets everybody in.
var wordsForAnybody = strings.NewReplacer(
	"one of the people below", "somebody else of this workspace",
	"one of the channels below", "any channel that the bot is in",
)

// WithoutPeople is the refusal in words that name no list of people.
func (no *Refusal) WithoutPeople() *Refusal {
	out := *no
	out.What, out.Do, out.People = wordsForNobody.Replace(no.What), wordsForNobody.Replace(no.Do), AllowList{}
	return &out
}

// WithPeople is the refusal with a list that can help, in words that fit it. The
// refused person is left out, for they cannot help themselves. A group counts only
// if Slack tells who else is in it.
func (no *Refusal) WithPeople(ctx context.Context, d Directory, user string) *Refusal {
	if !strings.Contains(no.What+no.Do, "below") {
		return no
	}
	out := *no
	if no.People.Any {
		out.What, out.Do, out.People = wordsForAnybody.Replace(no.What), wordsForAnybody.Replace(no.Do), AllowList{}
		return &out
	}
	help := strings.Contains(no.Do, "one of the people below")
	out.People.IDs = slices.DeleteFunc(slices.Clone(no.People.IDs), func(id string) bool { return id == "" || help && id == user })
	if len(out.People.IDs) > 0 {
		return &out
	}
	some, err := somebodyIn(ctx, d, user, no.People.Groups)
	if some {
		return &out
	}
	alone := no.WithoutPeople()
	switch {
	case !help:
	case err != nil:
		alone.Do += " Slack does not tell the bot who that is; restorebot doctor says why."
	default:
		alone.Do += " Nobody else is set up for it: the bot's operator has to name somebody."
	}
	return alone
}

// somebodyIn reports whether one of these groups holds anybody but user. The error
// is of groups that cannot be read.
func somebodyIn(ctx context.Context, d Directory, user string, groups []string) (bool, error) {
	var faults []error
	for _, group := range groups {
		members, err := d.Members(ctx, group)
		if errors.Is(err, ErrChatBusy) || slices.ContainsFunc(members, func(id string) bool { return id != user }) {
			return true, nil
		}
		faults = append(faults, err)
	}
	return false, errors.Join(faults...)
}
