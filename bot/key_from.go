package bot

// KeyFrom is the setting that a portal's key comes from. The zero value is one
// that is not known.
type KeyFrom struct {
	Setting string // as the operator knows it
	File    bool   // Setting names a file, which is read anew before each call
}

// Put tells where a new key goes, as the end of a sentence, and whether the bot
// has to be started again.
func (k KeyFrom) Put() string {
	switch {
	case k.Setting == "":
		return "put it in the place of the old one"
	case k.File:
		return "put it in the file that " + k.Setting + " names: the bot reads it by itself, without a restart"
	}
	return "put it in " + k.Setting + " and start the bot again"
}

// newKey is how somebody puts a key in the place of one that is not accepted.
func (k KeyFrom) newKey() string {
	return "Make a new key as the portal's owner or a DocSpace admin (Developer Tools, API keys) and " + k.Put() + "."
}

// writeKey is how a key is allowed what it lacks.
func (k KeyFrom) writeKey() string {
	return "Give the key the permission *:write, or make one without restrictions and " + k.Put() + "."
}
