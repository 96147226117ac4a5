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
	aCell    = `{"type":"raw_text","text":"x"}`
	aCard    = `{"type":"card","title":` + `{"type":"mrkdwn","text":"x"}}`
	anImage  = `{"type":"image","image_url":"https://x/y.png","alt_text":"x"}`
)

func one(block string) string { return "[" + block + "]" }

func container(members, children string) string {
	return `{"type":"container","title":` + plain("x") + members + `,"child_blocks":[` + children + `]}`
}

func task(members string) string {
	return `{"type":"task_card","task_id":"t","title":"x"` + members + `}`
}

func rows(n int, row string) string { return "[" + repeat(n, "["+row+"]") + "]" }

func table(rows, members string) string { return `{"type":"table","rows":` + rows + members + `}` }

func dataTable(rows, members string) string {
	return `{"type":"data_table","caption":"x","rows":` + rows + members + `}`
}

func cellOf(text string) string { return fmt.Sprintf(`{"type":"raw_text","text":%q}`, text) }

func actionCell(id string) string {
	return `{"type":"action_cell","element":` + buttonWith(`,"action_id":"`+id+`"`) + `,"fallback":` + aCell + `}`
}

func card(members string) string { return `{"type":"card"` + members + `}` }

func layout(items string) string {
	return `{"type":"layout","label":"x","rows":[{"items":[` + items + `]}]}`
}

func richLine(elements string) string {
	return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}`
}

func pie(n int, segment string) string {
	return `{"type":"data_visualization","title":"x","chart":{"type":"pie","segments":[` + repeat(n, segment) + `]}}`
}

func bars(series string) string {
	return `{"type":"data_visualization","title":"x","chart":{"type":"bar","series":[` + series + `],"axis_config":{"categories":["a","b"]}}}`
}

func series(name, labels string) string {
	var points []string
	for label := range strings.FieldsSeq(labels) {
		points = append(points, `{"label":"`+label+`","value":-1.5}`)
	}
	return `{"name":"` + name + `","data":[` + strings.Join(points, ",") + `]}`
}

func video(without string) string {
	all := map[string]string{
		"video_url": `"https://x/v"`, "thumbnail_url": `"https://x/t.png"`, "alt_text": `"x"`, "title": plain("x"),
	}
	parts := []string{`"type":"video"`}
	for name, value := range all {
		if name != without {
			parts = append(parts, `"`+name+`":`+value)
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// The blocks of 2025 and 2026: what is taken at the limit is refused above it.
func TestNewBlocks(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w *slacktest.World) { w.Limits = slacktest.Unlimited() })
	for name, tc := range map[string]struct{ blocks, want string }{
		"container":                  {one(container(`,"is_collapsible":true,"default_collapsed":true,"width":"full","subtitle":`+plain("y")+`,"icon":`+anImage, aSection)), ""},
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
		"markdown in a container":    {one(container("", `{"type":"markdown","text":"x"}`)), "unsupported type: markdown"},
		"data_table in a container":  {one(container("", dataTable(rows(2, aCell), ""))), "unsupported type: data_table"},
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
		"task with all":           {one(task(`,"status":"complete","details":` + aLine + `,"output":` + aLine + `,"hide_title":true,"sources":[{"type":"url","url":"https://x","text":"x"}]`)), ""},
		"task, details a text":    {one(task(`,"status":"error","details":` + plain("x"))), "unsupported type: plain_text"},
		"task, source no url":     {one(task(`,"status":"error","sources":[{"type":"url","url":"x","text":"x"}]`)), "must be a valid url"},
		"task title 257":          {one(`{"type":"task_card","task_id":"t","status":"pending","title":"` + long(257) + `"}`), "must be less than 257 characters"},

		"table":                   {one(table(rows(100, repeat(20, cellOf("y"))), `,"column_settings":[{"align":"right","is_wrapped":true}]`)), ""},
		"table of 101 rows":       {one(table(rows(101, aCell), "")), "no more than 100 items allowed"},
		"table of 21 columns":     {one(table(rows(1, repeat(21, aCell)), "")), "no more than 20 items allowed"},
		"table, empty":            {`[{"type":"table"}]`, "missing required field: rows"},
		"table of no rows":        {one(table("[]", "")), "must provide at least 1 item"},
		"table, an empty row":     {one(table("[[]]", "")), "must provide at least 1 item [json-pointer:/blocks/0/rows/0]"},
		"table, empty cell":       {one(table(rows(1, cellOf("")), "")), "must be more than 0 characters"},
		"table, align nothing":    {one(table(rows(1, aCell), `,"column_settings":[{"align":""}]`)), "must be one of: left, center, right"},
		"table, cell a button":    {one(table(rows(1, actionCell("a")), "")), "unsupported type: action_cell"},
		"table, cells of kinds":   {one(table(rows(1, aCell+`,{"type":"raw_number","value":1.5},`+aLine), "")), ""},
		"table, number in quotes": {one(table(rows(1, `{"type":"raw_number","value":"1"}`), "")), "must be a number"},
		"two tables":              {one(table(rows(1, aCell), "") + "," + table(rows(1, aCell), "")), "only_one_table_allowed"},
		"table of 10,000":         {one(table(rows(2, cellOf(long(5_000))), "")), ""},
		"table of 10,002":         {one(table(rows(2, cellOf(long(5_001))), "")), "tables must be less than 10001 characters together"},

		"data_table":                 {one(dataTable(rows(2, aCell+","+aCell), `,"page_size":100,"row_header_column_index":1`)), ""},
		"data_table of 201 rows":     {one(dataTable(rows(201, aCell), "")), ""},
		"data_table of 202 rows":     {one(dataTable(rows(202, aCell), "")), "no more than 201 items allowed"},
		"data_table of a header":     {one(dataTable(rows(1, aCell), "")), "must provide at least 2 items"},
		"data_table, no caption":     {`[{"type":"data_table","rows":` + rows(2, aCell) + `}]`, "missing required field: caption"},
		"data_table, uneven":         {one(dataTable(`[[`+aCell+`],[`+aCell+`,`+aCell+`]]`, "")), "must have 1 cells like the header"},
		"data_table, rich header":    {one(dataTable(rows(2, aLine), "")), "unsupported type: rich_text [json-pointer:/blocks/0/rows/0/0/type]"},
		"data_table, page of 101":    {one(dataTable(rows(2, aCell), `,"page_size":101`)), "must be between 1 and 100"},
		"data_table, no such column": {one(dataTable(rows(2, aCell), `,"row_header_column_index":1`)), "must be less than 1"},
		"data_table, empty cell":     {one(dataTable(rows(2, cellOf(" ")), "")), "must be more than 0 characters"},
		"data_table, buttons":        {one(dataTable(`[[`+aCell+`],[`+actionCell("a")+`],[`+actionCell("b")+`]]`, "")), ""},
		"data_table, a button twice": {one(dataTable(`[[`+aCell+`],[`+actionCell("a")+`],[`+actionCell("a")+`]]`, "")), "`action_id` \"a\" already exists"},
		"data_table, a menu":         {one(dataTable(`[[`+aCell+`],[{"type":"action_cell","element":{"type":"users_select"}}]]`, "")), "unsupported type: users_select"},
		"data_table of 20,001":       {one(dataTable(`[[`+aCell+`],[`+cellOf(long(20_000))+`]]`, "")), "must be less than 20001 characters together"},

		"pie":                {one(pie(12, `{"label":"x","value":0.5}`)), ""},
		"pie of 13":          {one(pie(13, `{"label":"x","value":1}`)), "no more than 12 items allowed"},
		"pie of nothing":     {one(pie(1, `{"label":"x","value":0}`)), "must be more than 0"},
		"pie, a long label":  {one(pie(1, `{"label":"`+long(21)+`","value":1}`)), "must be less than 21 characters"},
		"bars":               {one(bars(series("p", "a b") + "," + series("q", "b a"))), ""},
		"bars, one missing":  {one(bars(series("p", "a"))), "must have one point for each category"},
		"bars, one twice":    {one(bars(series("p", "a a"))), "must have one point for each category"},
		"bars of one name":   {one(bars(series("p", "a b") + "," + series("p", "a b"))), "must be unique"},
		"two charts":         {one(bars(series("p", "a b")) + "," + pie(1, `{"label":"x","value":1}`)), ""},
		"three charts":       {one(repeat(3, bars(series("p", "a b")))), "no more than 2 data_visualization blocks allowed"},
		"a chart of nothing": {`[{"type":"data_visualization","title":"x","chart":{"type":"radar"}}]`, "unsupported type: radar"},

		"card":                   {one(aCard), ""},
		"card of actions":        {one(card(`,"actions":[` + repeat(3, buttonWith("")) + `]`)), ""},
		"card of 4 actions":      {one(card(`,"actions":[` + repeat(4, buttonWith("")) + `]`)), "no more than 3 items allowed"},
		"card with a menu":       {one(card(`,"actions":[{"type":"users_select"}]`)), "unsupported type: users_select"},
		"card of nothing":        {one(card(`,"subtitle":` + plain("x"))), "must define one of `hero_image`, `title`, `actions` or `body`"},
		"card body 200":          {one(card(`,"body":` + plain(long(200)))), ""},
		"card body 201":          {one(card(`,"body":` + plain(long(201)))), "must be less than 201 characters [json-pointer:/blocks/0/body/text]"},
		"card subtext 201":       {one(card(`,"body":` + plain("x") + `,"subtext":` + plain(long(201)))), "must be less than 201 characters"},
		"card with two icons":    {one(card(`,"body":` + plain("x") + `,"icon":` + anImage + `,"slack_icon":{"type":"icon","name":"x"}`)), "only one of `icon` or `slack_icon`"},
		"card title a string":    {one(card(`,"title":"x"`)), "must provide an object"},
		"carousel of 10":         {`[{"type":"carousel","elements":[` + repeat(10, aCard) + `]}]`, ""},
		"carousel of 11":         {`[{"type":"carousel","elements":[` + repeat(11, aCard) + `]}]`, "no more than 10 items allowed"},
		"carousel of sections":   {`[{"type":"carousel","elements":[` + aSection + `]}]`, "unsupported type: section"},
		"alert in a message":     {`[{"type":"alert","text":` + plain("x") + `}]`, "unsupported type: alert"},
		"trash":                  {`[{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":` + plain("x") + `}]}]`, ""},
		"another icon":           {`[{"type":"context_actions","elements":[{"type":"icon_button","icon":"star","text":` + plain("x") + `}]}]`, "must be one of: trash"},
		"a button with feedback": {`[{"type":"context_actions","elements":[` + buttonWith("") + `]}]`, "unsupported type: button"},
		"feedback among actions": {actions(`{"type":"icon_button","icon":"trash","text":` + plain("x") + `}`), "unsupported type: icon_button"},

		"layout":                  {one(layout(`{"block":` + aSection + `,"width":"wide","horizontal_alignment":"end"}`)), ""},
		"layout of 3 in a row":    {one(layout(repeat(3, `{"block":`+aSection+`}`))), ""},
		"layout of 4 in a row":    {one(layout(repeat(4, `{"block":`+aSection+`}`))), "no more than 3 items allowed"},
		"layout without label":    {`[{"type":"layout","rows":[{"items":[{"block":` + aSection + `}]}]}]`, "missing required field: label"},
		"layout of a plan":        {one(layout(`{"block":{"type":"plan","title":"x"}}`)), "unsupported type: plan"},
		"layout of containers":    {one(layout(`{"block":` + container("", aSection) + `}`)), ""},
		"three levels":            {one(layout(`{"block":` + container("", layout(`{"block":`+aSection+`}`)) + `}`)), "no more than 2 levels of containers and layouts allowed"},
		"fallback with buttons":   {`[{"type":"layout","label":"x","rows":[{"items":[{"block":` + aSection + `}]}],"fallback":` + actions(buttonWith("")) + `}]`, "unsupported type: actions"},
		"fallback with a section": {`[{"type":"layout","label":"x","rows":[{"items":[{"block":` + aSection + `}]}],"fallback":[` + aSection + `]}]`, ""},
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
	b := setup(t, func(w *slacktest.World) { w.Limits = slacktest.Unlimited() })
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
		"first options, other text":   {first("multi_static_select", "initial_options", "["+option("z", "2")+"]"), "must be one of the provided options"},
		"first option of a radio":     {first("radio_buttons", "initial_option", option("y", "3")), "must be one of the provided options"},
		"first option of a group":     {menu("static_select", groups+`,"initial_option":`+option("x", "1")), ""},
		"first option, of no group":   {menu("static_select", groups+`,"initial_option":`+option("y", "1")), "must be one of the provided options"},
		"options and groups":          {menu("static_select", groups+`,"options":[`+option("x", "1")+`]`), "only one of `options` or `option_groups` can be specified"},
		"groups of a multiple menu":   {menu("multi_static_select", groups), ""},
		"at most none":                {menu("multi_users_select", `,"max_selected_items":0`), "must be between 1"},
		"initial_options of a single": {first("static_select", "initial_options", "["+option("y", "2")+"]"), "invalid additional property: initial_options"},
		"a first person":              {menu("users_select", `,"initial_user":"U1"`), ""},
		"a first person by name":      {menu("users_select", `,"initial_user":"ann"`), "must be the id of a person"},
		"a first channel by name":     {menu("channels_select", `,"initial_channel":"#ops"`), "must be the id of a public channel"},

		"a date":              {menu("datepicker", `,"initial_date":"2026-02-28"`), ""},
		"no such date":        {menu("datepicker", `,"initial_date":"2026-99-99"`), "must be a date YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]"},
		"30 February":         {menu("datepicker", `,"initial_date":"2026-02-30"`), "must be a date"},
		"a short date":        {menu("datepicker", `,"initial_date":"2026-2-28"`), "must be a date"},
		"a time":              {menu("timepicker", `,"initial_time":"23:59","timezone":"Europe/Riga"`), ""},
		"24 o'clock":          {menu("timepicker", `,"initial_time":"24:00"`), "must be a time HH:mm"},
		"a zone of nowhere":   {menu("timepicker", `,"timezone":"Europe/Nowhere"`), "must be the name of a time zone"},
		"a moment":            {menu("datetimepicker", `,"initial_date_time":1772420645`), ""},
		"a moment in quotes":  {menu("datetimepicker", `,"initial_date_time":"1772420645"`), "must be an integer"},
		"a moment, 13 digits": {menu("datetimepicker", `,"initial_date_time":1772420645000`), "must be between"},

		"a button that leads":        {actions(buttonWith(`,"url":"https://x/y?z=1"`)), ""},
		"a button to the app":        {actions(buttonWith(`,"url":"slack://app?team=T1"`)), ""},
		"a button to nowhere":        {actions(buttonWith(`,"url":"nowhere"`)), "must be a valid url [json-pointer:/blocks/0/elements/0/url]"},
		"a button to a space":        {actions(buttonWith(`,"url":"https://x y"`)), "must be a valid url"},
		"an image from a file":       {`[{"type":"image","image_url":"file:///x.png","alt_text":"x"}]`, "must be a valid url"},
		"an image of Slack's":        {`[{"type":"image","slack_file":{"id":"F1"},"alt_text":"x"}]`, ""},
		"an image of nowhere's":      {`[{"type":"image","slack_file":{},"alt_text":"x"}]`, "must define either `id` or `url`"},
		"an image and a Slack's":     {`[{"type":"image","image_url":"https://x","slack_file":{"id":"F1"},"alt_text":"x"}]`, "only one of `image_url` or `slack_file`"},
		"an overflow to nowhere":     {menu("overflow", `,"options":[{"text":`+plain("x")+`,"value":"1","url":"x"}]`), "must be a valid url"},
		"a context of image strings": {`[{"type":"context","elements":["x"]}]`, "must provide an object"},

		"rich text":              {one(aLine), ""},
		"rich text, empty":       {`[{"type":"rich_text"}]`, "missing required field: elements"},
		"rich text, no elements": {`[{"type":"rich_text","elements":[]}]`, "must provide at least 1 item"},
		"rich text of a text":    {`[{"type":"rich_text","elements":[{"type":"text","text":"x"}]}]`, "unsupported type: text"},
		"rich text of much": {one(richLine(`{"type":"text","text":"x","style":{"bold":true}},{"type":"link","url":"https://x"},{"type":"user","user_id":"U1"},` +
			`{"type":"emoji","name":"smile"},{"type":"broadcast","range":"here"},{"type":"date","timestamp":1720710212,"format":"{date}"}`)), ""},
		"rich text, odd style":      {one(richLine(`{"type":"text","text":"x","style":{"loud":true}}`)), "invalid additional property: loud"},
		"rich text, odd element":    {one(richLine(`{"type":"video"}`)), "unsupported type: video"},
		"rich text, a list":         {`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","indent":0,"border":0,"offset":0,"elements":[{"type":"rich_text_section","elements":[]}]}]}]`, ""},
		"rich text, a list of what": {`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"task","elements":[{"type":"rich_text_section","elements":[]}]}]}]`, "must be one of: bullet, ordered"},

		"video":                 {one(video("")), ""},
		"video, empty":          {`[{"type":"video"}]`, "missing required field: video_url"},
		"video without picture": {one(video("thumbnail_url")), "missing required field: thumbnail_url"},
		"video without words":   {one(video("alt_text")), "missing required field: alt_text"},
		"file":                  {`[{"type":"file","external_id":"x","source":"remote"}]`, ""},
		"file, empty":           {`[{"type":"file"}]`, "missing required field: external_id"},
		"file of this machine":  {`[{"type":"file","external_id":"x","source":"local"}]`, "must be one of: remote"},

		"input":               {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input"}}]`, ""},
		"input of a date":     {`[{"type":"input","dispatch_action":true,"label":` + plain("x") + `,"element":{"type":"datepicker"}}]`, ""},
		"input of an address": {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"email_text_input"}}]`, "unsupported type: email_text_input"},
		"input of a number":   {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"number_input","is_decimal_allowed":false}}]`, "unsupported type: number_input"},
		"input of a button":   {`[{"type":"input","label":` + plain("x") + `,"element":` + buttonWith("") + `}]`, "unsupported type: button"},
		"input, lengths":      {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input","min_length":5,"max_length":4}}]`, "must not be more than `max_length`"},
		"input, odd dispatch": {`[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input","dispatch_action_config":{"trigger_actions_on":["on_blur"]}}}]`, "must be one of: on_enter_pressed, on_character_entered"},
		"focus twice":         {one(repeat(2, `{"type":"input","label":`+plain("x")+`,"element":{"type":"plain_text_input","focus_on_load":true}}`)), "only one element may have focus_on_load"},
		"confirm with a type": {actions(buttonWith(`,"confirm":{"type":"confirm","title":` + plain("x") + `,"text":` + plain("x") + `,"confirm":` + plain("x") + `,"deny":` + plain("x") + `}`)), "invalid additional property: type"},
		"seen by nobody":      {actions(buttonWith(`,"visible_to_user_ids":["ann"]`)), "must be the id of a person"},
		"a filter of nothing": {menu("conversations_select", `,"filter":{}`), "must define at least one filter"},
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
		return b.call(t, "xoxb-good", "chat.postMessage", map[string]string{"channel": "C1", "text": "x", "blocks": blocks})
	}
	for kind, blocks := range map[string]string{
		"container": one(container("", aSection)), "plan": `[{"type":"plan","title":"x"}]`, "task_card": `[{"type":"plan","title":"x","tasks":[` + aTask + `]}]`,
		"data_table": one(dataTable(rows(2, aCell), "")), "card": one(aCard), "table": one(container("", table(rows(1, aCell), ""))),
		"section": one(layout(`{"block":` + aSection + `}`)), "rich_text": one(aLine), "data_visualization": one(bars(series("p", "a b"))),
		"layout": one(layout(`{"block":` + aSection + `}`)), "carousel": `[{"type":"carousel","elements":[` + aCard + `]}]`, "markdown": `[{"type":"markdown","text":"x"}]`,
	} {
		b := setup(t)
		if got := post(b, blocks); got["ok"] != true {
			t.Errorf("%s: %v", kind, got)
		}
		b.RefuseBlocks("alert", kind)
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
	b.RefuseBlocks("alert")
	modal := `{"type":"modal","title":` + plain("x") + `,"blocks":[{"type":"alert","level":"error","text":` + plain("x") + `}]}`
	got := b.call(t, "xoxb-good", "views.open", map[string]string{"trigger_id": "x", "view": modal})
	if got["error"] != "invalid_arguments" || !strings.Contains(fmt.Sprint(got["response_metadata"]), "unsupported type: alert [json-pointer:/view/blocks/0/type]") {
		t.Errorf("an alert in a modal: %v", got)
	}
}

// What folds is drawn folded until somebody opens it, for them alone, and stays open
// through edits that keep its block_id.
func TestBlocksFoldAgainUnlessTheirIDStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	blocks := func(id string) string {
		return `[{"type":"plan","block_id":"` + id + `","title":"Steps","tasks":[` + aTask + `]},` +
			container(`,"block_id":"more","is_collapsible":true,"default_collapsed":true`, aSection) + "," + container(`,"block_id":"open"`, aSection) + "]"
	}
	m := posted(t, b, blocks("steps"))
	edit := func(id string) {
		if got := b.call(t, "xoxb-good", "chat.update", map[string]string{"channel": "C1", "ts": m.TS, "text": "x", "blocks": blocks(id)}); got["ok"] != true {
			t.Fatal(got)
		}
	}
	for _, id := range []string{"steps", "more"} {
		if err := b.Unfold("U1", m, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Unfold("U1", m, "open"); err == nil {
		t.Error("what does not fold was unfolded")
	}
	edit("steps")
	if got := strings.Join(b.Unfolded("U1", m), " "); got != "steps more" {
		t.Errorf("after an edit that keeps the ids these are open: %q", got)
	}
	if got := b.Unfolded("U2", m); len(got) != 0 {
		t.Errorf("somebody else sees open: %q", got)
	}
	edit("other")
	if got := strings.Join(b.Unfolded("U1", m), " "); got != "more" {
		t.Errorf("after an edit with another block_id these are open: %q", got)
	}
	now, _ := b.Message("C1", m.TS)
	if got := b.RenderAs("U1", now, time.UTC); !strings.Contains(got, "▸ Steps\n  ▾ x\n  x\n  ▾ x\n  x\n") {
		t.Errorf("drawn:\n%s", got)
	}
}

func TestNewBlocksAreDrawn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := posted(t, b, "["+container(`,"is_collapsible":true,"default_collapsed":true,"subtitle":`+plain("R&D"), aSection+","+actions(buttonWith(""))[1:len(actions(buttonWith("")))-1])+","+
		`{"type":"plan","title":"Steps","tasks":[`+aTask+`,{"type":"task_card","task_id":"u","title":"y","status":"complete","details":`+aLine+`}]},`+
		card(`,"title":`+plain("Card")+`,"body":`+plain("Body")+`,"actions":[`+buttonWith("")+`]`)+","+
		dataTable(`[[`+cellOf("Head")+`,`+cellOf("n")+`],[`+actionCell("a")+`,{"type":"raw_number","value":1.5}]]`, "")+","+
		layout(`{"block":`+aSection+`}`)+","+richLine(`{"type":"user","user_id":"U1"},{"type":"text","text":" a <b>"},{"type":"link","url":"https://x"}`)+"]")
	want := strings.Join([]string{
		"  ▸ x", "  R&D", "  ▸ Steps", "  Card", "  Body", "  [ Go ]",
		"  x", "  | Head | n |", "  | [ Go ] | 1.5 |", "  x", "  @U1 a <b>https://x",
	}, "\n") + "\n"
	if _, got, _ := strings.Cut(b.Render(m, time.UTC), "\n"); got != want {
		t.Errorf("drawn:\n%s\nwant:\n%s", got, want)
	}
}
