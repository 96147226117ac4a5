package docspacetest

import (
	"net/http"
	"strconv"
)

// Details are settings of a portal that a restore touches; the zero value is a
// self-hosted portal that has none of it, and no mail.
type Details struct {
	TwoFactorApp bool
	TwoFactorSMS bool
	// Addresses are those that people may come from; Restricted is whether that is in
	// force.
	Addresses  []string
	Restricted bool
	MailHost   string
	Webhooks   int
	OAuthApps  int // with a service for them, else there is none
	SSO        bool
	LDAP       bool
	Enterprise bool
}

func (p *Portal) quota(x *exchange) {
	x.ok(map[string]any{
		"tenantId": p.tenantID, "name": "default", "audit": !p.faults.NoAudit, "restore": !p.faults.NoRestorePlan,
		"features": "manager:1,audit", "maxTotalSize": 1 << 40, "countUser": 1000,
	}, 1)
}

func (p *Portal) tariff(x *exchange) {
	x.ok(map[string]any{
		"id": 1, "state": 1, "dueDate": "9999-12-31T23:59:59.9999999Z", "licenseDate": apiTime(p.madeAt),
		"customerId": "customer-" + leakMark, "enterprise": p.config.Details.Enterprise, "openSource": !p.config.Details.Enterprise && !p.config.SaaS,
		"developer": false, "quotas": []any{map[string]any{"id": -1000, "quantity": 1}},
	}, 1)
}

func (p *Portal) paymentQuota(x *exchange) {
	if p.faults.NotAdmin {
		x.exception(http.StatusForbidden, "System.Security.SecurityException", "Access denied")
		return
	}
	used := func(id string, n int) map[string]any {
		return map[string]any{"id": id, "value": -1, "type": "count", "used": map[string]any{"value": n, "title": id}}
	}
	x.ok(map[string]any{"id": 1, "title": "Plan", "features": []any{
		used("manager", 3), used("users", p.users), used("room", p.rooms), used("total_size", p.size()),
		map[string]any{"id": "audit", "value": !p.faults.NoAudit, "type": "flag"},
		map[string]any{"id": "restore", "value": !p.faults.NoRestorePlan, "type": "flag"},
	}}, 1)
}

// size is that of all files in rooms, in bytes.
func (p *Portal) size() int {
	n := 0
	for _, r := range p.roomList() {
		n += r.Files
	}
	return n * meanFile
}

func (p *Portal) filesUsedSpace(x *exchange) {
	part := func(title string, size int) map[string]any { return map[string]any{"title": title, "usedSpace": size} }
	x.ok(map[string]any{
		"myDocumentsUsedSpace": part("My documents", 3<<20), "trashUsedSpace": part("Trash", 1<<20),
		"archiveUsedSpace": part("Archive", 0), "roomsUsedSpace": part("Rooms", p.size()), "aiAgentsUsedSpace": part("Agents", 0),
	}, 1)
}

func (p *Portal) twoFactor(x *exchange) {
	d := p.config.Details
	one := func(id string, on bool) map[string]any {
		return map[string]any{"id": id, "title": id, "enabled": on, "available": true, "mandatoryUsers": []any{}, "mandatoryGroups": []any{}, "trustedIps": []any{}}
	}
	x.ok([]any{one("sms", d.TwoFactorSMS), one("app", d.TwoFactorApp)}, 2)
}

func (p *Portal) restrictions(x *exchange) {
	list := make([]map[string]any, 0)
	for i, a := range p.config.Details.Addresses {
		list = append(list, map[string]any{"id": i + 1, "tenantId": p.tenantID, "ip": a, "forAdmin": false})
	}
	x.ok(list, len(list))
}

func (p *Portal) restrictionSettings(x *exchange) {
	x.ok(map[string]any{"enable": p.config.Details.Restricted}, 1)
}

func (p *Portal) mail(x *exchange) {
	host := p.config.Details.MailHost
	x.ok(map[string]any{
		"host": host, "port": 25, "senderAddress": "sender-" + leakMark + "@example.com", "senderDisplayName": "", "credentialsUserName": "user-" + leakMark,
		"credentialsUserPassword": "", "enableSSL": false, "enableAuth": host != "", "useNtlm": false, "isDefaultSettings": host == "",
	}, 1)
}

func (p *Portal) webhooks(x *exchange) {
	list := make([]map[string]any, 0)
	for i := range p.config.Details.Webhooks {
		list = append(list, map[string]any{"status": 200, "configs": map[string]any{
			"id": i + 1, "name": "hook", "uri": "https://hooks.example.com/" + leakMark, "enabled": true, "ssl": true, "triggers": 0,
		}})
	}
	x.ok(list, len(list))
}

func (p *Portal) capabilities(x *exchange) {
	d := p.config.Details
	url := ""
	if d.SSO {
		url = "https://sso.example.com/" + leakMark
	}
	x.ok(map[string]any{
		"ldapEnabled": d.LDAP, "ldapDomain": "", "ssoUrl": url, "ssoLabel": "", "providers": []string{}, "oauthEnabled": true,
		"identityServerEnabled": d.OAuthApps > 0,
	}, 1)
}

func (p *Portal) oauthToken(x *exchange) { x.ok("jwt-"+leakMark+"-"+strconv.Itoa(p.tenantID), 1) }

// oauthApps is another service's, which has no envelope.
func (p *Portal) oauthApps(x *exchange) {
	if x.r.Header.Get("X-Signature") != "jwt-"+leakMark+"-"+strconv.Itoa(p.tenantID) {
		x.empty(http.StatusUnauthorized)
		return
	}
	q := folded(x.r.URL.Query())
	limit, _ := strconv.Atoi(q.Get("limit"))
	first, _ := strconv.Atoi(q.Get("last_client_id"))
	data := make([]map[string]any, 0)
	last := first
	for n := first + 1; n <= p.config.Details.OAuthApps && len(data) < limit; n++ {
		data = append(data, map[string]any{"client_id": strconv.Itoa(n), "name": "App", "client_secret": "app-" + leakMark})
		last = n
	}
	x.json(http.StatusOK, "application/json", map[string]any{
		"data": data, "limit": limit, "last_client_id": strconv.Itoa(last), "last_created_on": apiTime(p.madeAt),
	})
}
