package docspace

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Period is how often the server makes a scheduled backup; "" is unknown. Decoding
// accepts names and numbers, and keeps an unknown one as it is.
type Period string

// The periods.
const (
	EveryDay   Period = "EveryDay"
	EveryWeek  Period = "EveryWeek"
	EveryMonth Period = "EveryMonth"
)

var periodNames = []string{string(EveryDay), string(EveryWeek), string(EveryMonth)}

// UnmarshalJSON reads a name or a number; null leaves p as it is.
func (p *Period) UnmarshalJSON(b []byte) error { return decodeEnum(b, periodNames, (*string)(p)) }

// Cron is when the server makes a scheduled backup.
type Cron struct {
	Period Period `json:"period"`
	Hour   int    `json:"hour"` // 0 to 23, in the portal's time zone
	Day    int    `json:"day"`  // EveryWeek: 1 to 7; EveryMonth: 1 to 31, and no backup in a month without that day; EveryDay: 0
}

// Schedule is the automatic backup of a portal.
type Schedule struct {
	StorageType   StorageType
	StorageParams []Param // sorted by key when read, without what the server adds
	Cron          Cron
	Stored        int       // how many backups the server keeps; 0 is its default
	LastBackupOn  time.Time // zero is never; the client does not send it
	Dump          bool
}

// wireSchedule is a schedule as the server writes it: the parameters are an object.
type wireSchedule struct {
	StorageType    StorageType        `json:"storageType"`
	StorageParams  map[string]*string `json:"storageParams"`
	CronParams     Cron               `json:"cronParams"`
	BackupsStored  number             `json:"backupsStored"`
	LastBackupTime date               `json:"lastBackupTime"`
	Dump           bool               `json:"dump"`
}

// wireScheduleRequest is a schedule as the server reads it: the parameters are a list.
type wireScheduleRequest struct {
	StorageType   wireStorage `json:"storageType"`
	StorageParams []Param     `json:"storageParams,omitempty"`
	BackupsStored *int        `json:"backupsStored,omitempty"`
	CronParams    Cron        `json:"cronParams"`
	Dump          bool        `json:"dump"`
}

// BackupSchedule returns the automatic backup of the portal, or of the installation
// with dump; false is none.
//
// It needs a key with "*:read" or "*:write" and an admin. Every release has it;
// before 3.1 dump is ignored.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/get-backup-schedule/
func (c *Client) BackupSchedule(ctx context.Context, dump bool) (Schedule, bool, error) {
	w, ok, err := call[wireSchedule](ctx, c, request{
		op: "backup schedule", method: http.MethodGet, path: api("backup", "getbackupschedule"), query: dumpQuery(dump),
	})
	if err != nil || !ok {
		return Schedule{}, false, err
	}
	s := Schedule{
		StorageType: w.StorageType, Cron: w.CronParams, Stored: int(w.BackupsStored),
		LastBackupOn: w.LastBackupTime.Time, Dump: w.Dump,
	}
	for _, key := range slices.Sorted(maps.Keys(w.StorageParams)) {
		if value := w.StorageParams[key]; value != nil && !serverParam(s.StorageType, s.Dump, key) {
			s.StorageParams = append(s.StorageParams, Param{key, *value})
		}
	}
	return s, true, nil
}

// serverParam reports whether the server adds the parameter to a schedule: tenantId
// to that of a dump, where a request must not have it, and folderId, which is a
// path, to that of a storage without folders.
func serverParam(t StorageType, dump bool, key string) bool {
	switch key {
	case "tenantId":
		return dump
	case "folderId":
		return t == StorageLocal || t == StorageDataStore || t == StorageCustomCloud
	}
	return false
}

// SetBackupSchedule makes or replaces the automatic backup of the portal, or of the
// installation with Dump, and returns the server's answer.
//
// It needs a key with "*:write" and an admin. Every release has it. The first
// releases want numbers as texts, and refuse this form with [ErrBadRequest].
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrBadRequest];
// [ErrForbidden]; [ErrNotFound] for an unknown folder.
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/create-backup-schedule/
func (c *Client) SetBackupSchedule(ctx context.Context, s Schedule) (bool, error) {
	body := wireScheduleRequest{
		StorageType: wireStorage(s.StorageType), CronParams: s.Cron, Dump: s.Dump,
		StorageParams: slices.DeleteFunc(slices.Clone(s.StorageParams), func(p Param) bool { return serverParam(s.StorageType, s.Dump, p.Key) }),
	}
	if s.Stored != 0 {
		body.BackupsStored = &s.Stored
	}
	r := request{
		op: "set backup schedule", method: http.MethodPost, path: api("backup", "createbackupschedule"), body: body,
	}
	if err := errors.Join(checkTarget(s.StorageType, s.StorageParams), s.Cron.check(), checkStored(s.Stored)); err != nil {
		return false, r.invalid("%w", err)
	}
	return required[bool](ctx, c, r)
}

func (c Cron) check() error {
	if !slices.Contains(periodNames, string(c.Period)) {
		return errors.New("the period must be EveryDay, EveryWeek or EveryMonth")
	}
	if c.Hour < 0 || c.Hour > 23 {
		return errors.New("the hour must be 0 to 23")
	}
	switch {
	case c.Period == EveryDay && c.Day != 0:
		return errors.New("the day must be 0 with EveryDay")
	case c.Period == EveryWeek && (c.Day < 1 || c.Day > 7):
		return errors.New("the day must be 1 to 7 with EveryWeek")
	case c.Period == EveryMonth && (c.Day < 1 || c.Day > 31):
		return errors.New("the day must be 1 to 31 with EveryMonth")
	}
	return nil
}

func checkStored(n int) error {
	if n < 0 {
		return errors.New("the number of backups kept must not be negative")
	}
	return nil
}

// DeleteBackupSchedule ends the automatic backup of the portal, or of the
// installation with dump, and returns the server's answer. Earlier backups stay.
//
// It needs a key with "*:write" and an admin. Every release has it; before 3.1 dump
// is ignored.
//
// Errors, in the order of the server's checks: [ErrUnauthorized]; [ErrScope];
// [ErrNoPortal]; [ErrRestoring]; [ErrPlan]; [ErrAddress]; [ErrForbidden].
//
// Official page: https://api.onlyoffice.com/docspace/api-backend/usage-api/delete-backup-schedule/
func (c *Client) DeleteBackupSchedule(ctx context.Context, dump bool) (bool, error) {
	return required[bool](ctx, c, request{
		op: "delete backup schedule", method: http.MethodDelete, path: api("backup", "deletebackupschedule"),
		query: dumpQuery(dump),
	})
}
