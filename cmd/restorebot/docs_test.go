package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

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

// shellWords splits a command line of the documents, which need no quotes.
func shellWords(line string) ([]string, error) {
	if strings.ContainsAny(line, "\"'`\\$|&;<>") {
		return nil, errors.New("it needs a shell")
	}
	return strings.Fields(line), nil
}

// understood reports whether the program knows the words and flags of a command
// line, without running it.
func understood(line string) error {
	words, err := shellWords(line)
	if err != nil {
		return err
	}
	c, args, err := root(process{}).Find(words[1:])
	if err != nil {
		return err
	}
	if err := c.ParseFlags(args); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
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
				if _, no := command.Parse(strings.TrimPrefix(line, "/restore")); no != nil {
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
	pages := 0
	for _, c := range everyCommand(root(process{})) {
		pages++
		if c.Example == "" || c.Short == "" || c.Long == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("the page of %s is not complete", c.CommandPath())
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			// What a shell makes of >, | and $(...) is not the program's.
			line = regexp.MustCompile(` [>|].*$`).ReplaceAllString(line, "")
			line = regexp.MustCompile(`\$\([^)]*\)`).ReplaceAllString(line, "X")
			if err := understood(line); err != nil {
				t.Errorf("%s: %q: %v", c.CommandPath(), line, err)
			}
		}
	}
	if pages != 13 {
		t.Errorf("found %d pages", pages)
	}
}

// everyCommand are all commands below c.
func everyCommand(c *cobra.Command) (all []*cobra.Command) {
	for _, sub := range c.Commands() {
		all = append(append(all, sub), everyCommand(sub)...)
	}
	return all
}

func TestDocumentsNameScopesAndSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	for _, text := range guides(t) {
		for _, m := range regexp.MustCompile("`([A-Z]+(?:_[A-Z]+)+)[=`]").FindAllStringSubmatch(text, -1) {
			known(t, m[1])
		}
	}
}
