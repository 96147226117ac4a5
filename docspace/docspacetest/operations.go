package docspacetest

import (
	"net/http"
	"strings"
)

// operation is a route and what the server asks of the caller.
type operation struct {
	serve     func(*Portal, *exchange)
	anonymous bool
	strictKey bool     // anonymous, but a key that is sent must be a good one
	selfOnly  bool     // any valid credential
	extra     []string // scopes that do besides the general ones
	unpaid    bool     // also for a portal that did not pay
	admin     bool     // the key's creator must be the owner or an admin
	keys      bool     // not in the first releases, as API keys are not
}

// scopes are the permissions of which one is needed.
func (o operation) scopes(method string) []string {
	if method == http.MethodGet {
		return append([]string{"*:read", "*:write"}, o.extra...)
	}
	return append([]string{"*:write"}, o.extra...)
}

// family is the path of an operation without an id in it.
func family(op string) string {
	if strings.HasPrefix(op, "backup/deletebackup/") {
		return "backup/deletebackup/{id}"
	}
	if rest, ok := strings.CutPrefix(op, "files/folder/"); ok && strings.HasSuffix(rest, "/log") {
		return "files/folder/{id}/log"
	}
	return op
}

var operations = map[string]operation{
	"GET settings":                 {serve: (*Portal).settings, anonymous: true, unpaid: true},
	"GET keys/@self":               {serve: (*Portal).keySelf, selfOnly: true, unpaid: true, keys: true},
	"GET keys":                     {serve: (*Portal).keysList, unpaid: true, keys: true},
	"GET portal":                   {serve: (*Portal).information, unpaid: true},
	"GET people/@self":             {serve: (*Portal).peopleSelf, extra: []string{"accounts.self:read", "accounts:read"}, unpaid: true},
	"GET portal/userscount":        {serve: (*Portal).usersCount, extra: []string{"accounts:read"}, admin: true},
	"GET files/rooms":              {serve: (*Portal).roomsList, extra: []string{"rooms:read"}},
	"GET backup/getbackuphistory":  {serve: (*Portal).history, admin: true},
	"POST backup/startrestore":     {serve: (*Portal).startRestore},
	"POST backup/startbackup":      {serve: (*Portal).startBackup, unpaid: true},
	"GET backup/getbackupprogress": {serve: (*Portal).backupProgress, admin: true, unpaid: true},
	"POST backup/cancelbackup":     {serve: (*Portal).cancelBackup, admin: true, keys: true},

	"DELETE backup/deletebackup/{id}":    {serve: (*Portal).deleteBackup, admin: true},
	"DELETE backup/deletebackuphistory":  {serve: (*Portal).deleteHistory, admin: true},
	"GET backup/getbackupschedule":       {serve: (*Portal).getSchedule, admin: true},
	"POST backup/createbackupschedule":   {serve: (*Portal).setSchedule, admin: true},
	"DELETE backup/deletebackupschedule": {serve: (*Portal).deleteSchedule, admin: true},
	"GET backup/getbackupscount":         {serve: (*Portal).backupsCount, admin: true, keys: true},
	"GET backup/getservicestate":         {serve: (*Portal).serviceState, admin: true, keys: true},

	"GET security/audit/events/filter":     {serve: (*Portal).auditFilter, admin: true},
	"GET files/folder/{id}/log":            {serve: (*Portal).roomLog, extra: []string{"files:read"}},
	"GET portal/quota":                     {serve: (*Portal).quota, admin: true, unpaid: true},
	"GET portal/tariff":                    {serve: (*Portal).tariff, unpaid: true},
	"GET portal/payment/quota":             {serve: (*Portal).paymentQuota, unpaid: true},
	"GET files/filesusedspace":             {serve: (*Portal).filesUsedSpace, admin: true},
	"GET people/filter":                    {serve: (*Portal).peopleFilter, extra: []string{"accounts:read"}, admin: true},
	"GET settings/tfaapp":                  {serve: (*Portal).twoFactor},
	"GET settings/iprestrictions":          {serve: (*Portal).restrictions, admin: true},
	"GET settings/iprestrictions/settings": {serve: (*Portal).restrictionSettings, admin: true},
	"GET smtpsettings/smtp":                {serve: (*Portal).mail, admin: true},
	"GET settings/webhook":                 {serve: (*Portal).webhooks},
	"GET capabilities":                     {serve: (*Portal).capabilities, anonymous: true},
	"GET security/oauth2/token":            {serve: (*Portal).oauthToken},
	"GET clients":                          {serve: (*Portal).oauthApps},

	"GET backup/getrestoreprogress": {serve: (*Portal).restoreProgress, anonymous: true, strictKey: true, unpaid: true},
}

// pages are the portal's own, for people.
func (p *Portal) pages(x *exchange) {
	if p.status == tenantRestoring && !strings.HasSuffix(x.r.URL.Path, "/preparation-portal") {
		x.status, x.contentType = http.StatusFound, ""
		x.header.Set("Location", strings.TrimRight(x.r.URL.Path, "/")+"/preparation-portal")
		return
	}
	x.html(p.config.Alias + " - DocSpace")
}

func (p *Portal) settings(x *exchange) {
	known := p.settingsOf(x, p.config.Alias, p.status)
	if p.faults.NoTenantStatus {
		delete(known, "tenantStatus")
	}
	if x.who.known {
		known["limitedAccessSpace"] = p.config.LimitedSpace // told to nobody else
	}
	x.ok(known, 1)
}

// settingsOf is what anybody is told of a portal of this server.
func (p *Portal) settingsOf(x *exchange, alias string, status int) map[string]any {
	return map[string]any{
		"culture": "en-US", "docSpace": true, "standalone": !p.config.SaaS, "baseDomain": x.r.Host,
		"version": p.config.Version, "tenantStatus": status, "tenantAlias": alias,
		"enableAdmMess": true, "cookieSettingsEnabled": false,
	}
}

// information is GET portal: all of it for the owner and admins, the tenant's id
// for the rest.
func (p *Portal) information(x *exchange) {
	known := map[string]any{"tenantId": p.tenantID}
	if !p.faults.NotAdmin {
		known = map[string]any{
			"tenantId": p.tenantID, "tenantAlias": p.config.Alias, "status": p.status, "version": p.config.Version,
			"ownerId": p.ownerID, "timeZone": "UTC", "mappedDomain": "", "name": p.config.Alias, "language": "en-US",
			"creationDateTime": p.date(p.madeAt), "trustedDomainsType": 0,
		}
	}
	x.ok(known, 1)
}

func (p *Portal) peopleSelf(x *exchange) {
	x.ok(map[string]any{
		"id": p.ownerID, "displayName": "Olga Owner", "userName": "olga",
		"email": "olga@example.com", "status": 1, "activationStatus": 1,
		"isOwner": !p.faults.NotAdmin, "isAdmin": !p.faults.NotAdmin, "isVisitor": false, "cultureName": "en-US",
	}, 1)
}

func (p *Portal) usersCount(x *exchange) { x.ok(p.users, 1) }
