package main

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"slices"
	"strings"
)

// module is one that is linked.
type module struct {
	Path    string `json:"path"`
	Version string `json:"version,omitempty"`
	Licence string `json:"licence,omitempty"` // SPDX
	Bytes   int64  `json:"bytes"`             // of code and data
}

// What is no module of others.
const (
	ownModule = "docspace-restorebot"
	goItself  = "Go's runtime and standard library"
)

// weigh adds up the symbols of a program by module, largest first. Tables are what
// belongs to no one.
func weigh(path string) (modules []module, tables int64, err error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	file, err := elf.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return nil, 0, err
	}
	modules = []module{{Path: ownModule}, {Path: goItself, Version: info.GoVersion}}
	for _, dep := range info.Deps {
		modules = append(modules, module{Path: dep.Path, Version: dep.Version})
	}
	for _, section := range file.Sections {
		if inMemory(section) {
			tables += int64(section.Size) //nolint:gosec // less than the file
		}
	}
	for _, symbol := range symbols {
		if int(symbol.Section) >= len(file.Sections) || !inMemory(file.Sections[symbol.Section]) {
			continue
		}
		if n := owner(modules, symbol.Name); n >= 0 {
			modules[n].Bytes += int64(symbol.Size) //nolint:gosec // less than the file
			tables -= int64(symbol.Size)           //nolint:gosec // less than the file
		}
	}
	slices.SortStableFunc(modules, func(a, b module) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return modules, tables, nil
}

// inMemory reports whether a section is in the file and in memory: no zeroes, and
// nothing for debuggers.
func inMemory(s *elf.Section) bool { return s.Type != elf.SHT_NOBITS && s.Flags&elf.SHF_ALLOC != 0 }

// owner is the place of a symbol's module in modules, of which the first is our own
// and the second Go itself; -1 for a table of the linker.
func owner(modules []module, symbol string) int {
	for _, prefix := range []string{"type:.eq.", "type:.hash.", "go:itab.", "type:.namedata."} {
		symbol = strings.TrimPrefix(symbol, prefix)
	}
	if strings.HasPrefix(symbol, "go:") || strings.HasPrefix(symbol, "type:") || strings.HasPrefix(symbol, "runtime.pclntab") {
		return -1
	}
	symbol, _, _ = strings.Cut(strings.TrimLeft(symbol, "*"), "[") // the types of a generic function may be another's
	if strings.HasPrefix(symbol, "main.") {
		return 0
	}
	found, longest := 1, 0
	for n, m := range modules {
		rest, ok := strings.CutPrefix(symbol, m.Path)
		if ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")) && len(m.Path) > longest {
			found, longest = n, len(m.Path)
		}
	}
	return found
}
