package slacktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Limits of the blocks of 2025 and 2026 (docs: the page of each; where two of Slack's
// sources differ, the stricter).
const (
	maxContainer  = 10 // blocks in a container
	maxShortText  = 150
	maxPlanTasks  = 50
	maxTaskText   = 256 // documented for streaming alone; assumed
	maxTableRows  = 100
	maxColumns    = 20
	maxTableText  = 10_000 // characters in all tables of a message
	maxDataRows   = 201    // with the header
	maxDataText   = 20_000
	maxDataPage   = 100
	maxCharts     = 2
	maxChartTitle = 50
	maxChartParts = 12 // segments of a pie, series of the others
	maxPoints     = 20
	maxChartLabel = 20
	maxCardText   = 200 // body and subtext
	maxCardActs   = 3
	maxCards      = 10
	maxAlertText  = 200
	maxLayoutRows = 5
	maxLayoutRow  = 3
	maxFeedback   = 5
)

// inContainer are the blocks that a container takes: those of its page and those that
// Slack was seen to take. No container, no markdown and no data_table is among them.
var inContainer = []string{
	"actions", "context", "divider", "file", "header", "image", "input", "layout", "rich_text", "section", "table", "video",
}

// inLayout are the blocks that a layout takes, inFallback those of its fallback.
var (
	inFallback = []string{"context", "divider", "header", "image", "rich_text", "section", "table", "video"}
	inLayout   = append([]string{
		"actions", "alert", "card", "carousel", "container", "data_table", "data_visualization", "file", "input",
	}, inFallback...)
)

// newBlocks adds the shapes of the blocks of 2025 and 2026.
func newBlocks(shapes map[string]shape) {
	widths := oneOf("narrow", "standard", "wide", "full")
	maps.Copy(shapes, map[string]shape{
		"container": {also: containerTitle, fields: []field{
			may("title", plainText(maxShortText)), may("rich_text_title", blockOf("rich_text")), may("subtitle", anyText(maxShortText)),
			may("icon", image), may("width", widths), may("is_collapsible", flag), may("default_collapsed", flag),
			may("has_header_divider", flag), must("child_blocks", deeper(list(1, maxContainer, blockOf(inContainer...)))),
		}},
		"layout": members(
			must("label", chars(1, maxShortText)), may("is_label_visible", flag), may("grid_lines", oneOf("none", "rows", "outer")),
			must("rows", deeper(list(1, maxLayoutRows, shaped(members(must("items", list(1, maxLayoutRow, shaped(members(
				must("block", blockOf(inLayout...)), may("width", oneOf("narrow", "standard", "wide")),
				may("horizontal_alignment", oneOf("start", "center", "end")),
			))))))))),
			may("fallback", list(0, maxMessageBlocks, blockOf(inFallback...))),
		),
		"plan": members(must("title", chars(1, maxTaskText)), may("tasks", list(0, maxPlanTasks, blockOf("task_card")))),
		"task_card": members(
			must("task_id", chars(1, maxID)), must("title", chars(1, maxTaskText)),
			must("status", oneOf("pending", "in_progress", "complete", "error")), may("hide_title", flag),
			may("details", blockOf("rich_text")), may("output", blockOf("rich_text")),
			may("sources", list(0, 0, shaped(members(must("type", oneOf("url")), must("url", web), must("text", chars(1, maxTaskText)))))),
		),
		"table": members(
			must("rows", list(1, maxTableRows, list(1, maxColumns, cell(false)))),
			may("column_settings", list(0, maxColumns, shaped(members(may("align", oneOf("left", "center", "right")), may("is_wrapped", flag))))),
		),
		"data_table": {also: dataTable, fields: []field{
			must("caption", chars(1, maxSectionText)), must("rows", list(2, maxDataRows, list(1, maxColumns, cell(true)))),
			may("page_size", between(1, maxDataPage)), may("row_header_column_index", between(0, maxColumns-1)),
		}},
		"data_visualization": members(must("title", chars(1, maxChartTitle)), must("chart", chart)),
		"card": {also: cardContent, fields: []field{
			may("hero_image", image), may("icon", image), may("slack_icon", shaped(members(must("type", nil), must("name", chars(1, maxID))))),
			may("title", anyText(maxShortText)), may("subtitle", anyText(maxShortText)), may("body", anyText(maxCardText)),
			may("subtext", anyText(maxCardText)), may("actions", list(1, maxCardActs, element(inCard))),
		}},
		"carousel": members(must("elements", list(1, maxCards, blockOf("card")))),
		"alert": members(
			must("text", anyText(maxAlertText)), may("level", oneOf("default", "info", "warning", "error", "success")),
		),
		"context_actions": {also: uniqueActions("elements"), fields: []field{must("elements", list(1, maxFeedback, element(inContextActions)))}},
	})
}

// blockOf is a block of one of these types.
func blockOf(kinds ...string) check {
	return func(c *checker, at string, v any) { c.block(at, v, kinds) }
}

// deeper checks what lies in a container or a layout.
func deeper(inside check) check {
	return func(c *checker, at string, v any) {
		if c.depth++; c.depth > maxDepth {
			c.add(at, "no more than %d levels of containers and layouts allowed", maxDepth)
		} else {
			inside(c, at, v)
		}
		c.depth--
	}
}

func containerTitle(c *checker, at string, o Object) {
	if o["title"] == nil && o["rich_text_title"] == nil {
		c.missing(at, "title")
	}
	folds, _ := o["is_collapsible"].(bool)
	if folded, _ := o["default_collapsed"].(bool); folded && !folds {
		c.add(at+"/default_collapsed", "requires `is_collapsible`")
	}
	if divided, _ := o["has_header_divider"].(bool); divided && folds {
		c.add(at+"/has_header_divider", "not allowed with `is_collapsible`")
	}
}

func cardContent(c *checker, at string, o Object) {
	if o["hero_image"] == nil && o["title"] == nil && o["actions"] == nil && o["body"] == nil {
		c.add(at, "must define one of `hero_image`, `title`, `actions` or `body`")
	}
	if o["icon"] != nil && o["slack_icon"] != nil {
		c.add(at, "only one of `icon` or `slack_icon` can be specified")
	}
}

// cell is one of a table, or of a data_table, which has buttons too.
func cell(actions bool) check {
	rawText := shaped(members(must("type", nil), must("text", chars(1, 0))))
	rawNumber := shaped(members(must("type", nil), must("value", anyNumber), may("text", chars(1, 0))))
	kinds := map[string]check{"raw_text": rawText, "raw_number": rawNumber, "rich_text": blockOf("rich_text")}
	if actions {
		kinds["action_cell"] = shaped(members(must("type", nil), must("element", element(inCard)), may("fallback", func(c *checker, at string, v any) {
			choose(map[string]check{"raw_text": rawText, "raw_number": rawNumber})(c, at, v)
		})))
	}
	return choose(kinds)
}

// choose is an object whose type says what it is.
func choose(kinds map[string]check) check {
	return func(c *checker, at string, v any) {
		o, _ := v.(Object)
		kind := str(o, "type")
		switch f := kinds[kind]; {
		case f != nil:
			f(c, at, v)
		case kind == "":
			c.missing(at, "type")
		default:
			c.add(at+"/type", "unsupported type: %s", kind)
			c.constrained("enum", kind, slices.Sorted(maps.Keys(kinds))...)
		}
	}
}

// cellText counts the characters of cells.
func cellText(rows any) int {
	n := 0
	switch v := rows.(type) {
	case []any:
		for _, item := range v {
			n += cellText(item)
		}
	case Object:
		if text, ok := v["text"].(string); ok {
			return utf8.RuneCountInString(text)
		}
		for _, item := range v {
			n += cellText(item)
		}
	}
	return n
}

// dataTable checks what the rows of a data_table have to do with each other.
func dataTable(c *checker, at string, o Object) {
	rows, _ := o["rows"].([]any)
	width, seen := -1, map[string]bool{}
	for i, row := range rows {
		at := at + "/rows/" + strconv.Itoa(i)
		cells, _ := row.([]any)
		if width < 0 {
			width = len(cells)
		}
		if len(cells) != width {
			c.add(at, "must have %d cells like the header", width)
		}
		for j, item := range cells {
			at := at + "/" + strconv.Itoa(j)
			o, _ := item.(Object)
			if kind := str(o, "type"); i == 0 && kind != "raw_text" && kind != "raw_number" {
				c.add(at+"/type", "unsupported type: %s", kind)
			}
			button, _ := o["element"].(Object)
			if id := str(button, "action_id"); id != "" {
				if seen[id] {
					c.add(at+"/element/action_id", "`action_id` %q already exists", id)
				}
				seen[id] = true
			}
		}
	}
	if index, _ := o["row_header_column_index"].(json.Number); index != "" && number(index) >= width {
		c.add(at+"/row_header_column_index", "must be less than %d", width)
	}
	if n := cellText(rows); n > maxDataText {
		c.add(at+"/rows", "must be less than %d characters together", maxDataText+1)
	}
}

// NewBlocks lists the types of blocks of 2025 and 2026, which a workspace may not have
// yet: see [Slack.RefuseBlocks].
func NewBlocks() []string {
	shapes := map[string]shape{}
	newBlocks(shapes)
	return slices.Sorted(maps.Keys(shapes))
}
