package docspacetest

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ServeHTTP answers one request, with everything that the switches say.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // half a body is a bad request below
	x := p.receive(r, body)
	leave := p.admit(x)
	if leave == nil {
		x.write(w)
		return
	}
	defer leave()
	if d := x.faults.delay(x.op); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			// The caller is gone; the server works on regardless.
		}
	}
	p.handle(x)
	x.write(w)
}

// receive records the request and notes which faults it will meet.
func (p *Portal) receive(r *http.Request, body []byte) *exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record(r, body)
	x := &exchange{r: r, body: body, faults: p.faults, header: http.Header{}}
	x.header.Set("Date", p.now().UTC().Format(http.TimeFormat))
	_, x.op, _ = strings.Cut(strings.ToLower(r.URL.Path), "/api/2.0/")
	// The web client calls the backup API by another name, which the proxy rewrites.
	if rest, ok := strings.CutPrefix(x.op, "portal/"); ok && (strings.Contains(rest, "backup") || strings.Contains(rest, "restore")) {
		x.op = "backup/" + rest
	}
	return x
}

func (p *Portal) handle(x *exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	x.who = p.identify(x.r)
	if p.proxyAnswers(x) {
		return
	}
	if p.otherAnswers() {
		p.other(x)
	} else {
		p.application(x)
	}
	if p.faults.LoseStartAnswer && x.op == "backup/startrestore" ||
		p.faults.LoseBackupAnswer && x.op == "backup/startbackup" {
		x.cut = true
	}
	if page := p.takePage(x, true); page != nil {
		x.page(cmp.Or(page.Status, http.StatusBadGateway))
	}
}

// proxyAnswers is what happens before the application sees the request.
func (p *Portal) proxyAnswers(x *exchange) bool {
	f := &p.faults
	if f.Down {
		x.cut = true
		return true
	}
	if f.Redirect != "" {
		x.page(http.StatusTemporaryRedirect)
		x.header.Set("Location", f.Redirect)
		return true
	}
	if page := p.takePage(x, false); page != nil {
		x.page(cmp.Or(page.Status, http.StatusBadGateway))
		return true
	}
	if f.RateLimited != 0 && x.op != "" {
		f.RateLimited = max(f.RateLimited-1, -1)
		x.tooMany(mostAMinute, f.RetryAfter)
		return true
	}
	return false
}

// takePage finds the page for a request and counts it.
func (p *Portal) takePage(x *exchange, performed bool) *Page {
	for i := range p.faults.Pages {
		page := p.faults.Pages[i]
		if page.Performed != performed || !strings.HasSuffix(x.r.URL.Path, page.Path) {
			continue
		}
		if page.Times == 1 {
			p.faults.Pages = slices.Delete(slices.Clone(p.faults.Pages), i, i+1)
		} else if page.Times > 1 {
			p.faults.Pages = slices.Clone(p.faults.Pages)
			p.faults.Pages[i].Times--
		}
		return &page
	}
	return nil
}

// application is the order of the server's checks: credential, scope, portal,
// payment, address, and then the operation.
func (p *Portal) application(x *exchange) {
	if x.op == "" {
		p.pages(x)
		return
	}
	o, known := operations[x.r.Method+" "+family(x.op)]
	if !known || o.keys && !p.version.hasKeys() {
		x.empty(http.StatusNotFound)
		return
	}
	switch {
	case !o.anonymous && !x.who.known:
		x.empty(http.StatusUnauthorized)
	case !o.anonymous && !o.selfOnly && !x.who.may(o.scopes(x.r.Method)...):
		x.empty(http.StatusForbidden)
	case o.strictKey && p.version.since(7, 1) && x.who.isKey && (!x.who.known || !x.who.may("*:read", "*:write")):
		x.problem(http.StatusForbidden)
	case !p.open(x):
	case p.faults.Unpaid && !o.unpaid:
		x.problem(http.StatusPaymentRequired)
	case p.faults.AddressRefused && x.who.known:
		x.addressRefused(p.faults.AddressWrapped)
	case p.faults.ErrorIn200:
		x.exception(http.StatusInternalServerError, "System.Exception", "Something went wrong")
		x.status = http.StatusOK
	case o.admin && p.faults.NotAdmin:
		x.exception(http.StatusForbidden, "ASC.Common.Security.Authorizing.AuthorizingException", "Access denied")
	default:
		o.serve(p, x)
	}
}

// open is the tenant filter; false means that it has answered.
func (p *Portal) open(x *exchange) bool {
	host, _, _ := strings.Cut(x.r.Host, ":")
	wanted, _, _ := strings.Cut(p.config.Host, ":")
	progress := strings.HasSuffix(x.op, "getrestoreprogress")
	switch {
	case wanted != "" && !strings.EqualFold(host, wanted),
		p.status == tenantSuspended, p.status == tenantRemovePending:
		x.problem(http.StatusNotFound)
	case p.swapping() && p.faults.SwapNotFound:
		x.problem(http.StatusNotFound)
	case p.swapping() && p.faults.SwapError:
		x.exception(http.StatusInternalServerError, "System.Exception", "Could not resolve current tenant :-(.")
	case p.status == tenantRestoring || p.status == tenantTransferring || p.status == tenantEncryption:
		if progress || slices.ContainsFunc(whitelist, func(end string) bool { return strings.HasSuffix(x.op, end) }) {
			return true
		}
		x.problem(http.StatusForbidden)
	default:
		return true
	}
	return false
}

// whitelist are the ends of paths that a locked portal still serves.
var whitelist = []string{
	"preparation-portal", "portal", "getrestoreprogress", "cancelrestore", "settings", "settings.json", "colortheme",
	"colortheme.json", "logos", "logos.json", "build", "build.json", "@self", "@self.json", "encryption/progress",
	"rebranding/additional", "rebranding/company",
}
