package docspacetest

import (
	"encoding/json"
	"strings"
	"time"
)

// schedule is an automatic backup as the server writes it.
type schedule struct {
	StorageType    any               `json:"storageType"`
	StorageParams  map[string]string `json:"storageParams"`
	CronParams     cron              `json:"cronParams"`
	BackupsStored  int               `json:"backupsStored"`
	LastBackupTime string            `json:"lastBackupTime"`
	Dump           bool              `json:"dump"`
}

type cron struct {
	Period any `json:"period"`
	Hour   int `json:"hour"`
	Day    int `json:"day"`
}

var periods = []string{"EveryDay", "EveryWeek", "EveryMonth"}

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

// setSchedule is POST createbackupschedule: the parameters come as a list and
// go as an object.
func (p *Portal) setSchedule(x *exchange) {
	_, in, ok := x.storageInput(p.version.hasKeys())
	if !ok || !p.target(x, in) {
		return
	}
	var body struct {
		BackupsStored *int `json:"backupsStored"`
		CronParams    struct {
			Period json.RawMessage `json:"period"`
			Hour   int             `json:"hour"`
			Day    *int            `json:"day"`
		} `json:"cronParams"`
	}
	if json.Unmarshal(x.body, &body) != nil {
		x.invalid("$.cronParams", "The JSON value could not be converted.")
		return
	}
	s := &schedule{
		StorageType: p.enum(storageTypes, in.storage), StorageParams: in.params, Dump: in.dump, LastBackupTime: p.date(time.Time{}),
		CronParams: cron{Period: p.enum(periods, 0), Hour: body.CronParams.Hour},
	}
	name := strings.Trim(string(body.CronParams.Period), `"`)
	for n, period := range periods {
		if equalFold(period, name) {
			s.CronParams.Period = p.enum(periods, n)
		}
	}
	if body.CronParams.Day != nil {
		s.CronParams.Day = *body.CronParams.Day
	}
	if body.BackupsStored != nil {
		s.BackupsStored = *body.BackupsStored
	}
	p.schedule[in.dump] = s
	x.ok(true, 1)
}

func (p *Portal) deleteSchedule(x *exchange) {
	if dump, ok := p.dump(x); ok {
		delete(p.schedule, dump != nil && *dump)
		x.ok(true, 1)
	}
}
