package docspacetest

import (
	"net/http"
	"slices"
)

// record is a backup as the server writes it.
type record struct {
	ID          string `json:"id"`
	FileName    string `json:"fileName"`
	StorageType int    `json:"storageType"`
	CreatedOn   string `json:"createdOn"`
	ExpiresOn   string `json:"expiresOn"`
}

// history is GET getbackuphistory, with its side effect: a record whose file is
// gone is forgotten. The order is that of the table.
func (p *Portal) history(x *exchange) {
	dump, ok := x.dump()
	if !ok {
		return
	}
	p.backups = slices.DeleteFunc(p.backups, func(b Backup) bool { return b.Missing })
	records := []record{}
	for _, b := range p.backups {
		if b.Dump == (dump != nil && *dump && !p.config.SaaS) {
			records = append(records, record{b.ID, b.FileName, b.StorageType, plainTime(b.CreatedOn), plainTime(b.ExpiresOn)})
		}
	}
	x.ok(records, len(records))
}

// dump reads the flag of the query; nil is absent, false is a 400 that is
// already answered.
func (x *exchange) dump() (*bool, bool) {
	for key, values := range x.r.URL.Query() {
		if !equalFold(key, "dump") || values[0] == "" {
			continue
		}
		v := equalFold(values[0], "true")
		if !v && !equalFold(values[0], "false") {
			x.invalid("Dump", "The value '"+values[0]+"' is not valid for Dump.")
			return nil, false
		}
		return &v, true
	}
	return nil, true
}

func (x *exchange) unknownBackup() {
	x.exception(http.StatusNotFound, "System.IO.FileNotFoundException", "Unable to find the specified file.")
}
