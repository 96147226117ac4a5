package docspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
)

func TestReadmeNamesTestsAndMethodsThatExist(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(b)
	}
	claims := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllSubmatch(readme, -1)
	if len(claims) < 20 {
		t.Errorf("only %d claims name a test", len(claims))
	}
	for _, claim := range claims {
		if !strings.Contains(tests.String(), "\nfunc "+string(claim[1])+"(t *testing.T)") {
			t.Errorf("%s does not exist", claim[1])
		}
	}
	for n := 1; n <= 10; n++ {
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| %d \\| .+ \\| `TestTrap[A-Za-z]+` \\|$", n))
		if !row.Match(readme) {
			t.Errorf("trap %d has no row with its test", n)
		}
	}
	for _, m := range mends {
		row := "| " + m.name + " | " + m.says + " | " + m.server + " | " + m.source + " | `" + m.proof + "` |"
		if !strings.Contains(string(readme), row) {
			t.Errorf("this place of the description is not in the table:\n%s", row)
		}
	}
	for m := range reflect.TypeFor[*docspace.Client]().Methods() {
		if !strings.Contains(string(readme), "`"+m.Name+"`") {
			t.Errorf("the method %s is not in the table", m.Name)
		}
	}
}
