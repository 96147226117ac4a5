package slacktest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

func TestBlocksAreValidatedWithoutAToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	modal := func(blocks string) string {
		return `{"type":"modal","title":` + plain("x") + `,"blocks":` + blocks + `}`
	}
	for name, tc := range map[string]struct {
		args map[string]string
		want string // the error and its problems: pointer, code
	}{
		"blocks":                 {map[string]string{"blocks": one(aSection)}, ""},
		"blocks of any surface":  {map[string]string{"blocks": one(container("", aSection))}, ""},
		"unknown blocks":         {map[string]string{"blocks": `[{"type":"bogus"}]`}, "invalid_blocks /0/type failed_constraint"},
		"a field is missing":     {map[string]string{"blocks": `[{"type":"header"}]`}, "invalid_blocks /0 missing_field"},
		"a field too many":       {map[string]string{"blocks": `[{"type":"divider","text":"x"}]`}, "invalid_blocks /0 additional_property"},
		"a message without text": {map[string]string{"message": `{"blocks":` + one(aSection) + `}`}, ""},
		"a message of no blocks": {map[string]string{"message": `{"text":"x"}`}, ""},
		"a bad message":          {map[string]string{"message": `{"text":"x","blocks":[{"type":"alert"}]}`}, "invalid_message /blocks/0/type failed_constraint"},
		"a message too long":     {map[string]string{"message": `{"blocks":[` + repeat(6, `{"type":"section","text":`+plain(strings.Repeat("a", 3_000))+`}`) + `]}`}, ""},
		"a view":                 {map[string]string{"view": modal(one(aSection))}, ""},
		"a bad view":             {map[string]string{"view": modal(one(container("", aSection)))}, "invalid_view /blocks/0/type failed_constraint"},
		"a view of no title":     {map[string]string{"view": `{"type":"modal","blocks":[]}`}, "invalid_view  missing_field"},
		"nothing":                {nil, "invalid_arguments"},
		"two things":             {map[string]string{"blocks": "[]", "view": modal("[]")}, "invalid_arguments"},
		"no JSON":                {map[string]string{"blocks": "["}, "invalid_arguments"},
		"blocks, an object":      {map[string]string{"blocks": "{}"}, "invalid_arguments"},
	} {
		got := b.call(t, "", "blocks.validate", tc.args)
		code, _ := got["error"].(string)
		said := []string{code}
		list, _ := got["errors"].([]any)
		for _, e := range list {
			o := e.(slacktest.Object)
			said = append(said, fmt.Sprintf("%s %s", o["pointer"], o["code"]))
		}
		if strings.Join(said, " ") != tc.want || (tc.want == "") != (got["ok"] == true) {
			t.Errorf("%s: %v, want %q", name, got, tc.want)
		}
	}
	b.RefuseBlocks("container")
	got := b.call(t, "", "blocks.validate", map[string]string{"message": `{"blocks":` + one(container("", aSection)) + `}`})
	list, _ := got["errors"].([]any)
	if len(list) != 1 {
		t.Fatalf("%v", got)
	}
	raw, _ := json.Marshal(list[0])
	var e struct {
		Pointer, Code, Message string
		Constraint             struct {
			Type, Got string
			Expected  []string
		}
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Message != "unsupported type: container" || e.Constraint.Type != "enum" || e.Constraint.Got != "container" || len(e.Constraint.Expected) != 9 {
		t.Errorf("%s %v", raw, err)
	}
}
