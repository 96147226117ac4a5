package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docspace-restorebot/bot/command"
)

var (
	testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z0-9][A-Za-z0-9_]*)(?:/([^`]*))?`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z0-9][A-Za-z0-9_]*)\(`)
	quoted   = regexp.MustCompile(`"([^"\n\\]*)"`)
	inCode   = regexp.MustCompile("`([^`]+)`")
)

// guides are the README and the files of docs/, by their path from here.
func guides(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil || len(paths) < 9 {
		t.Fatalf("found %v, %v", paths, err)
	}
	texts := map[string]string{}
	for _, path := range append(paths, "../../README.md") {
		texts[path] = content(t, path)
	}
	return texts
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tableRows are the cells of the table below its head, row by row.
func tableRows(t *testing.T, path, head string) (table [][]string) {
	t.Helper()
	_, text, found := strings.Cut(content(t, path), head+"\n")
	if !found {
		t.Fatalf("%s has no table %q", path, head)
	}
	text, _, _ = strings.Cut(text, "\n\n")
	for i, row := range strings.Split(strings.TrimSpace(text), "\n") {
		cells := strings.Split(strings.Trim(row, "|"), "|")
		if len(cells) != strings.Count(head, "|")-1 {
			t.Errorf("%s: a row with %d cells: %s", path, len(cells), row)
			continue
		}
		for j := range cells {
			if cells[j] = strings.TrimSpace(cells[j]); cells[j] == "" && i > 0 && j > 0 {
				t.Errorf("%s: a cell is empty: %s", path, row)
			}
		}
		if i > 0 { // the first is the rule below the head
			table = append(table, cells)
		}
	}
	return table
}

// testsAndStrings returns the names of all tests, and the strings that stand in the
// code, with blanks as the names of subtests have them.
func testsAndStrings(t *testing.T) (tests, literals map[string]bool) {
	t.Helper()
	tests, literals = map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("../..", path))
		for _, m := range quoted.FindAllSubmatch(text, -1) {
			literals[strings.ReplaceAll(string(m[1]), " ", "_")] = true
		}
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range testFunc.FindAllSubmatch(text, -1) {
				tests[string(m[1])] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests, literals
}

// What the documents promise is proven by tests and subtests that are there.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	tests, literals := testsAndStrings(t)
	for path, text := range guides(t) {
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names %s, which is not there", path, m[1])
			}
			if m[2] != "" && !literals[m[2]] {
				t.Errorf("%s names %s/%s, and no string is %[3]q", path, m[1], m[2])
			}
		}
	}
}

func TestEveryFaultNamesItsTest(t *testing.T) {
	t.Parallel()
	faults := tableRows(t, "docs/faults.md", "| fault | promise | test |")
	if len(faults) < 75 {
		t.Errorf("the table has %d faults", len(faults))
	}
	for _, row := range faults {
		if !testName.MatchString(row[2]) {
			t.Errorf("no test holds %q", row[0])
		}
		for _, m := range inCode.FindAllStringSubmatch(row[2], -1) {
			if !testName.MatchString(m[0]) {
				t.Errorf("%q names %s, which is no test", row[0], m[0])
			}
		}
	}
}

// Each setting has one place in the table, with its default, and the README
// names those without which nothing starts.
func TestDocumentsTellEverySetting(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{}
	for field := range reflect.TypeFor[raw]().Fields() {
		defaults[field.Tag.Get("env")] = field.Tag.Get("envDefault")
	}
	readme := content(t, "../../README.md")
	var told []string
	for _, row := range tableRows(t, "docs/settings.md", "| name | meaning | default |") {
		for _, m := range inCode.FindAllStringSubmatch(row[0], -1) {
			name := m[1]
			told = append(told, name)
			if value := defaults[name]; value != "" && !strings.Contains(row[2], "`"+value+"`") {
				t.Errorf("the default of %s is %s, and not %s", name, value, row[2])
			}
			if strings.HasPrefix(row[2], "required") && !strings.Contains(readme, "`"+name+"`") {
				t.Errorf("the README does not tell of %s", name)
			}
		}
	}
	slices.Sort(told)
	if !slices.Equal(told, names()) {
		t.Errorf("the table tells of %v\nthe loader reads   %v", told, names())
	}
}

// The README is read in five minutes, and shows the command that CI runs.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	if words := strings.Fields(content(t, "../../README.md")); len(words) > 900 {
		t.Errorf("the README has %d words", len(words))
	}
	const command = "go test ./..."
	if !slices.ContainsFunc(fenced(t, "../../README.md"), func(line string) bool { return strings.HasPrefix(line, command) }) ||
		!strings.Contains(content(t, "../../.ci/run"), "\n"+command+"\n") {
		t.Errorf("the README and CI do not both have the line %s", command)
	}
}

// The README's overview has a row for every command that there is.
func TestReadmeShowsEveryCommand(t *testing.T) {
	t.Parallel()
	lines := fenced(t, "../../README.md")
	usage, _ := command.Usage("")
	for line := range strings.Lines(usage) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "/restore" {
			continue
		}
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "/restore "+words[1]) }) {
			t.Errorf("the README does not show /restore %s", words[1])
		}
	}
	for _, c := range root(process{}).Commands() {
		if !slices.ContainsFunc(lines, func(line string) bool {
			words := strings.Fields(strings.Replace(line, "go run ./cmd/restorebot", "restorebot", 1) + " - -")
			return words[0] == "restorebot" && words[1] == c.Name()
		}) {
			t.Errorf("the README does not name restorebot %s", c.Name())
		}
	}
}

// The archive of a release holds what the README leads to.
func TestEveryGuideIsLinkedFromTheReadme(t *testing.T) {
	t.Parallel()
	texts := guides(t)
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		if strings.HasPrefix(path, "docs/") && !strings.Contains(texts["../../README.md"], "(cmd/restorebot/"+path+")") {
			t.Errorf("the README does not lead to %s", path)
		}
	}
}

// Whatever the comparison says of us names its test, or says that we lack it.
func TestComparisonProvesWhatItSaysOfUs(t *testing.T) {
	t.Parallel()
	ours := tableRows(t, "docs/comparison.md", "| | restorebot | DocSpace's own page | hoop | Teleport Slack plugin | sso-elevator | Botkube | Dispatch | OnCall OSS | Atlantis |")
	if len(ours) < 14 {
		t.Errorf("the comparison has %d rows", len(ours))
	}
	for _, row := range ours {
		if !testName.MatchString(row[1]) && !strings.Contains(row[1], "golden `") {
			t.Errorf("nothing proves what we say of %q", row[0])
		}
		for _, m := range regexp.MustCompile("golden `([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			if found, _ := filepath.Glob("../../bot/slackchat/*/testdata/" + m[1]); len(found) == 0 {
				t.Errorf("%q names %s, which is not there", row[0], m[1])
			}
		}
	}
	if better := tableRows(t, "docs/comparison.md", "| | restorebot | better |"); len(better) < 8 {
		t.Errorf("others win in %d rows", len(better))
	}
}
