package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// Metrics begin each rule of the list at zero: one that is left out shows no first
// refusal.
func TestRulesAreListedAll(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "rule.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || !slices.Contains(Rules(), Rule(value)) {
			t.Errorf("%s (%q) is not among the rules: %v", spec.Names[0], value, err)
		}
		n++
		return true
	})
	if n != len(Rules()) || n < 27 {
		t.Errorf("%d rules, %d of them listed", n, len(Rules()))
	}
}
