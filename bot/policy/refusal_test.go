package policy

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// literals are all strings of this room and of bot that point at who is below.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	ours, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	bots, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(ours, bots) {
		if strings.HasSuffix(name, "_test.go") || name == "refusal.go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(text, "below") {
				found[text] = true
			}
			return true
		})
	}
	return found
}

// groupsOf is a directory that knows groups alone.
type groupsOf map[string][]string

func (g groupsOf) Person(context.Context, string) (Person, error) {
	return Person{}, errors.ErrUnsupported
}

func (g groupsOf) Place(context.Context, string) (Place, error) {
	return Place{}, errors.ErrUnsupported
}
func (g groupsOf) Fresh() Directory { return g }

func (g groupsOf) Members(_ context.Context, group string) ([]string, error) {
	members, ok := g[group]
	if !ok {
		return nil, errors.New("missing_scope")
	}
	return members, nil
}

// Whatever a refusal says of those below it, there is somebody below it, or it
// says something else.
func TestNobodyIsSentToNobody(t *testing.T) {
	t.Parallel()
	texts := literals(t)
	if len(texts) < 8 {
		t.Fatalf("found %d words of refusals only", len(texts))
	}
	d := groupsOf{"SMANY": {"UALICE", "UBOB"}, "SALICE": {"UALICE"}, "SNONE": {}}
	for text := range texts {
		for name, c := range map[string]struct {
			people AllowList
			there  bool
			also   string // where people are told whom to ask
		}{
			"nobody":        {AllowList{}, false, "Nobody else is set up for it"},
			"anybody":       {AllowList{Any: true}, false, "somebody else of this workspace"},
			"an empty id":   {AllowList{IDs: []string{""}}, false, "Nobody else"},
			"somebody":      {AllowList{IDs: []string{"UBOB"}}, true, ""},
			"a group":       {AllowList{Groups: []string{"SMANY"}}, true, ""},
			"own group":     {AllowList{IDs: []string{""}, Groups: []string{"SALICE"}}, !strings.Contains(text, "one of the people below"), "Nobody else"},
			"an empty one":  {AllowList{Groups: []string{"SNONE"}}, false, "Nobody else"},
			"an unread one": {AllowList{Groups: []string{"SGONE"}}, false, "Slack does not tell the bot who that is"},
		} {
			if name == "anybody" && !strings.Contains(text, "one of the") || name == "own group" && !strings.Contains(text, "one of the people below") {
				continue // such a list is of ids
			}
			no := (&Refusal{Rule: RulePerson, Do: text, People: c.people}).WithPeople(t.Context(), d, "UALICE")
			if points := strings.Contains(no.Do, "below"); points != c.there || points == no.People.Nobody() {
				t.Errorf("%s, %q: says %q of %q", name, text, no.Do, no.People)
			}
			if strings.Contains(text, "one of the people below") && !strings.Contains(no.Do, c.also) {
				t.Errorf("%s, %q: says %q", name, text, no.Do)
			}
		}
		if why := (&Refusal{What: text, Do: text, People: AllowList{IDs: []string{"UBOB"}}}).WithoutPeople(); strings.Contains(why.What+why.Do, "below") {
			t.Errorf("the card, which lists nobody, says %q", why.What)
		}
	}
}

// Whoever is refused is not told to ask themselves.
func TestNobodyIsSentToThemselves(t *testing.T) {
	t.Parallel()
	ask := &Refusal{Do: "Ask one of the people below.", People: AllowList{IDs: []string{"UALICE", "UBOB"}}}
	if no := ask.WithPeople(t.Context(), groupsOf{}, "UALICE"); no.People.String() != "UBOB" || len(ask.People.IDs) != 2 {
		t.Errorf("%q of %+v", no.Do, no.People)
	}
	ask.People.IDs = []string{"UALICE"}
	if no := ask.WithPeople(t.Context(), groupsOf{}, "UALICE"); !strings.Contains(no.Do, "Nobody else is set up for it") || !no.People.Nobody() {
		t.Errorf("%q of %+v", no.Do, no.People)
	}
}
