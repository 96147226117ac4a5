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

	"docspace-restorebot/bot/policy"
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
type said struct {
	where, what, do string
	kind            string // "Refusal", "TextAnswer", or "Reason" of a card
}

// texts are what people may be told. A refusal adds its effect.
func (a said) texts() []string {
	if a.kind != "Refusal" {
		return []string{lines(a.what, a.do)}
	}
	var all []string
	for _, e := range []policy.Effect{"", policy.PressChangedNothing} {
		all = append(all, refusalText(policy.Refusal{What: a.what, Do: a.do, Effect: e}))
	}
	return all
}

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
			a := said{kind: "Refusal"}
			switch n := n.(type) {
			case *ast.CompositeLit:
				a = s.answer(n)
			case *ast.AssignStmt: // of the refusal of a certain case
				for i, to := range n.Lhs {
					if field, ok := to.(*ast.SelectorExpr); ok && len(n.Rhs) == len(n.Lhs) && n.Tok == token.ASSIGN {
						a.put(field.Sel.Name, s.text(n.Rhs[i]))
					}
				}
			case *ast.CallExpr: // of a command line
				if f, ok := n.Fun.(*ast.Ident); ok && strings.HasPrefix(f.Name, "refuse") && len(n.Args) > 1 {
					a.put("What", s.text(n.Args[0]))
					a.put("Do", s.text(n.Args[1]))
				}
			}
			if strings.Trim(a.what, ". ") != "" {
				a.where = s.fset.Position(n.Pos()).String()
				all = append(all, a)
			}
			return true
		})
	}
	return all
}

func (a *said) put(field, text string) {
	switch field {
	case "What":
		a.what = text
	case "Do":
		a.do = text
	}
}

// answer is what a literal says; nothing where it is no answer.
func (s source) answer(c *ast.CompositeLit) said {
	a := said{kind: "Refusal"}
	switch kind := typeName(c); kind {
	case "Reason", "Refusal", "SyntaxError", "": // "" in a map of refusals
		if kind == "Reason" {
			a.kind = kind
		}
		for _, e := range c.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				a.put(fmt.Sprint(kv.Key), s.text(kv.Value))
			}
		}
	case "TextAnswer":
		a.kind = "TextAnswer"
		for _, e := range c.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			a.what = s.text(e)
		}
	case "explanation":
		if len(c.Elts) == 2 {
			a.what, a.do = "The portal could not be asked: "+s.text(c.Elts[0])+".", s.text(c.Elts[1])
		}
	}
	return a
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
		for _, text := range a.texts() {
			if lines := wrapped(seen(text), phoneWidth); len(lines) > linesOfAnswer {
				t.Errorf("%s: %d lines\n%s", a.where, len(lines), strings.Join(lines, "\n"))
			}
			if bad := never.FindString(text); bad != "" {
				t.Errorf("%s says %q: %s", a.where, bad, text)
			}
		}
	}
}

// anEffect are the words by which people are told whether anything was changed.
var anEffect = regexp.MustCompile(`(?i)nothing was restored and the portal is unchanged|nothing (\w+ )?(was|is|were) (started|changed|done|restored)|chang(ed|es) nothing|(portal|it) is unchanged|may count all the same|not certain that|whether anything was changed`)

// A refusal says its effect and nothing else of that kind. The reason on a card says none,
// for the card does. No other answer says it twice.
func TestEveryRefusalInTheCodeSaysOnceWhetherAnythingWasChanged(t *testing.T) {
	t.Parallel()
	refusals := 0
	for _, a := range readSource(t).answers() {
		if a.kind == "Refusal" {
			refusals++
		}
		for _, text := range a.texts() {
			n := len(anEffect.FindAllString(text, -1))
			if a.kind == "Refusal" && n != 1 || a.kind == "Reason" && n != 0 || n > 1 {
				t.Errorf("%s says %d times whether anything was changed: %s", a.where, n, text)
			}
		}
	}
	if refusals < 150 {
		t.Errorf("%d refusals", refusals)
	}
}

// A refusal that is put together of parts says no effect in any of them.
func TestOnlyThePlacesOfEffectsSayThem(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	for _, file := range s.files {
		name := s.fset.Position(file.Pos()).Filename
		if strings.HasSuffix(name, "/effect.go") || filepath.Dir(name) == ".." {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CompositeLit); ok && (typeName(c) == "Words" || typeName(c) == "Field") { // of a dialog
				return false
			}
			if e, ok := n.(*ast.BasicLit); ok && anEffect.MatchString(s.text(e)) {
				t.Errorf("%s: %s", s.fset.Position(e.Pos()), e.Value)
			}
			return true
		})
	}
}
