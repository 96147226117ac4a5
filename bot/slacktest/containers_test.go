package slacktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
)

const (
	aSection = `{"type":"section","text":{"type":"mrkdwn","text":"x"}}`
	aLine    = `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`
	aTask    = `{"type":"task_card","task_id":"t","title":"x","status":"pending"}`
)

func one(block string) string { return "[" + block + "]" }

func container(members, children string) string {
	return `{"type":"container","title":` + plain("x") + members + `,"child_blocks":[` + children + `]}`
}

func task(members string) string {
	return `{"type":"task_card","task_id":"t","title":"x"` + members + `}`
}

func richLine(elements string) string {
	return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}`
}

// The blocks of 2026: what is taken at the limit is refused above it.
func TestNewBlocks(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Unlimited = true })
	for name, tc := range map[string]struct{ blocks, want string }{
		"container":                  {one(container(`,"is_collapsible":true,"default_collapsed":true,"width":"full","subtitle":`+plain("y")+``, aSection)), ""},
		"container of 10":            {one(container("", repeat(10, aSection))), ""},
		"container of 11":            {one(container("", repeat(11, aSection))), "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]"},
		"container of nothing":       {one(container("", "")), "must provide at least 1 item [json-pointer:/blocks/0/child_blocks]"},
		"container without title":    {`[{"type":"container","child_blocks":[` + aSection + `]}]`, "missing required field: title"},
		"container, rich title":      {`[{"type":"container","rich_text_title":` + aLine + `,"child_blocks":[` + aSection + `]}]`, ""},
		"container title 151":        {`[{"type":"container","title":` + plain(long(151)) + `,"child_blocks":[` + aSection + `]}]`, "must be less than 151 characters"},
		"container with blocks":      {`[{"type":"container","title":` + plain("x") + `,"blocks":[` + aSection + `]}]`, "invalid additional property: blocks"},
		"container, fold and line":   {one(container(`,"is_collapsible":true,"has_header_divider":true`, aSection)), "not allowed with `is_collapsible`"},
		"container, folded, no fold": {one(container(`,"default_collapsed":true`, aSection)), "requires `is_collapsible`"},
		"container, odd width":       {one(container(`,"width":"huge"`, aSection)), "must be one of: narrow, standard, wide, full"},
		"container in a container":   {one(container("", container("", aSection))), "unsupported type: container [json-pointer:/blocks/0/child_blocks/0/type]"},
		"bad child of a container":   {one(container("", `{"type":"section"}`)), "must define either `fields` or `text` [json-pointer:/blocks/0/child_blocks/0]"},
		"5 full containers":          {one(repeat(5, container("", repeat(9, aSection)))), ""},
		"5 full containers and one":  {one(repeat(5, container("", repeat(9, aSection))) + "," + aSection), "no more than 50 items allowed"},
		"block_id inside and out":    {one(`{"type":"divider","block_id":"x"},` + container("", `{"type":"divider","block_id":"x"}`)), "`block_id` \"x\" already exists [json-pointer:/blocks/1/child_blocks/0/block_id]"},

		"plan":                    {`[{"type":"plan","title":"x"}]`, ""},
		"plan without title":      {`[{"type":"plan"}]`, "missing required field: title"},
		"plan, title an object":   {`[{"type":"plan","title":` + plain("x") + `}]`, "must provide a string [json-pointer:/blocks/0/title]"},
		"plan of 50":              {`[{"type":"plan","title":"x","tasks":[` + repeat(49, aTask) + `]}]`, ""},
		"plan of 51":              {`[{"type":"plan","title":"x","tasks":[` + repeat(51, aTask) + `]}]`, "no more than 50 items allowed"},
		"plan of sections":        {`[{"type":"plan","title":"x","tasks":[` + aSection + `]}]`, "unsupported type: section"},
		"plan beside a task_card": {`[{"type":"plan","title":"x","tasks":[` + aTask + `]},` + aTask + `]`, "a plan and a task_card may not stand in one message"},
		"two task_cards":          {one(aTask + "," + aTask), ""},
		"task completed":          {one(task(`,"status":"completed"`)), "must be one of: pending, in_progress, complete, error"},
		"task without status":     {one(task("")), "missing required field: status"},
		"task with all":           {one(task(`,"status":"complete","details":` + aLine + `,"output":` + aLine + `,"hide_title":true`)), ""},
		"task, details a text":    {one(task(`,"status":"error","details":` + plain("x"))), "unsupported type: plain_text"},
		"a block we do not send":  {`[{"type":"table","rows":[]}]`, "unsupported type: table [json-pointer:/blocks/0/type]"},
		"task title 257":          {one(`{"type":"task_card","task_id":"t","status":"pending","title":"` + long(257) + `"}`), "must be less than 257 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b.wantBlocks(t, tc.blocks, tc.want)
		})
	}
}

// What a message may hold besides text has a form of its own, which is looked at.
func TestContentThatIsNone(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Unlimited = true })
	first := func(kind, member, value string) string {
		return menu(kind, `,"options":[`+option("x", "1")+","+option("y", "2")+`],"`+member+`":`+value)
	}
	groups := `,"option_groups":[{"label":` + plain("x") + `,"options":[` + option("x", "1") + `]}]`
	for name, tc := range map[string]struct{ blocks, want string }{
		"a number for a block_id":   {`[{"type":"divider","block_id":5}]`, "must provide a string [json-pointer:/blocks/0/block_id]"},
		"a number for an action_id": {actions(buttonWith(`,"action_id":5`)), "must provide a string [json-pointer:/blocks/0/elements/0/action_id]"},
		"a number for a value":      {actions(buttonWith(`,"value":5`)), "must provide a string"},
		"a number for a text":       {`[{"type":"header","text":{"type":"plain_text","text":5}}]`, "must provide a string [json-pointer:/blocks/0/text/text]"},
		"an object for elements":    {`[{"type":"actions","elements":{}}]`, "must provide an array"},
		"fields that are none":      {`[{"type":"section","fields":5}]`, "must provide an array"},
		"emoji that is no flag":     {`[{"type":"header","text":{"type":"plain_text","text":"x","emoji":"yes"}}]`, "must be a boolean"},
		"plain and verbatim":        {`[{"type":"header","text":{"type":"plain_text","text":"x","verbatim":true}}]`, "not allowed with plain_text"},
		"expand":                    {`[{"type":"section","text":` + plain("x") + `,"expand":true}]`, ""},
		"expand, a word":            {`[{"type":"section","text":` + plain("x") + `,"expand":"true"}]`, "must be a boolean"},
		"header level 4":            {`[{"type":"header","text":` + plain("x") + `,"level":4}]`, ""},
		"header level 5":            {`[{"type":"header","text":` + plain("x") + `,"level":5}]`, "must be between 1 and 4"},

		"first options":               {first("checkboxes", "initial_options", "["+option("y", "2")+"]"), ""},
		"first options, none":         {first("checkboxes", "initial_options", "[]"), "must provide at least 1 item"},
		"first options, another":      {first("checkboxes", "initial_options", "["+option("y", "3")+"]"), "must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_options/0]"},
		"first option of a group":     {menu("static_select", groups+`,"initial_option":`+option("x", "1")), ""},
		"first option, of no group":   {menu("static_select", groups+`,"initial_option":`+option("y", "1")), "must be one of the provided options"},
		"options and groups":          {menu("static_select", groups+`,"options":[`+option("x", "1")+`]`), "only one of `options` or `option_groups` can be specified"},
		"initial_options of a single": {first("static_select", "initial_options", "["+option("y", "2")+"]"), "invalid additional property: initial_options"},

		"a button that leads": {actions(buttonWith(`,"url":"https://x/y?z=1"`)), ""},
		"a button to the app": {actions(buttonWith(`,"url":"slack://app?team=T1"`)), ""},
		"a button to nowhere": {actions(buttonWith(`,"url":"nowhere"`)), "must be a valid url [json-pointer:/blocks/0/elements/0/url]"},
		"a button to a space": {actions(buttonWith(`,"url":"https://x y"`)), "must be a valid url"},

		"rich text":              {one(aLine), ""},
		"rich text, empty":       {`[{"type":"rich_text"}]`, "missing required field: elements"},
		"rich text, no elements": {`[{"type":"rich_text","elements":[]}]`, "must provide at least 1 item"},
		"rich text of a text":    {`[{"type":"rich_text","elements":[{"type":"text","text":"x"}]}]`, "unsupported type: text"},
		"rich text, odd element": {one(richLine(`{"type":"video"}`)), "unsupported type: video"},

		"input":               {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input"}}]`, ""},
		"input of a button":   {`[{"type":"input","label":` + plain("x") + `,"element":` + buttonWith("") + `}]`, "unsupported type: button"},
		"input, lengths":      {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input","min_length":5,"max_length":4}}]`, "must not be more than `max_length`"},
		"focus twice":         {one(repeat(2, `{"type":"input","label":`+plain("x")+`,"element":{"type":"plain_text_input","focus_on_load":true}}`)), "only one element may have focus_on_load"},
		"confirm with a type": {actions(buttonWith(`,"confirm":{"type":"confirm","title":` + plain("x") + `,"text":` + plain("x") + `,"confirm":` + plain("x") + `,"deny":` + plain("x") + `}`)), "invalid additional property: type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b.wantBlocks(t, tc.blocks, tc.want)
		})
	}
}

// Each type can be one that this workspace does not have, on top and inside others.
func TestRefusedBlocks(t *testing.T) {
	t.Parallel()
	post := func(b bundle, blocks string) map[string]any {
		return b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": "x", "blocks": blocks})
	}
	for kind, blocks := range map[string]string{
		"container": one(container("", aSection)), "plan": `[{"type":"plan","title":"x"}]`, "task_card": `[{"type":"plan","title":"x","tasks":[` + aTask + `]}]`,
		"section": one(container("", aSection)), "rich_text": one(aLine),
	} {
		b := setup(t)
		if got := post(b, blocks); got["ok"] != true {
			t.Errorf("%s: %v", kind, got)
		}
		b.RefuseBlocks("context", kind)
		if got := post(b, blocks); got["error"] != "invalid_blocks" || !strings.Contains(fmt.Sprint(got["errors"]), "unsupported type: "+kind+" [json-pointer:") {
			t.Errorf("%s is not refused: %v", kind, got)
		}
		if got := post(b, `[{"type":"divider"}]`); got["ok"] != true {
			t.Errorf("a divider goes with %s: %v", kind, got)
		}
		b.RefuseBlocks()
		if got := post(b, blocks); got["ok"] != true {
			t.Errorf("%s for ever: %v", kind, got)
		}
	}
	b := setup(t)
	b.RefuseBlocks("context")
	modal := `{"type":"modal","title":` + plain("x") + `,"blocks":[{"type":"context","elements":[` + plain("x") + `]}]}`
	got := b.call(t, slacktest.DefaultBotToken, "views.open", map[string]string{"trigger_id": "x", "view": modal})
	if got["error"] != "invalid_arguments" || !strings.Contains(fmt.Sprint(got["response_metadata"]), "unsupported type: context [json-pointer:/view/blocks/0/type]") {
		t.Errorf("a context in a modal: %v", got)
	}
}

func TestNewBlocksAreDrawn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := posted(t, b, "["+container(`,"is_collapsible":true,"default_collapsed":true,"subtitle":`+plain("R&D"), aSection+","+actions(buttonWith(""))[1:len(actions(buttonWith("")))-1])+","+
		`{"type":"plan","title":"Steps","tasks":[`+aTask+`,{"type":"task_card","task_id":"u","title":"y","status":"complete","details":`+aLine+`}]},`+
		richLine(`{"type":"text","text":"a <b>"},{"type":"text","text":"&c"}`)+"]")
	want := strings.Join([]string{"  ▸ x", "  R&D", "  ▸ Steps", "  a <b>&c"}, "\n") + "\n"
	if _, got, _ := strings.Cut(b.Render(m, time.UTC), "\n"); got != want {
		t.Errorf("drawn:\n%s\nwant:\n%s", got, want)
	}
	want = strings.Join([]string{"  ▾ x", "  R&D", "  x", "  [ Go ]", "  ▾ Steps", "  ○ x", "  ● y", "    x", "  a <b>&c"}, "\n") + "\n"
	if _, got, _ := strings.Cut(b.RenderUnfolded(m, time.UTC), "\n"); got != want {
		t.Errorf("unfolded:\n%s\nwant:\n%s", got, want)
	}
}
