package docspace

import (
	"context"
	"encoding/json"
	"net/http"
)

// Usage is the part of its plan that a portal uses. A value below 0 is unknown.
type Usage struct {
	Bytes    int64 // all files and what belongs to them; up to ten minutes old
	Rooms    int   // active ones
	Users    int
	Managers int
}

type wireUsage struct {
	Features []struct {
		ID   string `json:"id"`
		Used *struct {
			Value json.Number `json:"value"`
		} `json:"used"`
	} `json:"features"`
}

// Usage asks how much of its plan the portal uses, from the portal's own cache.
//
// It needs a key with "*:read" or "*:write"; guests are refused. Not every release
// has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrAddress].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-quota-payment-information/
func (c *Client) Usage(ctx context.Context) (Usage, error) {
	u := Usage{Bytes: -1, Rooms: -1, Users: -1, Managers: -1}
	w, err := required[wireUsage](ctx, c, request{
		op: "usage", method: http.MethodGet, path: api("portal", "payment", "quota"),
	})
	if err != nil {
		return u, err
	}
	for _, f := range w.Features {
		if f.Used == nil {
			continue
		}
		n, err := f.Used.Value.Int64()
		if err != nil {
			continue // a flag, or a value that is no count
		}
		switch f.ID {
		case "total_size":
			u.Bytes = n
		case "room":
			u.Rooms = int(n)
		case "users":
			u.Users = int(n)
		case "manager":
			u.Managers = int(n)
		}
	}
	return u, nil
}

// UsedSpace is the size of the files of a portal by section, in bytes.
type UsedSpace struct {
	MyDocuments int64
	Trash       int64
	Archive     int64
	Rooms       int64
	Agents      int64
}

// Total is all of it.
func (s UsedSpace) Total() int64 { return s.MyDocuments + s.Trash + s.Archive + s.Rooms + s.Agents }

type wireSpace struct {
	UsedSpace int64 `json:"usedSpace"`
}

// UsedSpace asks for the current size of the files, without a cache. The size is the
// database's: it does not tell whether the files themselves are there.
// portal/usedspace rounds to hundredths of a GiB, and the recalculations of quotas
// are GETs that start a job: neither must be asked for this.
//
// It needs a key with "*:read" or "*:write" whose creator is the owner or a
// DocSpace admin. Not every release has it.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-files-used-space/
func (c *Client) UsedSpace(ctx context.Context) (UsedSpace, error) {
	w, err := required[struct {
		MyDocuments wireSpace `json:"myDocumentsUsedSpace"`
		Trash       wireSpace `json:"trashUsedSpace"`
		Archive     wireSpace `json:"archiveUsedSpace"`
		Rooms       wireSpace `json:"roomsUsedSpace"`
		Agents      wireSpace `json:"aiAgentsUsedSpace"`
	}](ctx, c, request{op: "used space", method: http.MethodGet, path: api("files", "filesusedspace")})
	return UsedSpace{
		MyDocuments: w.MyDocuments.UsedSpace, Trash: w.Trash.UsedSpace, Archive: w.Archive.UsedSpace,
		Rooms: w.Rooms.UsedSpace, Agents: w.Agents.UsedSpace,
	}, err
}
