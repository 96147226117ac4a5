package bot

// Leaves reports whether a restore leaves work in a part of the set-up: the part was there
// before, or could not be read.
func (s Setup) Leaves(part string) bool {
	if !s.Knows(part) {
		return true
	}
	switch part {
	case PartTwoFactor:
		return s.TwoFactor
	case PartOAuthApps:
		return !s.Knows(PartLogins) || s.OAuthApps > 0
	case PartAddresses:
		return s.Addresses || s.AddressesNew
	case PartKeys:
		return s.Keys > 1
	case PartWebhooks:
		return s.Webhooks > 0
	case PartLogins:
		return s.SSO || s.LDAP
	case PartMail:
		return s.NoMail
	case PartLicence:
		return s.Licensed
	}
	return false
}

// CareText is one more item that a restore leaves to do on this portal, and why.
type CareText struct{ ID, Text, About string }

// FurtherCare lists the items that the portal's own set-up adds. It has none of a part
// that was not read.
func (r Restore) FurtherCare() (care []CareText) {
	s := r.Setup
	if s.At.IsZero() {
		return nil
	}
	add := func(id, text, about string) { care = append(care, CareText{ID: id, Text: text, About: about}) }
	has := func(part string) bool { return s.Knows(part) && s.Leaves(part) }
	if has(PartMail) {
		add("mail", "Set passwords by hand", "The portal has no server for mail: nobody gets a link for a new password.")
	}
	if has(PartKeys) && !r.Order.Dump {
		add("keys", "Renew "+Count(s.Keys-1, "other API key", "other API keys"), "They died with the restore: whoever uses one makes a new one.")
	}
	if has(PartWebhooks) {
		add("webhooks", "Look at the webhooks", "It had "+Count(s.Webhooks, "webhook", "webhooks")+"; now it has the backup's: check where each goes.")
	}
	if s.AddressesNew {
		add("addresses_new", "Set the allowed addresses again", "The backup's list is back and may lock people and the bot out.")
	}
	if has(PartLogins) {
		add("logins", "Log in once by SSO or LDAP", "Its settings are the backup's.")
	}
	if r.Order.Dump {
		add("machinekey", "If passwords do not work, compare core.machinekey", "It must be the one of the server that made the backup.")
	}
	return care
}
