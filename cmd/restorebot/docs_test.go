package main

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kballard/go-shellquote"

	"docspace-restorebot/bot/command"
)

// fenced returns the lines in the code blocks of a document.
func fenced(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	inside := false
	for s := bufio.NewScanner(f); s.Scan(); {
		switch {
		case strings.HasPrefix(s.Text(), "```"):
			inside = !inside
		case inside:
			lines = append(lines, s.Text())
		}
	}
	return lines
}

// understood reports whether the program knows the words and flags of a command
// line, without running it.
func understood(line string) error {
	words, err := shellquote.Split(line)
	if err != nil {
		return err
	}
	c, ok := named(words[1])
	if !ok {
		return os.ErrNotExist
	}
	flags := c.flagSet()
	c.setup(flags)
	if err := flags.Parse(words[2:]); err != nil {
		return err
	}
	if flags.NArg() > c.words {
		return os.ErrInvalid
	}
	return nil
}

func TestEveryCommandInTheDocumentsIsUnderstood(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil || len(paths) < 9 {
		t.Fatalf("found %v", paths)
	}
	checked := 0
	for _, path := range append(paths, "../../README.md") {
		for _, line := range fenced(t, path) {
			line, _, _ = strings.Cut(line, "  #") // a remark
			switch {
			case strings.HasPrefix(line, "restorebot "):
				checked++
				if err := understood(line); err != nil {
					t.Errorf("%s: %q: %v", path, line, err)
				}
			case strings.HasPrefix(line, "/restore") && strings.HasPrefix(path, "docs/"): // the README shows usage
				checked++
				if _, no := command.ParseLine(strings.TrimPrefix(line, "/restore")); no != nil {
					t.Errorf("%s: %q: %s", path, line, no)
				}
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d commands were found", checked)
	}
}

func TestExamplesOfEveryHelpPageAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, c := range subcommands() {
		if len(c.examples) == 0 || c.summary == "" || c.about == "" || strings.HasSuffix(c.summary, ".") {
			t.Errorf("the page of %s is not complete", c.name)
		}
		for _, line := range c.examples {
			// What a shell makes of >, | and $(...) is not the program's.
			line = regexp.MustCompile(` [>|].*$`).ReplaceAllString(line, "")
			line = regexp.MustCompile(`\$\([^)]*\)`).ReplaceAllString(line, "X")
			if err := understood(line); err != nil {
				t.Errorf("%s: %q: %v", c.name, line, err)
			}
		}
	}
}

func TestDocumentsNameScopesAndSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	for _, text := range guides(t) {
		for _, m := range regexp.MustCompile("`([A-Z]+(?:_[A-Z]+)+)[=`]").FindAllStringSubmatch(text, -1) {
			known(t, m[1])
		}
	}
}
