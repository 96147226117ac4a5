package ops

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// ask looks at one portal. Anybody may read the answer: it tells no address but a
// name, and nothing in the portal's own words.
func ask(ctx context.Context, n int, portal bot.Portal) Part {
	ctx, cancel := context.WithTimeout(ctx, portalWithin)
	defer cancel()
	p := Part{Name: publicName(n, portal.PortalName)}
	settings, err := portal.API.Settings(ctx)
	if err != nil {
		p.Detail = publicFault(err)
		return p
	}
	p.OK, p.Detail = true, fmt.Sprintf("version %s, %s", settings.Version, settings.TenantStatus)
	return p
}

// publicName names the n-th portal. A name that is its host, as of the portal of
// DOCSPACE_URL, is told to nobody who has not logged in.
func publicName(n int, p bot.PortalName) string {
	if u, err := url.Parse(p.URL); err == nil && (strings.EqualFold(u.Host, p.Name) || strings.EqualFold(u.Hostname(), p.Name)) {
		return fmt.Sprintf("portal %d", n+1)
	}
	return "portal " + p.Name
}

// publicFault says what is wrong with a portal. The error itself may name hosts,
// and holds what the portal or a proxy has to say.
func publicFault(err error) string {
	what := "cannot be reached"
	answer, known := errors.AsType[*docspace.Error](err)
	switch {
	case errors.Is(err, docspace.ErrNoPortal):
		what = "no portal answers to its name"
	case errors.Is(err, docspace.ErrAddress):
		what = "does not let this machine in"
	case errors.Is(err, docspace.ErrRedirected):
		what = "its address redirects"
	case known && answer.Status >= 400 && answer.Proxy:
		what = fmt.Sprintf("a proxy answers %d in its place", answer.Status)
	case known && answer.Status >= 400:
		what = fmt.Sprintf("answers %d", answer.Status)
	case known && answer.Status > 0:
		what = "answers what cannot be read"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		what = fmt.Sprintf("does not answer within %s", portalWithin)
	}
	return what + "; restorebot doctor tells more"
}
