package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

var errProc = errors.New("processes are measured by Linux's /proc, which is not here")

// tick is the unit of the times in /proc/PID/stat.
const tick = 10 * time.Millisecond

// usage is what a process has used.
type usage struct {
	cpu       time.Duration
	rss, anon int64 // bytes; anon are those of its own, without the program's file
	files     int
}

func usageOf(process *os.Process) (u usage, err error) {
	dir := "/proc/" + strconv.Itoa(process.Pid)
	stat, err := os.ReadFile(dir + "/stat") //nolint:gosec // of a process that we started
	if err != nil {
		return u, errors.Join(errProc, err)
	}
	// The name of the program may hold spaces; the time of the user and the system
	// are the 12th and the 13th field behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return u, errProc
	}
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return u, errors.Join(errProc, err)
		}
		u.cpu += time.Duration(n) * tick
	}
	status, err := os.ReadFile(dir + "/status") //nolint:gosec // as above
	if err != nil {
		return u, errors.Join(errProc, err)
	}
	u.rss, u.anon = number(status, "VmRSS:")<<10, number(status, "RssAnon:")<<10
	files, err := os.ReadDir(dir + "/fd")
	if err != nil {
		return u, errors.Join(errProc, err)
	}
	u.files = len(files)
	return u, nil
}

// number is the number of a line that begins with a name; 0 if there is none.
func number(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		if rest, found := bytes.CutPrefix(line, []byte(name)); found {
			n, _ := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
			return n
		}
	}
	return 0
}

// machine says on what and when the figures were taken.
func machine() string {
	load := ""
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = ", load " + strings.Fields(string(text))[0]
	}
	return fmt.Sprintf("%s: %d cores, %s/%s, %s%s", time.Now().UTC().Format("2006-01-02 15:04 MST"),
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
}
