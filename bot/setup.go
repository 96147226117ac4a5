package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/docspace"
)

// Setup is the part of a portal's set-up that a restore touches, as it was before. People
// have to put some of it right afterwards, and the rest has to come back. The zero value
// was not read. Unread names the parts that could not be read.
type Setup struct {
	At       time.Time `json:",omitzero"`
	Unread   []string  `json:",omitzero"` // the parts below that could not be read, by their Part names
	Standing bool      `json:",omitzero"` // self-hosted

	TwoFactor bool `json:",omitzero"` // a second factor was required
	Keys      int  `json:",omitzero"` // API keys, the bot's own among them
	OAuthApps int  `json:",omitzero"` // of the key's owner
	Webhooks  int  `json:",omitzero"`
	SSO       bool `json:",omitzero"`
	LDAP      bool `json:",omitzero"`
	// Addresses is set where people may come from some addresses only; AddressesNew
	// where that was changed since the backup, so that the list that comes back is
	// another one.
	Addresses    bool `json:",omitzero"`
	AddressesNew bool `json:",omitzero"`
	// NoMail is set where the portal has no server for its mail: nobody gets a new
	// password.
	NoMail   bool `json:",omitzero"`
	Licensed bool `json:",omitzero"` // a licence, which a dump takes back to the backup's

	// RoomFiles are the files in rooms, Bytes the size of all files.
	RoomFiles int   `json:",omitzero"`
	Bytes     int64 `json:",omitzero"`
}

// The parts of a [Setup] that may be unread.
const (
	PartTwoFactor = "two-factor"
	PartKeys      = "keys"
	PartOAuthApps = "OAuth apps"
	PartWebhooks  = "webhooks"
	PartLogins    = "logins"
	PartAddresses = "addresses"
	PartMail      = "mail"
	PartLicence   = "licence"
	PartFiles     = "files"
	PartBytes     = "bytes"
)

// Knows reports whether a part was read.
func (s Setup) Knows(part string) bool { return !s.At.IsZero() && !slices.Contains(s.Unread, part) }

// setupAtOnce is how many questions about a portal are under way at once.
const setupAtOnce = 4

// readSetup asks the portal what a restore touches. A part that cannot be read is
// listed in Unread and holds nothing up.
func readSetup(ctx context.Context, p Portal, w Witness) Setup {
	s := Setup{At: time.Now().UTC()}
	var mu sync.Mutex
	var wait sync.WaitGroup
	places := make(chan struct{}, setupAtOnce)
	ask := func(part string, read func() (func(), error)) {
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			put, err := read()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				s.Unread = append(s.Unread, part)
				return
			}
			put()
		})
	}
	ask(PartMail, func() (func(), error) {
		settings, err := p.API.Settings(ctx)
		if err != nil {
			return nil, err
		}
		mail, err := w.Mail(ctx)
		return func() { s.Standing, s.NoMail = settings.Standalone, settings.Standalone && mail.Host == "" }, err
	})
	ask(PartTwoFactor, func() (func(), error) {
		two, err := w.TwoFactor(ctx)
		return func() { s.TwoFactor = two.On() }, err
	})
	ask(PartKeys, func() (func(), error) {
		keys, err := w.Keys(ctx)
		return func() { s.Keys = len(keys) }, err
	})
	ask(PartWebhooks, func() (func(), error) {
		n, err := w.WebhooksCount(ctx)
		return func() { s.Webhooks = n }, err
	})
	ask(PartAddresses, func() (func(), error) {
		list, err := w.IPRestrictions(ctx)
		return func() { s.Addresses = list.Enabled }, err
	})
	ask(PartLicence, func() (func(), error) {
		t, err := w.Tariff(ctx)
		return func() { s.Licensed = t.Enterprise || t.Developer }, err
	})
	ask(PartLogins, func() (func(), error) {
		c, err := w.Capabilities(ctx)
		if err == nil && c.OAuthApps {
			n, noApps := w.OAuthAppsCount(ctx)
			return func() {
				s.SSO, s.LDAP, s.OAuthApps = c.SSO, c.LDAP, n
				if noApps != nil {
					s.Unread = append(s.Unread, PartOAuthApps)
				}
			}, nil
		}
		return func() { s.SSO, s.LDAP = c.SSO, c.LDAP }, err
	})
	ask(PartFiles, func() (func(), error) {
		rooms, err := allRooms(ctx, w)
		return func() { s.RoomFiles = filesIn(rooms) }, err
	})
	ask(PartBytes, func() (func(), error) {
		space, err := w.UsedSpace(ctx)
		return func() { s.Bytes = space.Total() }, err
	})
	wait.Wait()
	slices.Sort(s.Unread)
	return s
}

func filesIn(rooms []docspace.Room) (n int) {
	for _, room := range rooms {
		n += room.Files
	}
	return n
}
