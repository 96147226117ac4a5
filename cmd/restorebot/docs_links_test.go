package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	linked  = regexp.MustCompile(`(?:\]\(|src="|srcset="|href=")([^)"\s]+)[)"]`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
)

// Every link that does not leave the repository leads to a file that is there,
// and its anchor to a heading of that file.
func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, pattern := range []string{"docs/*.md", "../../*.md", "../../*/*.md", "../../bot/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	links := 0
	for _, path := range paths {
		for _, m := range linked.FindAllStringSubmatch(fence.ReplaceAllString(content(t, path), ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			if err := leadsSomewhere(t, path, m[1]); err != "" {
				t.Errorf("%s links to %s: %s", path, m[1], err)
			}
		}
	}
	if len(paths) < 11 || links < 20 {
		t.Errorf("found %d links in %v", links, paths)
	}
}

// leadsSomewhere says what is wrong with a link in the file from, "" for nothing.
func leadsSomewhere(t *testing.T, from, link string) string {
	t.Helper()
	file, anchor, _ := strings.Cut(link, "#")
	target := from
	if file != "" {
		target = filepath.Join(filepath.Dir(from), file)
	}
	if _, err := os.Stat(target); err != nil {
		return "there is no such file"
	}
	if anchor == "" {
		return ""
	}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(content(t, target), ""), -1) {
		if anchorOf(m[1]) == anchor {
			return ""
		}
	}
	return "there is no such heading"
}

// anchorOf is what GitHub makes of a heading.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// What the test above rests on.
func TestLinksThatLeadNowhereAreFound(t *testing.T) {
	t.Parallel()
	for link, wrong := range map[string]bool{
		"docs/operator.md": false, "docs/operator.md#read-the-audit-trail": false, "docs/security.md#what-audit_key-guards": false,
		"docs/none.md": true, "docs/operator.md#none": true, "#none": true,
	} {
		if got := leadsSomewhere(t, "docs_links_test.go", link); (got != "") != wrong {
			t.Errorf("%s: %q", link, got)
		}
	}
}

// The house in the guide for contributors has a line for each package and no other
// folder than those that are there, and the files that the guide names exist.
func TestDocumentsNameTheFilesOfTheHouse(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, line := range fenced(t, "docs/contributing.md") {
		if path, _, _ := strings.Cut(line, " "); strings.HasSuffix(path, "/") {
			told[path] = true
		}
	}
	guide := content(t, "docs/contributing.md")
	for _, m := range regexp.MustCompile("`((?:bot|cmd|docspace)/[a-z_/.0-9]+|[.A-Z][A-Za-z.]+)`").FindAllStringSubmatch(guide, -1) {
		if strings.ContainsAny(m[1], "/.") {
			told[m[1]] = true
		}
	}
	if len(told) < 30 {
		t.Errorf("only %d paths were found", len(told))
	}
	for path := range told {
		if _, err := os.Stat(filepath.Join("../..", path)); err != nil {
			t.Errorf("the documents name %s: %v", path, err)
		}
	}
	for _, pattern := range []string{"../../bot/*/*.go", "../../bot/slackchat/*/*.go", "../../docspace/*/*.go", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			path := strings.TrimPrefix(filepath.ToSlash(filepath.Join("cmd/restorebot", filepath.Dir(file))), "cmd/restorebot/../../")
			if !told[path+"/"] {
				t.Errorf("the guide for contributors does not tell of %s", path)
			}
		}
	}
}
