package durabletest

import "syscall"

// inMemory is where files are kept in memory, and roomy is what it has to have left:
// a server and its databases take about 100 MB, and several run at once.
const (
	inMemory = "/dev/shm"
	roomy    = 2 << 30
)

// memory is a folder whose files are kept in memory, or "": a server that makes a
// database for each test spends half of its time on the files.
func memory() string {
	var fs syscall.Statfs_t
	if syscall.Statfs(inMemory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < roomy { //nolint:gosec // no size is negative
		return ""
	}
	return inMemory
}
