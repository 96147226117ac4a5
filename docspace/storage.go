package docspace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// StorageType is where a backup lies, as the server spells it; "" is not set.
// Decoding takes the name in any case or the number; a number that is not known
// becomes its digits and an unknown name stays as it is.
type StorageType string

// The storage types of the server.
const (
	StorageDocuments          StorageType = "Documents"
	StorageThirdpartyDocs     StorageType = "ThridpartyDocuments" // the server's own spelling
	StorageCustomCloud        StorageType = "CustomCloud"         // no server at hand can restore from it
	StorageLocal              StorageType = "Local"
	StorageDataStore          StorageType = "DataStore" // kept for 24 hours
	StorageThirdPartyConsumer StorageType = "ThirdPartyConsumer"
)

// storageNames are indexed by the server's numbers.
var storageNames = []string{
	string(StorageDocuments), string(StorageThirdpartyDocs), string(StorageCustomCloud),
	string(StorageLocal), string(StorageDataStore), string(StorageThirdPartyConsumer),
}

// StorageTypes lists the types in the server's order.
func StorageTypes() []StorageType {
	types := make([]StorageType, len(storageNames))
	for i, name := range storageNames {
		types[i] = StorageType(name)
	}
	return types
}

// ParseStorageType reads a type's name in any case, also with the third party
// type spelled right. The error lists the names.
func ParseStorageType(s string) (StorageType, error) {
	s = strings.TrimSpace(s)
	if strings.EqualFold(s, "ThirdpartyDocuments") {
		return StorageThirdpartyDocs, nil
	}
	for _, name := range storageNames {
		if strings.EqualFold(s, name) {
			return StorageType(name), nil
		}
	}
	return "", fmt.Errorf("unknown storage type %.40q: one of %s", s, strings.Join(storageNames, ", "))
}

// Known reports whether the server's description names this type.
func (t StorageType) Known() bool {
	return slices.Contains(storageNames, string(t))
}

// OutlivesRestore reports whether a backup kept there can still be restored
// after a restore that is not a dump: the other places belong to the old tenant
// and leave the history with it.
func (t StorageType) OutlivesRestore() bool {
	return t == StorageLocal || t == StorageThirdPartyConsumer
}

// UnmarshalJSON reads a name or a number; null leaves t as it is.
func (t *StorageType) UnmarshalJSON(b []byte) error {
	return decodeEnum(b, storageNames, (*string)(t))
}

// wireStorage is a storage type as it is sent: its number in quotes. All
// releases take that form, which is the web client's; the first ones take no name.
type wireStorage StorageType

// MarshalText is the number; what has none is sent as it is.
func (t wireStorage) MarshalText() ([]byte, error) {
	if n := slices.Index(storageNames, string(t)); n >= 0 {
		return strconv.AppendInt(nil, int64(n), 10), nil
	}
	return []byte(t), nil
}

// Param is one storage parameter, such as filePath, folderId or module.
type Param struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// consumerModules are the data stores among the consumers of the server's own
// configuration (config/autofac.consumers.json), by their keys.
var consumerModules = []string{"s3", "googlecloud", "rackspace"}

// ConsumerModules lists the modules of StorageThirdPartyConsumer.
func ConsumerModules() []string { return slices.Clone(consumerModules) }

// ConsumerModule is the server's spelling of a module that is written in any
// case; "" is a module that it does not know. The server looks modules up by
// exactly these keys: another spelling is accepted, finds a consumer without
// settings and fails in the worker.
func ConsumerModule(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if slices.Contains(consumerModules, name) {
		return name
	}
	return ""
}
