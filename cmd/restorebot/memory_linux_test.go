package main

import (
	"bytes"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Not parallel: what other tests touch in the meantime comes back.
//
//nolint:paralleltest // as said
func TestProgramsPagesAreGivenBack(t *testing.T) {
	if len(programMappings()) == 0 {
		t.Fatal("no read-only mapping of the program was found")
	}
	touchProgram(t)
	before := filePages(t)
	dropProgram()
	after := filePages(t)
	if after > before/2 {
		t.Errorf("of %d KiB of files in memory %d KiB are left, more than half", before, after)
	}
	// They come back as they were.
	touchProgram(t)
	if again := filePages(t); again < after {
		t.Errorf("%d KiB of files are in memory after the program was read again, and were %d KiB before", again, after)
	}
}

// touchProgram reads each page of the program through its mappings.
func touchProgram(t *testing.T) {
	t.Helper()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Skip("this system does not let a process read its memory by /proc:", err)
	}
	defer mem.Close()
	page := make([]byte, 1)
	for _, m := range programMappings() {
		for at := m.from; at < m.to; at += 4096 {
			if at > math.MaxInt64 {
				t.Fatalf("a mapping at %x", at)
			}
			if _, err := mem.ReadAt(page, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// filePages is how much of files is mapped into this process, in KiB.
func filePages(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := bytes.Cut(status, []byte("RssFile:"))
	if !found {
		t.Skip("this system does not say how much of files is in memory")
	}
	n, err := strconv.Atoi(strings.Fields(string(rest))[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
