package docspacetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// record is a backup as the server writes it.
type record struct {
	ID          string `json:"id"`
	FileName    string `json:"fileName"`
	StorageType any    `json:"storageType"`
	CreatedOn   string `json:"createdOn"`
	ExpiresOn   string `json:"expiresOn"`
}

// history is GET getbackuphistory, with its side effect: a record whose file is
// gone is forgotten. The order is that of the table.
func (p *Portal) history(x *exchange) {
	dump, ok := p.dump(x)
	if !ok {
		return
	}
	if p.faults.HistoryFails {
		x.exception(http.StatusInternalServerError, "System.NullReferenceException", "Object reference not set to an instance of an object.")
		return
	}
	p.backups = slices.DeleteFunc(p.backups, func(b Backup) bool { return b.Missing })
	records := []record{}
	for _, b := range p.backups {
		if b.Dump == (dump != nil && *dump) && !b.Unlisted {
			records = append(records, record{
				b.ID, b.FileName, p.enum(storageTypes, b.StorageType), p.date(b.CreatedOn), p.date(b.ExpiresOn),
			})
		}
	}
	x.ok(records, len(records))
}

// enum is how the server writes an enum: a number.
func (p *Portal) enum(names []string, n int) any {
	if p.faults.NamedEnums && n >= 0 && n < len(names) {
		return names[n]
	}
	return n
}

// date is how the backup API writes a date: UTC, and no zone.
func (p *Portal) date(t time.Time) string {
	if p.faults.ZonedDates {
		return t.UTC().Format("2006-01-02T15:04:05.0000000Z07:00")
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}

// dump reads the flag of the query as the release and the kind of portal
// understand it; nil is absent, false is a 400 that is already answered.
func (p *Portal) dump(x *exchange) (*bool, bool) {
	for key, values := range x.r.URL.Query() {
		if !strings.EqualFold(key, "dump") || values[0] == "" || !p.version.hasKeys() {
			continue
		}
		v := strings.EqualFold(values[0], "true")
		if !v && !strings.EqualFold(values[0], "false") {
			x.invalid("Dump", "The value '"+values[0]+"' is not valid for Dump.")
			return nil, false
		}
		v = v && !p.config.SaaS
		return &v, true
	}
	return nil, true
}

func (x *exchange) unknownBackup() {
	x.exception(http.StatusNotFound, "System.IO.FileNotFoundException", "Unable to find the specified file.")
}

func (p *Portal) deleteBackup(x *exchange) {
	id := x.op[strings.LastIndex(x.op, "/")+1:]
	i := slices.IndexFunc(p.backups, func(b Backup) bool { return strings.EqualFold(b.ID, id) })
	if i < 0 {
		x.unknownBackup()
		return
	}
	p.backups = slices.Delete(p.backups, i, i+1)
	x.ok(true, 1)
}

func (p *Portal) deleteHistory(x *exchange) {
	if dump, ok := p.dump(x); ok {
		p.backups = slices.DeleteFunc(p.backups, func(b Backup) bool { return b.Dump == (dump != nil && *dump) })
		x.ok(true, 1)
	}
}

// backupsCount counts what was made in a time, this month unless told
// otherwise, also what was deleted since.
func (p *Portal) backupsCount(x *exchange) {
	now := p.tickedAt.UTC()
	q := folded(x.r.URL.Query())
	from, to := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), now
	for name, end := range map[string]*time.Time{"from": &from, "to": &to} {
		value := q.Get(name)
		if value == "" {
			continue
		}
		t, ok := queryTime(value)
		if !ok {
			x.invalid(name, "The value '"+value+"' is not valid.")
			return
		}
		*end = t
	}
	count := 0
	for _, at := range p.made {
		if !at.Before(from) && !at.After(to) && !strings.EqualFold(q.Get("paid"), "true") {
			count++
		}
	}
	x.ok(count, 1)
}

// folded are the values of a query by their names in lower case: the server
// takes them in any.
func folded(q url.Values) url.Values {
	f := url.Values{}
	for name, values := range q {
		f[strings.ToLower(name)] = append(f[strings.ToLower(name)], values...)
	}
	return f
}

// queryTimes are the ways of writing a time that the server takes in a query,
// or at least those that somebody sends: its parser takes many more.
var queryTimes = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "01/02/2006", "01/02/2006 15:04:05",
}

// queryTime reads a time of a query; one without a zone is UTC.
func queryTime(value string) (time.Time, bool) {
	for _, layout := range queryTimes {
		if t, err := time.Parse(layout, strings.TrimSpace(value)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
