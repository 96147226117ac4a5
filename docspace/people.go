package docspace

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Person is the user of a key.
type Person struct {
	ID          string // a GUID; it changes with every restore of the portal
	DisplayName string
	Email       string
	Owner       bool // of the portal
	Admin       bool // DocSpace admin
}

// CanRestore reports whether the person's role allows a restore.
func (p Person) CanRestore() bool { return p.Owner || p.Admin }

// wirePerson is a person as the server writes them.
type wirePerson struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"` // HTML-encoded
	Email       string `json:"email"`
	IsOwner     bool   `json:"isOwner"`
	IsAdmin     bool   `json:"isAdmin"`
}

// PersonSelf returns the user of the client's key. It also answers while
// the portal is locked by a restore.
//
// It needs a key with a scope that reads accounts, "*:read" or more. Every release
// has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-self-profile/
func (c *Client) PersonSelf(ctx context.Context) (Person, error) {
	w, err := required[wirePerson](ctx, c, request{
		op: "person", method: http.MethodGet, path: api("people", "@self"),
	})
	return w.person(), err
}

func (w wirePerson) person() Person {
	return Person{
		ID: w.ID, DisplayName: html.UnescapeString(w.DisplayName), Email: w.Email, Owner: w.IsOwner, Admin: w.IsAdmin,
	}
}

// UsersCount counts the active users of the portal, to see after a restore that
// they are back.
//
// It needs a key with "*:read" or more and an admin. Every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-users-count/
func (c *Client) UsersCount(ctx context.Context) (int, error) {
	n, err := required[number](ctx, c, request{
		op: "users count", method: http.MethodGet, path: api("portal", "userscount"),
	})
	return int(n), err
}

// roomsList is a list of rooms, of which the length matters.
type roomsList struct {
	Total number `json:"total"`
}

// RoomsCount counts the rooms that the key's user sees.
//
// It needs a key with a scope that reads rooms, "*:read" or more. Every release
// has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-rooms-folder/
func (c *Client) RoomsCount(ctx context.Context) (int, error) {
	list, err := required[roomsList](ctx, c, request{
		op: "rooms count", method: http.MethodGet, path: api("files", "rooms"), query: url.Values{"count": {"1"}},
	})
	return int(list.Total), err
}

// Account is a person of the portal, without their address.
type Account struct {
	ID         string
	Name       string
	Registered time.Time // or invited
	Status     AccountStatus
}

// AccountStatus is the state of an account.
type AccountStatus int

// The states of an account.
const (
	AccountActive   AccountStatus = 1
	AccountDisabled AccountStatus = 2
	AccountPending  AccountStatus = 4 // invited, not yet joined
)

// Accounts returns one page of the portal's people, the newest first: up to
// [ListPage] after the first skip, and the number of all. Registered tells who was
// invited since a time.
//
// It needs a key with a scope that reads accounts, "*:read" or more, whose creator
// is a room admin or higher. Every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/samples/basic-samples/search-user-by-extended-filter
func (c *Client) Accounts(ctx context.Context, skip int) ([]Account, int, error) {
	e, err := opened[[]struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
		Registered  date   `json:"registrationDate"`
		Status      number `json:"status"`
	}](ctx, c, request{
		op: "people", method: http.MethodGet, path: api("people", "filter"), needed: true,
		query: url.Values{
			"sortBy": {"registrationDate"}, "sortOrder": {"descending"},
			"count": {strconv.Itoa(ListPage)}, "startIndex": {strconv.Itoa(skip)},
		},
	})
	if err != nil {
		return nil, 0, err
	}
	accounts := make([]Account, 0, len(*e.Response))
	for _, w := range *e.Response {
		accounts = append(accounts, Account{
			ID: w.ID, Name: html.UnescapeString(w.DisplayName), Registered: w.Registered.Time, Status: AccountStatus(w.Status),
		})
	}
	return accounts, int(e.Total), nil
}
