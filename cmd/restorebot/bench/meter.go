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

// tick is the unit of the times in /proc/PID/stat.
const tick = 10 * time.Millisecond

// usage is what a process has used until a moment.
type usage struct {
	at        time.Time
	cpu       time.Duration
	rss, anon float64 // bytes; anon are those of its own, without the program's file
	files     int
}

// cores is how many cores were busy with the process since an earlier usage.
func (u usage) cores(since usage) float64 {
	return float64(u.cpu-since.cpu) / float64(u.at.Sub(since.at))
}

func usageOf(process *os.Process) (usage, error) {
	u, dir := usage{at: time.Now()}, "/proc/"+strconv.Itoa(process.Pid)
	stat, noStat := os.ReadFile(dir + "/stat")       //nolint:gosec // of a process that we started
	status, noStatus := os.ReadFile(dir + "/status") //nolint:gosec // as above
	files, noFiles := os.ReadDir(dir + "/fd")
	// The name of the program may hold spaces; the time of the user and the system
	// are the 12th and the 13th field behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if err := errors.Join(noStat, noStatus, noFiles); err != nil || len(fields) < 13 {
		return u, errors.Join(errors.New("processes are measured by Linux's /proc, which is not as expected here"), err)
	}
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(field)
		u.cpu += time.Duration(n) * tick
	}
	u.rss, u.anon, u.files = kilobytes(status, "VmRSS:"), kilobytes(status, "RssAnon:"), len(files)
	return u, nil
}

// kilobytes are the bytes that a line tells; 0 if there is none that begins with name.
func kilobytes(status []byte, name string) float64 {
	for line := range bytes.Lines(status) {
		if rest, found := bytes.CutPrefix(line, []byte(name)); found {
			n, _ := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
			return n * (1 << 10)
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
