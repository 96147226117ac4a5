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

// usage is what a process has used.
type usage struct {
	CPU     time.Duration `json:"cpu"`
	RSS     int64         `json:"rss"`  // bytes, shared pages of the program's file included
	Anon    int64         `json:"anon"` // bytes of them that are the process's own
	Threads int           `json:"threads"`
	Files   int           `json:"files"`
}

func usageOf(pid int) (u usage, err error) {
	dir := "/proc/" + strconv.Itoa(pid)
	if u.CPU, err = cpuOf(pid); err != nil {
		return u, err
	}
	status, err := os.ReadFile(dir + "/status") //nolint:gosec // of a process that we started
	if err != nil {
		return u, errors.Join(errProc, err)
	}
	u.RSS, u.Anon = number(status, "VmRSS:")<<10, number(status, "RssAnon:")<<10
	u.Threads = int(number(status, "Threads:"))
	files, err := os.ReadDir(dir + "/fd")
	if err != nil {
		return u, errors.Join(errProc, err)
	}
	u.Files = len(files)
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
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	load := ""
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = ", load " + strings.Fields(string(text))[0]
	}
	return fmt.Sprintf("%s: %s, %d cores, %s/%s, %s%s", time.Now().UTC().Format("2006-01-02 15:04 MST"),
		model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
}
