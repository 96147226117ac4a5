package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/docspace"
)

// keySoon is how long before its end a key is worth a warning.
const keySoon = 14 * 24 * time.Hour

// Examine asks each portal about itself and about the bot's key. It does not ask
// for the backups: to list them makes the server forget those whose files it
// does not find.
func (ps Portals) Examine(ctx context.Context) []Finding {
	found := make([][]Finding, len(ps))
	var asked sync.WaitGroup
	for i, p := range ps {
		asked.Go(func() { found[i] = p.examine(ctx) })
	}
	asked.Wait()
	var all []Finding
	for _, f := range found {
		all = append(all, f...)
	}
	return all
}

func (p Portal) examine(ctx context.Context) []Finding {
	check := "portal " + p.Name
	settings, err := p.API.Settings(ctx)
	switch {
	case errors.Is(err, docspace.ErrNoPortal):
		return []Finding{faulty(check, "no portal answers at "+p.URL, "Put the portal's own address in DOCSPACE_URL, as people type it in a browser.")}
	case errors.Is(err, docspace.ErrRedirected):
		return []Finding{faulty(check, "the address redirects: "+err.Error(), "Put the address it leads to in DOCSPACE_URL; most often that is https:// instead of http://.")}
	case err != nil:
		return []Finding{faulty(check, "it cannot be reached: "+err.Error(), WayFix(err, "From this machine, open "+p.URL+"/api/2.0/settings; look at the name and the firewall."))}
	}
	state := passed(check, "version "+settings.Version+", "+string(settings.TenantStatus))
	switch {
	case settings.TenantStatus == docspace.TenantRestoring:
		state = warned(check, state.What, "A restore runs, or a worker died in one: see /restore status, and the operator's guide for a portal that stays locked.")
	case settings.TenantStatus != docspace.TenantActive && settings.TenantStatus != "":
		state = faulty(check, state.What, "Make the portal active again: nothing can be restored before.")
	case !strings.HasPrefix(p.URL, "https://") && !strings.Contains(p.URL, "://127.") && !strings.Contains(p.URL, "://localhost"):
		state = warned(check, state.What+", over plain http", "Use https in DOCSPACE_URL: the key is readable on the way.")
	}
	return append([]Finding{state}, p.examineKey(ctx)...)
}

// whom is a portal's API that can say whom the key stands for.
type whom interface {
	PersonSelf(ctx context.Context) (docspace.Person, error)
}

func (p Portal) examineKey(ctx context.Context) []Finding {
	check, newKey := "key of "+p.Name, "Make a new key as the portal's owner or a DocSpace admin (Developer Tools, API keys), put it in DOCSPACE_API_KEY and start the bot again."
	key, err := p.API.KeySelf(ctx)
	now := time.Now()
	switch {
	case errors.Is(err, docspace.ErrUnauthorized):
		return []Finding{faulty(check, "the portal does not accept it: it is wrong, expired, switched off, or a restore has killed it", newKey)}
	case err != nil:
		return []Finding{faulty(check, "it could not be checked: "+err.Error(), "Look at the portal, then run this again.")}
	case !key.Active || key.Expired(now):
		return []Finding{faulty(check, "it is switched off or expired", newKey)}
	case !key.CanRestore():
		return []Finding{faulty(check, "its permissions "+strings.Join(key.Permissions, ", ")+" do not allow a restore", "Give the key the permission *:write, or make one without restrictions.")}
	}
	state := passed(check, "may restore, never expires")
	if left := key.ExpiresOn.Sub(now); !key.ExpiresOn.IsZero() {
		state = passed(check, "may restore, expires on "+key.ExpiresOn.UTC().Format(time.DateOnly))
		if left < keySoon {
			state = warned(check, fmt.Sprintf("it expires in %d days, on %s", int(left.Hours()/24), key.ExpiresOn.UTC().Format(time.DateOnly)), newKey)
		}
	}
	if w, ok := p.API.(whom); ok {
		person, err := w.PersonSelf(ctx)
		switch {
		case errors.Is(err, docspace.ErrScope):
			state = warned(check, "whose it is could not be told: it may not read accounts", "Give the key the permission *:read too.")
		case err != nil:
			state = warned(check, "whose it is could not be told: "+err.Error(), "Run this again.")
		case !person.CanRestore():
			state = faulty(check, "its owner is neither the portal's owner nor a DocSpace admin", newKey)
		}
	}
	return []Finding{state}
}
