package bot

// KeySource is the setting that a portal's key comes from. The zero value is one
// that is not known.
type KeySource struct {
	Setting string // as the operator knows it
	File    bool   // Setting names a file, which is read anew before each call
}

// PlaceHint tells where a new key goes, as the end of a sentence, and whether the bot
// has to be started again.
func (k KeySource) PlaceHint() string {
	switch {
	case k.Setting == "":
		return "put it in the place of the old one"
	case k.File:
		return "put it in the file that " + k.Setting + " names: the bot reads it by itself, without a restart"
	}
	return "put it in " + k.Setting + " and start the bot again"
}

// newKeyHint is how somebody puts a key in the place of one that is not accepted.
func (k KeySource) newKeyHint() string {
	return "Make a new key as the portal's owner or a DocSpace admin (Developer Tools, API keys) and " + k.PlaceHint() + "."
}

// writeKeyHint is how a key is allowed what it lacks.
func (k KeySource) writeKeyHint() string {
	return "Give the key the permission *:write, or make one without restrictions and " + k.PlaceHint() + "."
}
