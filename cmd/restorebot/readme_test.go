package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z0-9][A-Za-z0-9_]*)(?:/[^`]*)?`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z0-9][A-Za-z0-9_]*)\(`)
	linked   = regexp.MustCompile(`(?:\]\(|src="|srcset=")([^)"#:]+)[)"]`)
)

// What the README promises is proven by tests that are there.
func TestReadmeNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("../..", path))
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := testName.FindAllStringSubmatch(readme(t), -1)
	if len(named) < 50 {
		t.Errorf("the README names %d tests", len(named))
	}
	for _, m := range named {
		if !there[m[1]] {
			t.Errorf("the README names %s, which is not there", m[1])
		}
	}
}

func TestReadmeLinksToWhatExists(t *testing.T) {
	t.Parallel()
	for _, m := range linked.FindAllStringSubmatch(readme(t), -1) {
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Errorf("the README links to %s: %v", m[1], err)
		}
	}
}

// The settings table has a row for each setting that the loader reads.
func TestReadmeTellsEverySetting(t *testing.T) {
	t.Parallel()
	text := readme(t)
	for _, name := range names() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the README does not tell of %s", name)
		}
	}
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
