package command

import (
	"slices"
	"strconv"
	"strings"

	"docspace-restorebot/docspace"
)

// Order is the restore that a command asks for, in the terms of startrestore. Its
// JSON is in the hash of every plan: another form would void every open card.
type Order struct {
	BackupID    string
	StorageType docspace.StorageType // "" when the command named none
	Params      []Param
	Notify      bool
	Dump        bool
	Reason      string
	DryRun      bool
	NoSafety    bool // --no-safety-backup
	// BreakGlass lets one person go alone, in front of everybody.
	BreakGlass bool
	// Unlisted sends an order that the bot cannot look up, as it was typed.
	Unlisted bool `json:",omitzero"`
}

// Param is one --param KEY=VALUE.
type Param struct{ Key, Value string }

// NeedsSecondPerson reports whether an order always takes a second person and a
// typed name: it replaces more than the portal, or nobody can look at its backup
// before.
func (o Order) NeedsSecondPerson() bool { return o.Dump || o.Unlisted }

const zeroGUID = "00000000-0000-0000-0000-000000000000"

// storageRule is how a server up to 3.7.2 reads an order whose id is no GUID. An
// order that the server would change is refused, for people confirm what the card
// shows.
type storageRule struct {
	storage docspace.StorageType
	// needs are the parameters without which it fails; it ignores all others unless
	// free is set, where they are settings of the storage.
	needs     []string
	anyParams bool
	// checkPath says what is wrong with a filePath; nil takes any.
	checkPath func(string) string
	// modules are those that the server knows; nil where there are none.
	modules []string
	// whyUnlisted says why the order needs --unlisted; "" where the server keeps to it.
	whyUnlisted string
}

var storageRules = []storageRule{
	{storage: docspace.StorageDocuments, needs: []string{"filePath"}, checkPath: fileNumber},
	{storage: docspace.StorageThirdpartyDocs, needs: []string{"filePath"}, checkPath: providerFile},
	{storage: docspace.StorageDataStore, needs: []string{"filePath"}},
	{storage: docspace.StorageThirdPartyConsumer, needs: []string{"filePath", "module"}, anyParams: true, modules: docspace.ConsumerModules()},
	{
		storage: docspace.StorageLocal, needs: []string{"filePath"},
		whyUnlisted: "With --storage Local the portal ignores the path and restores what was uploaded to it last.",
	},
	{
		storage: docspace.StorageCustomCloud, needs: []string{"filePath"}, anyParams: true,
		whyUnlisted: "No server up to 3.7.2 can restore from CustomCloud.",
	},
}

func fileNumber(path string) string {
	if n, err := strconv.ParseInt(path, 10, 32); err == nil && n > 0 && strconv.FormatInt(n, 10) == path {
		return ""
	}
	return "In Documents a filePath is the number of a file"
}

func providerFile(path string) string {
	if _, err := strconv.ParseInt(path, 10, 64); err != nil {
		return ""
	}
	return "In ThirdpartyDocuments a filePath is the provider's id; a number is a file of Documents"
}

// Check refuses an order that the server would change or cannot carry out.
func (o Order) Check() error {
	id, ok := docspace.ParseGUID(o.BackupID)
	switch {
	case id == zeroGUID:
		return refuse("The id is all zeros, which is no backup.", "/restore list shows the ids.")
	case ok:
		return checkRecord(o)
	case strings.TrimSpace(o.BackupID) == "":
		return refuse("The backup id is empty.", "/restore list shows the ids.")
	}
	i := slices.IndexFunc(storageRules, func(r storageRule) bool {
		return r.storage == o.StorageType || o.StorageType == "" && r.storage == docspace.StorageDocuments
	})
	if i < 0 {
		return refuse("The bot does not know the storage "+QuoteForeign(string(o.StorageType))+".", "Use a backup from /restore list.")
	}
	return storageRules[i].check(o)
}

// checkRecord is for a GUID: the server takes storage and file from the record of
// that id, and ignores what else names them.
func checkRecord(o Order) error {
	switch {
	case len(o.Params) > 0:
		return refuse("The server finds a backup with such an id (a GUID) in its history and ignores --param "+o.Params[0].Key+".",
			"Leave --param out. To restore a file that is not in the history, write its name instead of the id.")
	case o.Unlisted && o.StorageType != "":
		return refuse("The server takes the storage of a backup with such an id (a GUID) from its own record and ignores --storage.", "Leave --storage out.")
	}
	return nil
}

func (r storageRule) check(o Order) error {
	switch {
	case r.whyUnlisted != "" && !o.Unlisted:
		return refuseWith(r.whyUnlisted, "If you know which file that is, add --unlisted; then somebody else must type the portal's name.", "--unlisted")
	case r.whyUnlisted == "" && o.Unlisted && o.hasParam("filePath"):
		return refuse("--unlisted is for backups that the bot cannot see, and the server follows this order as it is.", "Leave --unlisted out.")
	}
	for _, p := range o.Params {
		if no := r.checkKey(p.Key); no != nil {
			return no
		}
	}
	for _, key := range r.needs {
		if o.hasParam(key) {
			continue
		}
		if key == "filePath" && o.StorageType == "" {
			return refuseWith(QuoteForeign(o.BackupID)+" is neither a command nor the id of a backup.",
				"/restore list shows the ids, /restore help the commands; a file needs --param filePath=...", Nearest(strings.ToLower(o.BackupID), verbNames))
		}
		return refuseWith("--storage "+storageName(r.storage)+" needs --param "+key+"=... because the id is not from /restore list.", "Add it.", "--param "+key+"=...")
	}
	return r.checkValues(o.Params)
}

// checkValues refuses values that can only fail.
func (r storageRule) checkValues(params []Param) error {
	for _, p := range params {
		switch {
		case p.Key == "filePath" && r.checkPath != nil:
			if why := r.checkPath(p.Value); why != "" {
				return refuse(why+", not "+QuoteForeign(p.Value)+".", "Correct --param filePath=..., or name the right --storage.")
			}
		case p.Key == "module" && r.modules != nil && !slices.Contains(r.modules, p.Value):
			return refuse("The server knows no module "+QuoteForeign(p.Value)+".", "Its modules are "+strings.Join(r.modules, ", ")+".")
		}
	}
	return nil
}

// checkKey refuses a parameter that the server ignores, also one in another case:
// the server compares to the letter.
func (r storageRule) checkKey(key string) error {
	for _, known := range []string{"filePath", "module"} {
		if key != known && strings.EqualFold(key, known) {
			return refuseWith("The server ignores --param "+key+": it reads only "+known+".", "Write it that way.", "--param "+known+"=...")
		}
	}
	if r.anyParams || slices.Contains(r.needs, key) {
		return nil
	}
	return refuse("With --storage "+storageName(r.storage)+" the server ignores --param "+key+".", "Leave it out.")
}

// storageName is a storage type as the command spells it.
func storageName(t docspace.StorageType) string {
	if t == docspace.StorageThirdpartyDocs {
		return "ThirdpartyDocuments"
	}
	return string(t)
}

// normalize writes an order as the server reads it: a GUID in its plain form, and
// the module in the server's spelling.
func (o Order) normalize() Order {
	if id, ok := docspace.ParseGUID(o.BackupID); ok {
		o.BackupID = id
	}
	o.Params = slices.Clone(o.Params)
	for i, p := range o.Params {
		module := docspace.ConsumerModule(p.Value)
		if p.Key == "module" && o.StorageType == docspace.StorageThirdPartyConsumer && module != "" {
			o.Params[i].Value = module
		}
	}
	return o
}

func (o Order) hasParam(key string) bool {
	return slices.ContainsFunc(o.Params, func(p Param) bool { return p.Key == key })
}
