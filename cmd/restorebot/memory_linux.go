package main

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// dropProgram lets go of the pages of the program's own file, most of which only
// the start has touched. Nothing is lost: they are read-only, stay in the page
// cache as long as the system has room, and come back as they are touched. What
// cannot be done is left: it is only memory.
func dropProgram() {
	for _, m := range programMappings() {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
	}
}

// mapping is a piece of the address space.
type mapping struct{ from, to uintptr }

// programMappings are the read-only mappings of the program's own file. The
// writable ones are left out: their changes would be lost.
func programMappings() []mapping {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	var found []mapping
	for line := range bytes.Lines(maps) {
		// 00400000-00f1b000 r-xp 00000000 fe:00 1234    /usr/local/bin/restorebot
		fields := bytes.SplitN(bytes.TrimSuffix(line, []byte("\n")), []byte(" "), 6)
		if len(fields) < 6 || string(bytes.TrimLeft(fields[5], " ")) != program || bytes.IndexByte(fields[1], 'w') >= 0 {
			continue
		}
		from, to, _ := bytes.Cut(fields[0], []byte("-"))
		begin, err1 := strconv.ParseUint(string(from), 16, strconv.IntSize)
		end, err2 := strconv.ParseUint(string(to), 16, strconv.IntSize)
		if err1 == nil && err2 == nil && begin < end {
			found = append(found, mapping{uintptr(begin), uintptr(end)})
		}
	}
	return found
}
