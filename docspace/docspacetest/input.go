package docspacetest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// restoreInput is the body of startrestore, understood.
type restoreInput struct {
	backupID string
	storage  int
	params   map[string]string
	dump     bool
	failure  *failure
	source   *Backup
	stuck    bool
}

// wireInput is the body of startrestore and startbackup.
type wireInput struct {
	BackupID      *string         `json:"backupId"`
	StorageType   json.RawMessage `json:"storageType"`
	StorageParams []struct {
		Key   any `json:"key"`
		Value any `json:"value"`
	} `json:"storageParams"`
	Dump bool `json:"dump"`
}

func (x *exchange) restoreInput(names bool) (restoreInput, bool) {
	w, in, ok := x.storageInput(names)
	if !ok {
		return in, false
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(x.body, &fields) // it was read before
	given := false
	for name := range fields {
		given = given || strings.EqualFold(name, "backupId")
	}
	if !given {
		x.invalid("$", "JSON deserialization for type 'ASC.Data.Backup.ApiModels.BackupRestoreDto' was missing required properties including: 'backupId'.")
		return in, false
	}
	if w.BackupID != nil {
		in.backupID = *w.BackupID
	}
	return in, true
}

// storageInput reads what both bodies have in common.
func (x *exchange) storageInput(names bool) (wireInput, restoreInput, bool) {
	var w wireInput
	var in restoreInput
	if !strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/json") {
		x.problem(http.StatusUnsupportedMediaType)
		return w, in, false
	}
	if err := json.Unmarshal(x.body, &w); err != nil {
		x.invalid("$", "The JSON value could not be converted.")
		return w, in, false
	}
	storage, ok := enumNumber(storageTypes, w.StorageType)
	if !names && !firstReleases(x, w.StorageType) {
		return w, in, false
	}
	if !ok {
		x.invalid("$.storageType", "The JSON value could not be converted to ASC.Data.Backup.Contracts.BackupStorageType.")
		return w, in, false
	}
	in = restoreInput{storage: storage, dump: w.Dump, params: map[string]string{}}
	for _, param := range w.StorageParams {
		if param.Key == nil || param.Value == nil {
			x.exception(http.StatusInternalServerError, "System.NullReferenceException", "Object reference not set to an instance of an object.")
			return w, in, false
		}
		key := text(param.Key)
		if _, twice := in.params[key]; twice {
			x.exception(http.StatusBadRequest, "System.ArgumentException", "An item with the same key has already been added. Key: "+key)
			return w, in, false
		}
		in.params[key] = text(param.Value)
	}
	return w, in, true
}

// firstReleases reads a storage type as they do: a restore takes a number, in
// quotes or not, and needs one; a backup takes one in quotes, or none. They fail
// on a name.
func firstReleases(x *exchange, raw json.RawMessage) bool {
	restore := x.op == "backup/startrestore"
	absent := len(raw) == 0 || string(raw) == "null"
	_, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	switch {
	case absent && restore:
		x.exception(http.StatusInternalServerError, "System.NullReferenceException", "Object reference not set to an instance of an object.")
	case absent:
		return true
	case !restore && raw[0] != '"':
		x.invalid("$.storageType", "The JSON value could not be converted to System.String.")
	case err != nil:
		x.exception(http.StatusInternalServerError, "System.FormatException", "The input string was not in a correct format.")
	default:
		return true
	}
	return false
}

// text is .NET's ToString of a JSON value.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// Storage types by the numbers of the server.
const (
	storageDocuments  = 0
	storageThirdparty = 1
	storageLocal      = 3
	storageConsumer   = 5
)

var storageTypes = []string{"Documents", "ThridpartyDocuments", "CustomCloud", "Local", "DataStore", "ThirdPartyConsumer"}

// enumNumber reads an enum as the server does: a name in any case, a number, a number in
// quotes, or nothing, which is 0. A number it does not know is taken.
func enumNumber(names []string, raw json.RawMessage) (int, bool) {
	s := strings.Trim(string(raw), `"`)
	if s == "" || s == "null" {
		return 0, string(raw) != `""`
	}
	if n, err := strconv.Atoi(s); err == nil {
		return n, true
	}
	n := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, s) })
	return n, n >= 0
}
