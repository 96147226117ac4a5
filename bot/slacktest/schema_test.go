package slacktest

import "testing"

// A type that the schema names and does not have would be refused everywhere, or checked
// for nothing.
func TestSchemaHasEveryTypeThatItNames(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"modal": true} // a view's
	var name func(r rule)
	name = func(r rule) {
		switch r.kind { //nolint:exhaustive // the others name no type
		case isList:
			name(*r.of)
		case isObject, isTyped, isBlock:
			for _, kind := range r.words {
				if _, ok := schema[kind]; !ok {
					t.Errorf("there is no %q in the schema", kind)
				}
				if s := schema[kind]; s.untyped != (r.kind == isObject) || r.kind == isBlock && s.role != asBlock {
					t.Errorf("%q stands where another kind of object does", kind)
				}
				named[kind] = true
			}
		}
	}
	name(anyBlock)
	for _, s := range schema {
		for _, f := range s.members() {
			name(f.rule)
		}
	}
	for kind := range schema {
		if !named[kind] {
			t.Errorf("nothing may hold a %q", kind)
		}
	}
}
