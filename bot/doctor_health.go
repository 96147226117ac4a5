package bot

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"docspace-restorebot/docspace"
)

const (
	// healthWithin bounds how long a probe waits for a portal.
	healthWithin = 3 * time.Second
	// healthFresh is how long probes get the last answer of a portal: they must not
	// become a load.
	healthFresh = 15 * time.Second
)

// PortalHealth checks whether portals answer and are active. It keeps their answers for
// [healthFresh] and does not use their keys. It is safe for concurrent use.
type PortalHealth struct {
	Portals Portals

	mu    sync.Mutex
	found []Finding
	until time.Time // when found is too old
}

// Examine implements [Examiner].
func (h *PortalHealth) Examine(ctx context.Context) []Finding {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().Before(h.until) {
		return h.found
	}
	found := make([]Finding, len(h.Portals))
	var asked sync.WaitGroup
	for i, p := range h.Portals {
		asked.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, healthWithin)
			defer cancel()
			found[i], _ = p.health(ctx, i)
		})
	}
	asked.Wait()
	if ctx.Err() == nil {
		h.found, h.until = found, time.Now().Add(healthFresh)
	}
	return found
}

// health checks a portal, the n-th of all. answers is false where it did not answer.
func (p Portal) health(ctx context.Context, n int) (f Finding, answers bool) {
	const more = "; restorebot doctor tells more"
	check := "portal " + p.Name
	public := &Public{Name: p.publicName(n)}
	settings, err := p.API.Settings(ctx)
	version, state := "version "+settings.Version, string(settings.TenantStatus)
	switch c := explainStatus(settings.TenantStatus); {
	case err != nil:
		c = p.explain(err)
		f = faulty(check, c.why+"; its address is "+p.URL, c.do)
		public.Detail = p.explainInPublic(err).why + more
	case inactive(settings):
		f = faulty(check, c.why+", "+version, c.do)
		if settings.TenantStatus == docspace.TenantRestoring {
			f.Grade = Warn
		}
		public.Detail = strings.TrimSuffix(c.why, " ("+state+")") + more
	default:
		f = passed(check, version+", "+cmp.Or(state, "which does not say whether it is active"))
		if public.Detail = f.What; strings.Trim(settings.Version, "0123456789.") != "" { // anything may stand there
			public.Detail = "answers"
		}
	}
	f.Public = public
	return f, err == nil
}

// publicName names the portal, the n-th of all, to those who have not logged in: by
// its number where its name is its host.
func (p PortalName) publicName(n int) string {
	if u, err := url.Parse(p.URL); err == nil && (strings.EqualFold(u.Host, p.Name) || strings.EqualFold(u.Hostname(), p.Name)) {
		return fmt.Sprintf("portal %d", n+1)
	}
	return "portal " + p.Name
}
