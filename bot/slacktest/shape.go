package slacktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// problem is one thing that Slack refuses in blocks or a view.
type problem struct {
	at         string // JSON pointer
	code       string // of blocks.validate
	message    string
	constraint Object // what blocks.validate says of it; nil: nothing
}

// String is the problem as most methods tell it.
func (p problem) String() string { return p.message + " [json-pointer:" + p.at + "]" }

// Codes of blocks.validate (docs: blocks.validate; the last is assumed).
const (
	failedConstraint = "failed_constraint"
	missingField     = "missing_field"
	additionalField  = "additional_property"
)

// checker collects what is wrong with blocks, in Slack's words where they are known.
type checker struct {
	surface  surface
	refused  map[string]bool // block types that this workspace does not have
	problems []problem
	depth    int // of containers and layouts around
	focused  int // elements that want the focus
}

func (c *checker) add(at, format string, args ...any) {
	c.problems = append(c.problems, problem{at: at, code: failedConstraint, message: fmt.Sprintf(format, args...)})
}

func (c *checker) missing(at, name string) {
	c.problems = append(c.problems, problem{at: at, code: missingField, message: "missing required field: " + name})
}

// constrained says of the last problem what was expected and what came.
func (c *checker) constrained(kind string, got any, expected ...string) {
	c.problems[len(c.problems)-1].constraint = Object{"type": kind, "expected": expected, "got": fmt.Sprint(got)}
}

// check looks at the value of a member.
type check func(c *checker, at string, v any)

// field is a member that an object may have.
type field struct {
	name  string
	check check // nil: anything
	must  bool
}

func must(name string, f check) field { return field{name, f, true} }
func may(name string, f check) field  { return field{name, f, false} }

// shape is what an object of a kind is made of. Slack refuses a member that it does
// not know.
type shape struct {
	fields []field
	also   func(c *checker, at string, o Object) // what members have to do with each other
}

func members(fields ...field) shape { return shape{fields: fields} }

// fits checks an object. A member that is null is not there.
func (c *checker) fits(at string, o Object, s shape) {
	var extra []string
	for name := range o {
		if !slices.ContainsFunc(s.fields, func(f field) bool { return f.name == name }) {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	for _, name := range extra {
		c.problems = append(c.problems, problem{at: at, code: additionalField, message: "invalid additional property: " + name})
	}
	for _, f := range s.fields {
		switch v := o[f.name]; {
		case v == nil && f.must:
			c.missing(at, f.name)
		case v != nil && f.check != nil:
			f.check(c, at+"/"+f.name, v)
		}
	}
	if s.also != nil {
		s.also(c, at, o)
	}
}

// shaped is a member with a shape of its own.
func shaped(s shape) check {
	return func(c *checker, at string, v any) {
		o, ok := v.(Object)
		if !ok {
			c.add(at, "must provide an object")
			return
		}
		c.fits(at, o, s)
	}
}

// list is an array with so many items.
func list(least, most int, each check) check {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		if !ok {
			c.add(at, "must provide an array")
			return
		}
		if len(items) < least {
			c.add(at, "must provide at least %d item%s", least, plural(least))
			c.constrained("min_items", len(items), strconv.Itoa(least))
		}
		if most > 0 && len(items) > most {
			c.add(at, "no more than %d items allowed", most)
			c.constrained("max_items", len(items), strconv.Itoa(most))
			return
		}
		for i, item := range items {
			each(c, at+"/"+strconv.Itoa(i), item)
		}
	}
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// chars is a string of a length in characters; most 0 is no limit.
func chars(least, most int) check {
	return func(c *checker, at string, v any) {
		text, ok := v.(string)
		if !ok {
			c.add(at, "must provide a string")
			return
		}
		c.length(at, text, least, most)
	}
}

func (c *checker) length(at, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	if least > 0 && strings.TrimSpace(text) == "" { // spaces alone are nothing
		c.add(at, "must be more than %d characters", least-1)
		c.constrained("min_length", n, strconv.Itoa(least))
	}
	if most > 0 && n > most {
		c.add(at, "must be less than %d characters", most+1)
		c.constrained("max_length", n, strconv.Itoa(most))
	}
}

// between is an integer.
func between(least, most int64) check {
	return func(c *checker, at string, v any) {
		n, ok := v.(json.Number)
		i, err := n.Int64()
		switch {
		case !ok || err != nil:
			c.add(at, "must be an integer")
		case i < least || i > most:
			c.add(at, "must be between %d and %d", least, most)
		}
	}
}

// anyNumber is a number, whole or not.
func anyNumber(c *checker, at string, v any) {
	if _, ok := v.(json.Number); !ok {
		c.add(at, "must be a number")
	}
}

// flag is true or false.
func flag(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.add(at, "must be a boolean")
	}
}

// oneOf is one of some words.
func oneOf(words ...string) check {
	return func(c *checker, at string, v any) {
		if word, ok := v.(string); !ok || !slices.Contains(words, word) {
			c.add(at, "must be one of: %s", strings.Join(words, ", "))
			c.constrained("enum", v, words...)
		}
	}
}

// like is a string of a form.
func like(form *regexp.Regexp, what string) check {
	return func(c *checker, at string, v any) {
		if text, ok := v.(string); !ok || !form.MatchString(text) {
			c.add(at, "must be %s", what)
		}
	}
}

// address is an absolute one; with schemes, of one of these.
func address(schemes ...string) check {
	return func(c *checker, at string, v any) {
		text, ok := v.(string)
		if !ok {
			c.add(at, "must provide a string")
			return
		}
		c.length(at, text, 0, maxURL)
		u, err := url.Parse(text)
		good := err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "" && len(schemes) == 0) && !strings.ContainsAny(text, " \n\t<>")
		if !good || len(schemes) > 0 && !slices.Contains(schemes, u.Scheme) {
			c.add(at, "must be a valid url")
		}
	}
}

// web is an address that a browser opens.
func web(c *checker, at string, v any) { address("http", "https")(c, at, v) }

// pointer is the JSON pointer of a member of an item.
func pointer(list string, i int, member string) string {
	return list + "/" + strconv.Itoa(i) + member
}
