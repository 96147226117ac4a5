package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"docspace-restorebot/bot"
)

func TestANumberAgreesWithItsNoun(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 channels take", 1: "1 channel takes", 2: "2 channels take", 1001: "1001 channels take"} {
		if got := bot.Count(n, "channel takes", "channels take"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// counts matches a number that is followed by a noun in the plural, "how many" of which
// may be one.
var counts = regexp.MustCompile(`%d \*?([a-z]+ )?([a-z]{2,}s)\b`)

// alwaysMany are the nouns of numbers that never are one, or do not change.
var alwaysMany = map[string]bool{"days": true, "bytes": true, "attempts": true, "characters": true, "is": true, "was": true, "this": true, "comes": true, "does": true, "says": true}

// A text for people says "1 file" and "2 files": it counts by [bot.Count].
func TestTextsCountByOneHelper(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, root := range []string{".", "../cmd/restorebot", "../docspace"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				switch d.Name() {
				case "slacktest", "docspacetest", "durabletest", "bench", "demo", "stage", "testdata":
					return fs.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				seen++
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				for _, m := range counts.FindAllStringSubmatch(text, -1) {
					if !alwaysMany[m[2]] && !alwaysMany[strings.TrimSpace(m[1])] {
						t.Errorf("%s: %q is wrong for 1: use bot.Count", path, text)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 3000 {
		t.Errorf("only %d texts were looked at", seen)
	}
}
