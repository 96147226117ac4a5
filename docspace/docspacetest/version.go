package docspacetest

import "fmt"

// version is a DocSpace release; what it can and how it answers differ.
type version struct{ major, minor, patch int }

func parseVersion(s string) version {
	var v version
	_, _ = fmt.Sscanf(s, "%d.%d.%d", &v.major, &v.minor, &v.patch) // "3.7" leaves the rest 0
	return v
}

// since reports whether it is release 3.minor.patch or a later one.
func (v version) since(minor, patch int) bool {
	if v.major != 3 {
		return v.major > 3
	}
	if v.minor != minor {
		return v.minor > minor
	}
	return v.patch >= patch
}

// hasKeys: API keys and dumps came with 3.1; what came before is called the
// first releases here.
func (v version) hasKeys() bool { return v.since(1, 0) }

// hasWarning: a backup's warning came with 3.6.
func (v version) hasWarning() bool { return v.since(6, 0) }

// hasStatus: the task status came with 3.7, and with it the filter that refuses a
// bad key even where none is needed.
func (v version) hasStatus() bool { return v.since(7, 0) }

// percent is what the release shows while it imports; done is from 0 to 1.
func (v version) percent(done float64) int {
	const from, to, modules = 10, 75, 10
	linear := from + int(done*(to-from))
	switch {
	case v.since(7, 0): // the first finished module reports 75, lower values are dropped
		if done < 0.25 {
			return from + int(done*4*(to-from)/modules)
		}
		return to
	case v.since(2, 0): // each finished module reports 75, the next goes on where it was
		if int(done*2*modules)%2 == 1 {
			return to
		}
	}
	return linear
}
