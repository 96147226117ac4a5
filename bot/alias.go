package bot

import (
	"docspace-restorebot/bot/command"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// alias names a portal of a server with several portals. As an error it says that
// this portal answers in the place of ours.
type alias string

func (a alias) Error() string {
	return "another portal of the server, " + command.QuoteForeign(string(a)) + ", answers at its address"
}

// otherPortal is the alias of the portal that answered in the place of the checked
// one, "" if it is the same or unknown. A server with several portals answers with
// another portal for an unknown host and for a locked portal. A dump brings the
// aliases of its own time.
func (r Restore) otherPortal(s docspace.Settings) alias {
	if r.PortalAlias == "" || s.TenantAlias == "" || s.TenantAlias == r.PortalAlias || r.Order.Dump && !r.StartedAt.IsZero() {
		return ""
	}
	return alias(s.TenantAlias)
}

func (a alias) refusal() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RulePortal,
		What: "Another portal of the server, " + command.QuoteForeign(string(a)) + ", answers at this address now.",
		Do:   "Have the server's operator look why, then ask again with /restore.",
	}
}
