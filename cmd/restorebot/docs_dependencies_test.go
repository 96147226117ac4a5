package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	required     = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`) // not "// indirect"
	majorVersion = regexp.MustCompile(`/v[0-9]+$`)
	dependency   = regexp.MustCompile("`([^`]+)`")
)

// short is how the table names a module.
func short(path string) string {
	return strings.TrimPrefix(majorVersion.ReplaceAllString(path, ""), "github.com/")
}

// Each dependency that we chose has its row, with why and licence, and each row
// names one that is there. River's drivers are in River's row.
func TestDocumentsTellEveryDependency(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var chosen []string
	for _, m := range required.FindAllStringSubmatch(string(mod), -1) {
		if name := short(m[1]); !strings.HasPrefix(name, "riverqueue/river/") {
			chosen = append(chosen, name)
		}
	}
	_, table, found := strings.Cut(content(t, "docs/dependencies.md"), "| dependency | why | licence | code and data |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	if !found || len(chosen) < 10 {
		t.Fatalf("no table of dependencies, or none chosen: %v", chosen)
	}
	var told []string
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) != 6 || strings.TrimSpace(cells[2]) == "" || strings.TrimSpace(cells[3]) == "" || strings.TrimSpace(cells[4]) == "" {
			t.Errorf("a row that does not tell all: %s", row)
			continue
		}
		for _, m := range dependency.FindAllStringSubmatch(cells[1], -1) {
			told = append(told, m[1])
		}
	}
	slices.Sort(chosen)
	slices.Sort(told)
	for _, name := range chosen {
		if !slices.Contains(told, name) {
			t.Errorf("the table does not tell of %s", name)
		}
	}
	for _, name := range told {
		if !slices.Contains(chosen, name) {
			t.Errorf("the table tells of %s, which is not chosen in go.mod", name)
		}
	}
}
