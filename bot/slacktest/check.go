package slacktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule says what a value must be.
type rule struct {
	kind     ruleKind
	min, max int      // characters, items, or the number itself; as a length, max 0 is no limit
	words    []string // of an enum; the types of an object; the shape of one without a type
	of       *rule    // the items of a list
}

type ruleKind int

const (
	isAnything ruleKind = iota
	isString
	isText    // a text object, plain_text or mrkdwn
	isPlain   // a plain_text object
	isFlag    // true or false
	isInteger // from min to max
	isWord    // one of words
	isAddress // an absolute URL
	isList    // of min to max items
	isObject  // of the shape words[0]
	isTyped   // an object whose type is one of words
	isBlock   // the same of a block that counts among those of the message
)

var (
	anything = rule{}
	flag     = rule{kind: isFlag}
	address  = rule{kind: isAddress, max: 3_000}
)

func chars(least, most int) rule        { return rule{kind: isString, min: least, max: most} }
func text(most int) rule                { return rule{kind: isText, max: most} }
func plain(most int) rule               { return rule{kind: isPlain, max: most} }
func between(least, most int) rule      { return rule{kind: isInteger, min: least, max: most} }
func enum(words ...string) rule         { return rule{kind: isWord, words: words} }
func list(least, most int, r rule) rule { return rule{kind: isList, min: least, max: most, of: &r} }
func shaped(shape string) rule          { return rule{kind: isObject, words: []string{shape}} }
func one(types ...string) rule          { return rule{kind: isTyped, words: types} }
func counted(types ...string) rule      { return rule{kind: isBlock, words: types} }

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

// surface is where blocks are shown.
type surface int

const (
	inMessage surface = iota
	inModal
	anywhere // as blocks.validate has it, where nobody says
)

// checker walks blocks along the schema. It collects what is wrong with them, in Slack's
// words where they are known, and which blocks and elements there are, in reading order.
type checker struct {
	surface  surface
	refused  map[string]bool // block types that this workspace does not have
	problems []problem
	placed   []*placed
}

// placed is a block that counts among those of its message or modal, with its elements.
type placed struct {
	at string
	Object
	elements []Object
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

// value checks a value against its rule.
func (c *checker) value(at string, v any, r rule) {
	switch r.kind {
	case isAnything:
	case isString:
		c.str(at, v, r)
	case isText:
		c.text(at, v, r, "plain_text", "mrkdwn")
	case isPlain:
		c.text(at, v, r, "plain_text")
	case isFlag:
		if _, ok := v.(bool); !ok {
			c.add(at, "must be a boolean")
		}
	case isInteger:
		n, ok := v.(json.Number)
		i, err := n.Int64()
		switch {
		case !ok || err != nil:
			c.add(at, "must be an integer")
		case i < int64(r.min) || i > int64(r.max):
			c.add(at, "must be between %d and %d", r.min, r.max)
		}
	case isWord:
		if word, ok := v.(string); !ok || !slices.Contains(r.words, word) {
			c.add(at, "must be one of: %s", strings.Join(r.words, ", "))
			c.constrained("enum", v, r.words...)
		}
	case isAddress:
		c.str(at, v, r)
		s, _ := v.(string)
		u, err := url.Parse(s)
		if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" || strings.ContainsAny(s, " \n\t<>") {
			c.add(at, "must be a valid url")
		}
	case isList:
		c.list(at, v, r)
	case isObject:
		if o, ok := v.(Object); ok {
			c.fits(at, o, schema[r.words[0]])
		} else {
			c.add(at, "must provide an object")
		}
	case isTyped, isBlock:
		c.typed(at, v, r)
	}
}

// str checks a string of a length.
func (c *checker) str(at string, v any, r rule) {
	s, ok := v.(string)
	if !ok {
		c.add(at, "must provide a string")
		return
	}
	n := utf8.RuneCountInString(s)
	if r.min > 0 && strings.TrimSpace(s) == "" { // spaces alone are nothing
		c.add(at, "must be more than %d characters", r.min-1)
		c.constrained("min_length", n, strconv.Itoa(r.min))
	}
	if r.max > 0 && n > r.max {
		c.add(at, "must be less than %d characters", r.max+1)
		c.constrained("max_length", n, strconv.Itoa(r.max))
	}
}

// text checks a text object of one of these types.
func (c *checker) text(at string, v any, r rule, types ...string) {
	o, ok := v.(Object)
	if !ok {
		c.add(at, "must provide an object")
		return
	}
	kind := str(o, "type")
	switch {
	case !slices.Contains(types, kind):
		c.add(at+"/type", "must be one of: %s", strings.Join(types, ", "))
		c.constrained("enum", kind, types...)
	case kind == "mrkdwn" && o["emoji"] != nil:
		c.add(at+"/emoji", "not allowed with mrkdwn")
	case kind == "plain_text" && o["verbatim"] != nil:
		c.add(at+"/verbatim", "not allowed with plain_text")
	}
	c.fits(at, o, shape{fields: []field{must("text", chars(1, r.max)), may("emoji", flag), may("verbatim", flag)}})
}

// list checks the number of items, and each.
func (c *checker) list(at string, v any, r rule) {
	items, ok := v.([]any)
	if !ok {
		c.add(at, "must provide an array")
		return
	}
	if len(items) < r.min {
		c.add(at, "must provide at least %d item", r.min)
		c.constrained("min_items", len(items), strconv.Itoa(r.min))
	}
	if r.max > 0 && len(items) > r.max {
		c.add(at, "no more than %d items allowed", r.max)
		c.constrained("max_items", len(items), strconv.Itoa(r.max))
		return
	}
	for i, item := range items {
		c.value(at+"/"+strconv.Itoa(i), item, *r.of)
	}
}

// typed checks an object whose type says what it is.
func (c *checker) typed(at string, v any, r rule) {
	o, ok := v.(Object)
	kind := str(o, "type")
	switch {
	case !ok:
		c.add(at, "must provide an object")
		return
	case kind == "":
		c.missing(at, "type")
		return
	case !slices.Contains(r.words, kind) || !c.has(kind):
		c.add(at+"/type", "unsupported type: %s", kind)
		known := slices.DeleteFunc(slices.Clone(r.words), func(kind string) bool { return !c.has(kind) })
		c.constrained("enum", kind, known...)
		return
	}
	s := schema[kind]
	switch {
	case r.kind == isBlock:
		c.placed = append(c.placed, &placed{at: at, Object: o})
	case s.role == asElement && len(c.placed) > 0:
		last := c.placed[len(c.placed)-1]
		last.elements = append(last.elements, o)
	}
	c.fits(at, o, s)
}

// has reports whether the surface and the workspace have a type.
func (c *checker) has(kind string) bool {
	return !c.refused[kind] && (c.surface != inModal || !schema[kind].messageOnly)
}

// fits checks an object. A member that is null is not there.
func (c *checker) fits(at string, o Object, s shape) {
	members := s.members()
	var extra []string
	for name := range o {
		if !slices.ContainsFunc(members, func(f field) bool { return f.name == name }) {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	for _, name := range extra {
		c.problems = append(c.problems, problem{at: at, code: additionalField, message: "invalid additional property: " + name})
	}
	for _, f := range members {
		switch v := o[f.name]; {
		case v != nil:
			c.value(at+"/"+f.name, v, f.rule)
		case f.must:
			c.missing(at, f.name)
		}
	}
	if s.also == nil {
		return
	}
	for _, p := range s.also(o) {
		if p.at = at + p.at; p.code == "" {
			p.code = failedConstraint
		}
		c.problems = append(c.problems, p)
	}
}
