package slacktest_test

import (
	"fmt"
	"strings"
	"testing"

	"docspace-restorebot/bot/slacktest"
)

func long(n int) string { return strings.Repeat("ä", n) } // characters count, not bytes

func repeat(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

func plain(text string) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, text) }

func actions(elements string) string {
	return `[{"type":"actions","elements":[` + elements + `]}]`
}

func buttonWith(members string) string {
	return `{"type":"button","text":` + plain("Go") + members + `}`
}

func confirm(title, text, yes, no, style string) string {
	return actions(buttonWith(`,"confirm":{"title":` + plain(title) + `,"text":` + plain(text) +
		`,"confirm":` + plain(yes) + `,"deny":` + plain(no) + style + `}`))
}

func option(text, value string) string { return `{"text":` + plain(text) + `,"value":"` + value + `"}` }

func menu(kind, members string) string {
	return actions(`{"type":"` + kind + `"` + members + `}`)
}

// What Slack takes at the limit, it refuses one character above it.
func TestBlocks(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Unlimited = true })
	section := func(text string) string { return `[{"type":"section","text":{"type":"mrkdwn","text":"` + text + `"}}]` }
	header := func(text string) string { return `[{"type":"header","text":` + plain(text) + `}]` }
	fields := func(n, chars int) string {
		return `[{"type":"section","fields":[` + repeat(n, plain(long(chars))) + `]}]`
	}
	const divider = `{"type":"divider"}`
	for name, tc := range map[string]struct{ blocks, want string }{
		"50 blocks":             {"[" + repeat(50, divider) + "]", ""},
		"51 blocks":             {"[" + repeat(51, divider) + "]", "no more than 50 items allowed [json-pointer:/blocks]"},
		"no blocks":             {"[]", ""},
		"section 3,000":         {section(long(3_000)), ""},
		"section 3,001":         {section(long(3_001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		"section empty":         {section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		"section bare":          {`[{"type":"section"}]`, "must define either `fields` or `text` [json-pointer:/blocks/0]"},
		"section, text a text":  {`[{"type":"section","text":"x"}]`, "must provide an object [json-pointer:/blocks/0/text]"},
		"section, odd text":     {`[{"type":"section","text":{"type":"html","text":"x"}}]`, "must be one of: plain_text, mrkdwn"},
		"mrkdwn with emoji":     {`[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "not allowed with mrkdwn"},
		"6 fields of 2,000":     {fields(6, 2_000), ""},
		"10 fields":             {fields(10, 10), ""},
		"11 fields":             {fields(11, 10), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		"field 2,001":           {fields(1, 2_001), "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		"no fields":             {`[{"type":"section","fields":[]}]`, "must provide at least 1 item"},
		"header 150":            {header(long(150)), ""},
		"header 151":            {header(long(151)), "must be less than 151 characters"},
		"header mrkdwn":         {`[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "must be one of: plain_text"},
		"header bare":           {`[{"type":"header"}]`, "missing required field: text"},
		"block_id 255":          {`[{"type":"divider","block_id":"` + long(255) + `"}]`, ""},
		"block_id 256":          {`[{"type":"divider","block_id":"` + long(256) + `"}]`, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		"block_id twice":        {"[" + repeat(2, `{"type":"divider","block_id":"x"}`) + "]", "`block_id` \"x\" already exists [json-pointer:/blocks/1/block_id]"},
		"type unknown":          {`[{"type":"bogus"}]`, "unsupported type: bogus [json-pointer:/blocks/0/type]"},
		"type missing":          {`[{}]`, "missing required field: type"},
		"input, bare":           {`[{"type":"input"}]`, "missing required field: element"},
		"25 actions":            {actions(repeat(25, buttonWith(""))), ""},
		"26 actions":            {actions(repeat(26, buttonWith(""))), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		"no actions":            {actions(""), "must provide at least 1 item"},
		"action_id 255":         {actions(buttonWith(`,"action_id":"` + long(255) + `"`)), ""},
		"action_id 256":         {actions(buttonWith(`,"action_id":"` + long(256) + `"`)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		"action_id twice":       {actions(repeat(2, buttonWith(`,"action_id":"x"`))), "`action_id` \"x\" already exists"},
		"button text 75":        {actions(`{"type":"button","text":` + plain(long(75)) + `}`), ""},
		"button text 76":        {actions(`{"type":"button","text":` + plain(long(76)) + `}`), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		"button mrkdwn":         {actions(`{"type":"button","text":{"type":"mrkdwn","text":"x"}}`), "must be one of: plain_text"},
		"button without text":   {actions(`{"type":"button"}`), "missing required field: text"},
		"button value 2,000":    {actions(buttonWith(`,"value":"` + long(2_000) + `"`)), ""},
		"button value 2,001":    {actions(buttonWith(`,"value":"` + long(2_001) + `"`)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		"button url 3,001":      {actions(buttonWith(`,"url":"` + long(3_001) + `"`)), "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"},
		"button style":          {actions(buttonWith(`,"style":"default"`)), "must be one of: primary, danger"},
		"button style danger":   {actions(buttonWith(`,"style":"danger"`)), ""},
		"button label 76":       {actions(buttonWith(`,"accessibility_label":"` + long(76) + `"`)), "must be less than 76 characters"},
		"element unknown":       {actions(`{"type":"slider"}`), "unsupported type: slider [json-pointer:/blocks/0/elements/0/type]"},
		"element bare":          {actions(`{}`), "missing required field: type"},
		"input among actions":   {actions(`{"type":"plain_text_input"}`), "unsupported type: plain_text_input"},
		"confirm":               {confirm(long(100), long(300), long(30), long(30), `,"style":"danger"`), ""},
		"confirm title 101":     {confirm(long(101), "x", "x", "x", ""), "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		"confirm text 301":      {confirm("x", long(301), "x", "x", ""), "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]"},
		"confirm yes 31":        {confirm("x", "x", long(31), "x", ""), "must be less than 31 characters"},
		"confirm no 31":         {confirm("x", "x", "x", long(31), ""), "must be less than 31 characters"},
		"confirm style":         {confirm("x", "x", "x", "x", `,"style":"warn"`), "must be one of: primary, danger"},
		"confirm bare":          {actions(buttonWith(`,"confirm":{}`)), "missing required field: title"},
		"confirm a text":        {actions(buttonWith(`,"confirm":"sure?"`)), "must provide an object"},
		"10 in a context":       {`[{"type":"context","elements":[` + repeat(10, plain("x")) + `]}]`, ""},
		"11 in a context":       {`[{"type":"context","elements":[` + repeat(11, plain("x")) + `]}]`, "no more than 10 items allowed"},
		"empty context":         {`[{"type":"context","elements":[]}]`, "must provide at least 1 item"},
		"button in a context":   {`[{"type":"context","elements":[` + buttonWith("") + `]}]`, "must be one of: plain_text, mrkdwn"},
		"accessory":             {`[{"type":"section","text":` + plain("x") + `,"accessory":` + buttonWith("") + `}]`, ""},
		"accessory unknown":     {`[{"type":"section","text":` + plain("x") + `,"accessory":{"type":"x"}}]`, "unsupported type: x [json-pointer:/blocks/0/accessory/type]"},
		"100 options":           {menu("static_select", `,"options":[`+repeat(100, option("x", "1"))+`]`), ""},
		"101 options":           {menu("static_select", `,"options":[`+repeat(101, option("x", "1"))+`]`), "no more than 100 items allowed"},
		"no options":            {menu("static_select", ""), "must provide at least 1 item"},
		"option text 76":        {menu("static_select", `,"options":[`+option(long(76), "1")+`]`), "must be less than 76 characters"},
		"option value 151":      {menu("static_select", `,"options":[`+option("x", long(151))+`]`), "must be less than 151 characters"},
		"option without text":   {menu("static_select", `,"options":[{"value":"1"}]`), "missing required field: text"},
		"option mrkdwn":         {menu("static_select", `,"options":[{"text":{"type":"mrkdwn","text":"x"},"value":"1"}]`), "must be one of: plain_text"},
		"option described":      {menu("static_select", `,"options":[{"text":`+plain("x")+`,"value":"1","description":`+plain(long(76))+`}]`), "must be less than 76 characters"},
		"option groups":         {menu("static_select", `,"option_groups":[{"label":`+plain("x")+`,"options":[`+option("x", "1")+`]}]`), ""},
		"no option groups":      {menu("static_select", `,"option_groups":[]`), "must provide at least 1 item"},
		"initial option":        {menu("static_select", `,"options":[`+option("x", "1")+`],"initial_option":`+option("x", "1")), ""},
		"initial option absent": {menu("static_select", `,"options":[`+option("x", "1")+`],"initial_option":`+option("x", "2")), "must be one of the provided options"},
		"placeholder 151":       {menu("external_select", `,"placeholder":`+plain(long(151))), "must be less than 151 characters"},
		"section of spaces":     {section(" \\n "), "must be more than 0 characters"},
		"divider with text":     {`[{"type":"divider","text":"x"}]`, "invalid additional property: text [json-pointer:/blocks/0]"},
		"button with title":     {actions(buttonWith(`,"title":"x"`)), "invalid additional property: title [json-pointer:/blocks/0/elements/0]"},
		"option with url":       {menu("static_select", `,"options":[{"text":`+plain("x")+`,"value":"1","url":""}]`), "invalid additional property: url"},
		"box mrkdwn":            {menu("checkboxes", `,"options":[{"text":{"type":"mrkdwn","text":"x"},"value":"1"}]`), ""},
		"11 boxes":              {menu("checkboxes", `,"options":[`+repeat(11, option("x", "1"))+`]`), "no more than 10 items allowed"},
		"text with style":       {`[{"type":"header","text":{"type":"plain_text","text":"x","style":"b"}}]`, "invalid additional property: style [json-pointer:/blocks/0/text]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b.wantBlocks(t, tc.blocks, tc.want)
		})
	}
}

// wantBlocks posts blocks that Slack takes, if want is empty, or refuses with these words.
func (b bundle) wantBlocks(t *testing.T, blocks, want string) {
	t.Helper()
	got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{"channel": "C1", "text": "x", "blocks": blocks})
	if want == "" {
		if got["ok"] != true {
			t.Errorf("refused: %v", got)
		}
		return
	}
	metadata, _ := got["response_metadata"].(map[string]any)
	messages := fmt.Sprint(metadata["messages"])
	if got["error"] != "invalid_blocks" || !strings.Contains(messages, "[ERROR]") || !strings.Contains(messages, want) {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestBlocksMayBeTooLongTogether(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Unlimited = true })
	section := func(text string) string { return `{"type":"section","text":` + plain(text) + `}` }
	const full = 4 * 3_000
	header := `{"type":"header","text":` + plain("1234567890") + `}` // and 100 for itself
	for name, tc := range map[string]struct {
		last string
		want any
	}{
		"13,200 characters":         {section(strings.Repeat("a", 13_200-full)), nil},
		"13,201 characters":         {section(strings.Repeat("a", 13_201-full)), "msg_blocks_too_long"},
		"13,200 with a header":      {section(strings.Repeat("a", 13_090-full)) + "," + header, nil},
		"13,201 with a header":      {section(strings.Repeat("a", 13_091-full)) + "," + header, "msg_blocks_too_long"},
		"13,200 when it is escaped": {section(strings.Repeat("&", (13_200-full)/5)), nil},
		"13,205 when it is escaped": {section(strings.Repeat("&", (13_205-full)/5)), "msg_blocks_too_long"},
		"escaped by who wrote it":   {`{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("&amp;", (13_200-full)/5) + `"}}`, nil},
	} {
		args := map[string]string{"channel": "C1", "text": "x", "blocks": "[" + repeat(4, section(strings.Repeat("a", 3_000))) + "," + tc.last + "]"}
		if got := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", args); got["error"] != tc.want {
			t.Errorf("%s: %v", name, got["error"])
		}
	}
}

func TestBlocksWithoutIDsGetSome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	posted := b.call(t, slacktest.DefaultBotToken, "chat.postMessage", map[string]string{
		"channel": "C1", "blocks": actions(repeat(2, buttonWith(""))),
	})
	ts, _ := posted["ts"].(string)
	m, _ := b.Message("C1", ts)
	got := m.Buttons()
	if len(got) != 2 || got[0].BlockID == "" || got[0].ActionID == "" || got[0].ActionID == got[1].ActionID {
		t.Errorf("%+v", got)
	}
}
