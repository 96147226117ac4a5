package docspacetest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// schedule is an automatic backup as the server writes it.
type schedule struct {
	StorageType    any                `json:"storageType"`
	StorageParams  map[string]*string `json:"storageParams"`
	CronParams     cron               `json:"cronParams"`
	BackupsStored  int                `json:"backupsStored,omitzero"`
	LastBackupTime string             `json:"lastBackupTime"`
	Dump           bool               `json:"dump"`
}

type cron struct {
	Period any `json:"period"`
	Hour   int `json:"hour"`
	Day    int `json:"day"`
}

var periods = []string{"EveryDay", "EveryWeek", "EveryMonth"}

const (
	everyDay = iota
	everyWeek
	everyMonth
)

func (p *Portal) getSchedule(x *exchange) {
	dump, ok := p.dump(x)
	if !ok {
		return
	}
	s := p.schedule[dump != nil && *dump]
	if s == nil {
		x.ok(nil, 0)
		return
	}
	x.ok(s, 1)
}

// wireCron is when a schedule runs, as it is sent.
type wireCron struct {
	Period json.RawMessage `json:"period"`
	Hour   int             `json:"hour"`
	Day    *int            `json:"day"`
}

// setSchedule is POST createbackupschedule: the parameters come as a list and
// go as an object.
func (p *Portal) setSchedule(x *exchange) {
	_, in, ok := x.storageInput(p.version.hasKeys())
	if !ok {
		return
	}
	var body struct {
		BackupsStored *int     `json:"backupsStored"`
		CronParams    wireCron `json:"cronParams"`
	}
	if json.Unmarshal(x.body, &body) != nil {
		x.invalid("$.cronParams", "The JSON value could not be converted.")
		return
	}
	period, ok := enumNumber(periods, body.CronParams.Period)
	if !ok {
		x.invalid("$.cronParams.period", "The JSON value could not be converted to ASC.Data.Backup.Contracts.BackupPeriod.")
		return
	}
	in.dump = in.dump && p.version.hasKeys()
	if in.dump && !p.mayDump() {
		x.exception(http.StatusForbidden, "System.Security.SecurityException", "Access denied")
		return
	}
	day := 0
	if body.CronParams.Day != nil {
		day = *body.CronParams.Day
	}
	if !p.target(x, in) || !x.cronFits(period, body.CronParams.Hour, day) {
		return
	}
	params, ok := p.scheduleParams(x, in)
	if !ok {
		return
	}
	if period == everyDay {
		day = 0
	}
	s := &schedule{
		StorageType: p.enum(storageTypes, in.storage), StorageParams: params, Dump: in.dump, LastBackupTime: p.date(time.Time{}),
		CronParams: cron{Period: p.enum(periods, period), Hour: body.CronParams.Hour, Day: day},
	}
	if body.BackupsStored != nil {
		s.BackupsStored = *body.BackupsStored
	}
	p.schedule[in.dump] = s
	x.ok(true, 1)
}

// scheduleParams are the parameters that a schedule is read with: the server
// adds the tenant to a dump's, which it cannot do twice, and to all but a
// consumer's the base path, as the folder.
func (p *Portal) scheduleParams(x *exchange, in restoreInput) (map[string]*string, bool) {
	params := map[string]*string{}
	for key, value := range in.params {
		params[key] = &value
	}
	if in.dump {
		if params["tenantId"] != nil {
			x.exception(http.StatusBadRequest, "System.ArgumentException", "An item with the same key has already been added. Key: tenantId")
			return nil, false
		}
		tenant := strconv.Itoa(p.tenantID)
		params["tenantId"] = &tenant
	}
	switch in.storage {
	case storageConsumer:
	case storageLocal:
		params["folderId"] = params["filePath"]
	case storageDocuments, storageThirdparty:
	default:
		params["folderId"] = nil // and null is written
	}
	return params, true
}

// cronFits is the check of the server's cron expression, which knows no 24
// o'clock and no day 0. A day is not looked at where every day is meant.
func (x *exchange) cronFits(period, hour, day int) bool {
	var message string
	switch {
	case hour < 0 || day < 0 && period != everyDay:
		message = "Unexpected character: -"
	case hour > 23:
		message = "Hour values must be between 0 and 23"
	case period == everyWeek && (day < 1 || day > 7):
		message = "Day-of-Week values must be between 1 and 7"
	case period == everyMonth && (day < 1 || day > 31):
		message = "Day of month values must be between 1 and 31"
	case period > everyMonth || period < everyDay:
		message = "Unexpected end of expression."
	default:
		return true
	}
	x.exception(http.StatusInternalServerError, "System.FormatException", message)
	return false
}

func (p *Portal) deleteSchedule(x *exchange) {
	if dump, ok := p.dump(x); ok {
		delete(p.schedule, dump != nil && *dump)
		x.ok(true, 1)
	}
}
