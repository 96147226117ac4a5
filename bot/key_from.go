package bot

// KeySource is the setting that holds a portal's key. The zero value is unknown.
type KeySource struct {
	Setting string // as the operator knows it
	File    bool   // Setting names a file, which is read anew before each call
}

// PlaceHint is the end of a sentence that says where a new key goes, and whether the bot
// has to be restarted.
func (k KeySource) PlaceHint() string {
	switch {
	case k.Setting == "":
		return "put it in the place of the old one"
	case k.File:
		return "put it in the file that " + k.Setting + " names: the bot reads it by itself, without a restart"
	}
	return "put it in " + k.Setting + " and start the bot again"
}

// newKeyHint says how to replace a key that the portal does not accept.
func (k KeySource) newKeyHint() string {
	return "Make a new key as the portal's owner or a DocSpace admin (Developer Tools, API keys) and " + k.PlaceHint() + "."
}

// writeKeyHint says how to give a key its missing permission.
func (k KeySource) writeKeyHint() string {
	return "Give the key the permission *:write, or make one without restrictions and " + k.PlaceHint() + "."
}
