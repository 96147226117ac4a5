package policy

import (
	"context"
	"errors"
	"slices"
)

// In an Enterprise Grid one person may have an id in a workspace and another in
// the organisation, and come with either. Lists may hold either. People are
// compared here, and not by their ids.

// ids lists the ids of a person: in a workspace and in the organisation.
func (who Person) ids() []string {
	var ids []string
	for _, id := range []string{who.ID, who.Org} {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// samePerson reports whether two ids belong to one person. An error means that Slack
// cannot tell; neither answer may then be assumed.
func (p Policy) samePerson(ctx context.Context, d Directory, a, b string) (bool, error) {
	if a == b || p.enterprise() == "" || a == "" || b == "" {
		return a == b, nil
	}
	one, err := d.Person(ctx, a)
	if err != nil {
		return false, err
	}
	other, err := d.Person(ctx, b)
	if err != nil {
		return false, err
	}
	if one.isSame(other) {
		return true, nil
	}
	if a[0] != b[0] && (one.Org == "" || other.Org == "") { // of a workspace, and of an organisation
		return false, errNoOrg
	}
	return false, nil
}

var errNoOrg = errors.New("slack does not say which ids in the organisation people have")

func (who Person) isSame(other Person) bool {
	theirs := other.ids()
	return slices.ContainsFunc(who.ids(), func(id string) bool { return slices.Contains(theirs, id) })
}

// SamePersonAsAny is [Policy.samePerson] with each of several.
func (p Policy) SamePersonAsAny(ctx context.Context, d Directory, user string, others []string) (bool, error) {
	var faults []error
	for _, other := range others {
		same, err := p.samePerson(ctx, d, user, other)
		if same {
			return true, nil
		}
		faults = append(faults, err)
	}
	return false, errors.Join(faults...)
}

// allows reports whether a list names a person by any of their ids. An error means
// no.
func (p Policy) allows(ctx context.Context, d Directory, l AllowList, user string) (bool, error) {
	ok, err := l.Has(ctx, d, user)
	if ok || p.enterprise() == "" || user == "" {
		return ok, err
	}
	who, unknown := d.Person(ctx, user)
	if unknown != nil {
		return false, errors.Join(err, unknown)
	}
	for _, id := range who.ids() {
		if id == user {
			continue
		}
		ok, fault := l.Has(ctx, d, id)
		if ok {
			return true, nil
		}
		err = errors.Join(err, fault)
	}
	if who.Org == "" {
		return false, err
	}
	for _, id := range l.IDs {
		// An entry that Slack does not know lets nobody in, and keeps nobody out.
		if named, err := d.Person(ctx, id); err == nil && named.isSame(who) {
			return true, nil
		}
	}
	return false, err
}
