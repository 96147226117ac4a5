package bot

import (
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// alias names a portal of a server that has several. As an error it says that
// this one answers in the place of ours.
type alias string

func (a alias) Error() string {
	return "another portal of the server, " + command.QuoteForeign(string(a)) + ", answers at its address"
}

// otherPortal is the alias of the portal that answered in the place of the one
// that was checked, "" if it is the same or cannot be told. A server with several
// portals answers a host that it does not know, and one whose portal is locked,
// with another of them. A dump brings the aliases of its own time.
func (r Restore) otherPortal(s docspace.Settings) alias {
	if r.PortalAlias == "" || s.TenantAlias == "" || s.TenantAlias == r.PortalAlias || r.Order.Dump && !r.StartedAt.IsZero() {
		return ""
	}
	return alias(s.TenantAlias)
}

func (a alias) refusal() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RulePortal,
		What: "Another portal of the server, " + command.QuoteForeign(string(a)) + ", answers at this address now. Nothing was started.",
		Do:   "Have whoever runs the server look why, then ask again with /restore.",
	}
}
