package docspacetest

import "net/http"

// otherAnswers reports whether another portal of the server gets the request.
// A host that belongs to no portal goes to the one with the lowest status and
// then the lowest id, so a locked portal loses it to one that is active. A dump
// locks them all.
func (p *Portal) otherAnswers() bool {
	if p.faults.OtherPortal == "" {
		return false
	}
	for _, t := range p.tasks() {
		if t.dump && t.locked && !t.ended {
			return false
		}
	}
	return p.status != tenantActive || p.faults.OtherPortalStays && p.swapped
}

// other is another portal of the same server: healthy, with an alias and tasks
// of its own, and no key of ours.
func (p *Portal) other(x *exchange) {
	o, known := operations[x.r.Method+" "+family(x.op)]
	switch {
	case x.op == "":
		x.html(p.faults.OtherPortal + " - DocSpace")
	case !known || o.keys && !p.version.hasKeys():
		x.empty(http.StatusNotFound)
	case !o.anonymous:
		x.empty(http.StatusUnauthorized)
	case o.strictKey && p.version.since(7, 1) && x.who.isKey:
		x.problem(http.StatusForbidden)
	case x.op == "settings":
		x.ok(p.settingsOf(x, p.faults.OtherPortal, tenantActive), 1)
	default:
		p.otherProgress(x)
	}
}

// otherProgress is getrestoreprogress of the other portal: dumps are everybody's.
func (p *Portal) otherProgress(x *exchange) {
	dump, ok := p.dump(x)
	if !ok {
		return
	}
	yes := true
	if t := p.known(&yes); t != nil && (dump == nil || *dump) && p.mayDump() {
		p.answerTask(x, t)
		return
	}
	x.ok(nil, 0)
}
