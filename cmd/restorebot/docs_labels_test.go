package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// labelsSaid matches what a guide quotes of the screen: a label in bold, words in italics.
var labelsSaid = regexp.MustCompile(`\*{1,2}([A-Za-z][A-Za-z' ]{2,})\*{1,2}`)

// onlyWords are in bold or in italics and stand on no screen of ours.
var onlyWords = []string{"at least", "and", "Forgot password"}

// What the guides call a button, a fold or a message is what people see of it: in the
// golden files of all views, or in a text of the bot.
func TestGuidesCallButtonsAndMessagesByTheirNames(t *testing.T) {
	t.Parallel()
	var shown strings.Builder
	for _, glob := range []string{"../../bot/*.go", "../../bot/slackchat/blockkit/*.go", "../../bot/slackchat/blockkit/testdata/*.json"} {
		paths, err := filepath.Glob(glob)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", glob, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			shown.WriteString(strings.ToLower(string(text)))
		}
	}
	all, checked := shown.String(), 0
	for path, text := range guides(t) {
		if !slices.Contains([]string{"docs/responder.md", "docs/operator.md"}, path) {
			continue
		}
		for _, m := range labelsSaid.FindAllStringSubmatch(text, -1) {
			if said := m[1]; !slices.Contains(onlyWords, said) {
				checked++
				if !strings.Contains(all, strings.ToLower(said)) {
					t.Errorf("%s: nothing on the screen says %q", path, said)
				}
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d labels were found", checked)
	}
}
