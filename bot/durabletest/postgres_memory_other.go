//go:build !linux

package durabletest

// memory is a folder whose files are kept in memory: none is known here.
func memory() string { return "" }
