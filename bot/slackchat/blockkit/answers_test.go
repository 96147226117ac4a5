package blockkit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unknownWord stands for what only a run knows: a name, a number, a time.
const unknownWord = "docs.example"

// verb is one of a format.
var verb = regexp.MustCompile(`%[-+# 0-9.\[\]]*[a-zA-Z]`)

// source is the code that words answers, with what its names of texts say.
type source struct {
	files  []*ast.File
	fset   *token.FileSet
	consts map[string]ast.Expr
}

// readSource parses the rooms that word answers.
func readSource(t *testing.T) source {
	t.Helper()
	s := source{fset: token.NewFileSet(), consts: map[string]ast.Expr{}}
	for _, room := range []string{"../..", "../../policy", "../../command", ".."} {
		names, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(s.fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.files = append(s.files, file)
			ast.Inspect(file, func(n ast.Node) bool {
				if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
					for i, name := range v.Names {
						s.consts[name.Name] = v.Values[i]
					}
				}
				return true
			})
		}
	}
	return s
}

// text is what an expression says, as far as the code tells.
func (s source) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		return s.text(e.X) + s.text(e.Y)
	case *ast.ParenExpr:
		return s.text(e.X)
	case *ast.Ident:
		if value, ok := s.consts[e.Name]; ok {
			return s.text(value)
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			return verb.ReplaceAllString(strings.ReplaceAll(s.text(e.Args[0]), "%%", "%"), unknownWord)
		}
	}
	return unknownWord
}

// said is one answer in the code.
type said struct{ where, what, do string }

// typeName is how a composite literal's type is called, without its package.
func typeName(c *ast.CompositeLit) string {
	switch t := c.Type.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.SelectorExpr:
		return t.Sel.Name
	}
	return ""
}

// answers are all that the code can tell one person in words of its own: refusals,
// short answers, and what it explains of a portal.
func (s source) answers() (all []said) {
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			c, ok := n.(*ast.CompositeLit)
			if !ok || len(c.Elts) == 0 {
				return true
			}
			a := said{where: s.fset.Position(c.Pos()).String()}
			switch typeName(c) {
			case "Refusal", "Reason", "SyntaxError":
				for _, e := range c.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						switch fmt.Sprint(kv.Key) {
						case "What":
							a.what = s.text(kv.Value)
						case "Do":
							a.do = s.text(kv.Value)
						}
					}
				}
			case "TextAnswer":
				e := c.Elts[0]
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					e = kv.Value
				}
				a.what = s.text(e)
			case "explanation":
				a.what = "The portal could not be asked: " + s.text(c.Elts[0]) + ". Nothing was started."
				a.do = s.text(c.Elts[1])
			}
			if strings.Trim(a.what+a.do, ". ") != "" {
				all = append(all, a)
			}
			return true
		})
	}
	return all
}

// Every answer in the code fits six lines of a telephone, names no rule, and is no
// riddle.
func TestEveryAnswerInTheCodeFitsATelephone(t *testing.T) {
	t.Parallel()
	all := readSource(t).answers()
	if len(all) < 100 {
		t.Errorf("%d answers", len(all))
	}
	never := regexp.MustCompile(`(?i)\bwhoever\b|\bis asked for by\b|what was to be|is changed by this|\brule \w+\)|\[rule`)
	for _, a := range all {
		text := strings.TrimSpace(":no_entry: " + a.what + "\n" + a.do)
		if lines := wrapped(seen(text), phoneWidth); len(lines) > linesOfAnswer {
			t.Errorf("%s: %d lines\n%s", a.where, len(lines), strings.Join(lines, "\n"))
		}
		if bad := never.FindString(text); bad != "" {
			t.Errorf("%s says %q: %s", a.where, bad, text)
		}
	}
}
