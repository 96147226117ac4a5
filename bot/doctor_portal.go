package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"docspace-restorebot/docspace"
)

// keySoon is how long before its end a key is worth a warning.
const keySoon = 14 * 24 * time.Hour

// Examine checks each portal and the bot's key to it. It does not list the backups: the
// server forgets each whose file it does not find.
func (ps Portals) Examine(ctx context.Context) []Finding {
	examiners := make([]Examiner, len(ps))
	for i, p := range ps {
		examiners[i] = ExamineFunc(func(ctx context.Context) []Finding { return p.examine(ctx, i) })
	}
	return Examine(ctx, examiners...)
}

func (p Portal) examine(ctx context.Context, n int) []Finding {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	state, answers := p.health(ctx, n)
	if !answers {
		return []Finding{state}
	}
	if state.Grade == Pass && !strings.HasPrefix(p.URL, "https://") && !strings.Contains(p.URL, "://127.") && !strings.Contains(p.URL, "://localhost") {
		state = warned(state.Check, state.What+", over plain http", "Use https in DOCSPACE_URL: over http others can read the key.")
	}
	return append(append([]Finding{state}, p.examineKey(ctx)...), p.clocks()...)
}

// keyOwner is an [API] that tells whose key the bot has.
type keyOwner interface {
	PersonSelf(ctx context.Context) (docspace.Person, error)
}

func (p Portal) examineKey(ctx context.Context) []Finding {
	check := "key of " + p.Name
	key, err := p.API.KeySelf(ctx)
	now := time.Now()
	switch {
	case err != nil:
		c := p.explain(err)
		return []Finding{faulty(check, "the portal was asked with it, and "+c.why, c.do)}
	case !key.Active || key.Expired(now):
		return []Finding{faulty(check, "it is switched off or expired", p.KeyFrom.newKeyHint())}
	case !key.CanRestore():
		return []Finding{faulty(check, "its permissions "+strings.Join(key.Permissions, ", ")+" do not allow a restore", p.KeyFrom.writeKeyHint())}
	}
	state := passed(check, "may restore, never expires")
	if left := key.ExpiresOn.Sub(now); !key.ExpiresOn.IsZero() {
		state = passed(check, "may restore, expires on "+key.ExpiresOn.UTC().Format(time.DateOnly))
		if left < keySoon {
			state = warned(check, "it expires in "+Count(int(left.Hours()/24), "day", "days")+", on "+key.ExpiresOn.UTC().Format(time.DateOnly), p.KeyFrom.newKeyHint())
		}
	}
	if w, ok := p.API.(keyOwner); ok {
		person, err := w.PersonSelf(ctx)
		switch {
		case errors.Is(err, docspace.ErrScope):
			state = warned(check, "the bot cannot tell whose key it is: the key may not read accounts", "Give the key the permission *:read too.")
		case err != nil:
			c := p.explain(err)
			state = warned(check, "the bot cannot tell whose key it is: "+c.why, c.do)
		case !person.CanRestore():
			state = faulty(check, "its owner is neither the portal's owner nor a DocSpace admin", p.KeyFrom.newKeyHint())
		}
	}
	if _, err := p.API.UsersCount(ctx); err != nil && state.Grade == Pass {
		c := p.explain(err)
		state = faulty(check, "the portal was asked with it, and "+c.why, c.do)
	}
	return []Finding{state}
}
