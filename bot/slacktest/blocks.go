package slacktest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of Block Kit (docs: Block Kit reference, the page of each block and element).
// Lengths are counted in characters, that is runes.
const (
	maxMessageBlocks = 50
	maxModalBlocks   = 100
	maxSectionText   = 3_000
	maxFields        = 10
	maxFieldText     = 2_000
	maxHeaderText    = 150
	maxContext       = 10
	maxActions       = 25
	maxID            = 255 // block_id, action_id, callback_id, external_id
	maxURL           = 3_000
	maxAltText       = 2_000
	maxMarkdown      = 12_000 // of all markdown blocks together
	maxLabel         = 2_000  // label and hint of an input
	maxDepth         = 2      // of containers and layouts in each other
	// maxBlocksText is where msg_blocks_too_long begins: not documented, measured by users
	// as 12,000 characters and a buffer; headerExtra is what a header counts besides.
	maxBlocksText = 13_200
	headerExtra   = 100
)

// surface is where blocks are shown.
type surface int

const (
	inMessage surface = iota
	inModal
	anywhere // as blocks.validate has it, where nobody says
)

// blockSurfaces lists the known blocks and where they may stand (docs: Blocks).
var blockSurfaces = map[string][]surface{
	"actions": {inMessage, inModal}, "context": {inMessage, inModal}, "divider": {inMessage, inModal},
	"header": {inMessage, inModal}, "image": {inMessage, inModal}, "section": {inMessage, inModal},
	"rich_text": {inMessage, inModal}, "video": {inMessage, inModal}, "input": {inMessage, inModal},
	"card": {inMessage, inModal}, "alert": {inModal},
	"markdown": {inMessage}, "file": {inMessage}, "context_actions": {inMessage}, "table": {inMessage},
	"carousel": {inMessage}, "task_card": {inMessage}, "plan": {inMessage}, "data_table": {inMessage},
	"data_visualization": {inMessage}, "container": {inMessage}, "layout": {inMessage},
}

// checkBlocks returns what Slack would refuse of blocks that stand at a pointer; nil if
// nothing.
func checkBlocks(blocks []Object, where surface, at string, refused map[string]bool) []problem {
	c := &checker{surface: where, refused: refused}
	limit := maxMessageBlocks
	if where != inMessage {
		limit = maxModalBlocks
	}
	all := nested(at, blocks)
	if len(all) > limit {
		c.add(at, "no more than %d items allowed", limit)
	}
	for i, b := range blocks {
		c.block(at+"/"+strconv.Itoa(i), b, nil)
	}
	c.together(at, all)
	return c.problems
}

// placed is a block and where it stands.
type placed struct {
	at string
	Object
}

// nested are blocks and those in them, which count as well.
func nested(at string, blocks []Object) []placed {
	var all []placed
	for i, b := range blocks {
		all = append(all, inside(placed{at + "/" + strconv.Itoa(i), b})...)
	}
	return all
}

// inside are a block and those in it.
func inside(p placed) []placed {
	all := []placed{p}
	into := func(at string, v any) {
		if o, ok := v.(Object); ok {
			all = append(all, inside(placed{at, o})...)
		}
	}
	for _, member := range []string{"child_blocks", "tasks", "elements"} {
		items, _ := p.Object[member].([]any)
		for i, item := range items {
			if holders[str(p.Object, "type")] == member {
				into(p.at+"/"+member+"/"+strconv.Itoa(i), item)
			}
		}
	}
	if str(p.Object, "type") != "layout" {
		return all
	}
	rows, _ := p.Object["rows"].([]any)
	for i, row := range rows {
		r, _ := row.(Object)
		items, _ := r["items"].([]any)
		for j, item := range items {
			o, _ := item.(Object)
			into(p.at+"/rows/"+strconv.Itoa(i)+"/items/"+strconv.Itoa(j)+"/block", o["block"])
		}
	}
	return all
}

// holders are the blocks that hold a list of blocks, and where.
var holders = map[string]string{"container": "child_blocks", "plan": "tasks", "carousel": "elements"}

// together checks what the blocks of one message or modal have to do with each other.
func (c *checker) together(at string, blocks []placed) {
	seen, count, markdown, cells := map[string]bool{}, map[string]int{}, 0, 0
	for _, b := range blocks {
		if id := str(b.Object, "block_id"); id != "" {
			if seen[id] {
				c.add(b.at+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
		kind := str(b.Object, "type")
		count[kind]++
		switch kind {
		case "markdown":
			markdown += utf8.RuneCountInString(str(b.Object, "text"))
		case "table":
			cells += cellText(b.Object["rows"])
		case "plan":
			tasks, _ := b.Object["tasks"].([]any)
			count["task_card"] -= len(tasks)
		}
	}
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{markdown > maxMarkdown, "markdown blocks must be less than " + strconv.Itoa(maxMarkdown+1) + " characters together"},
		{count["table"] > 1, "only_one_table_allowed"},
		{cells > maxTableText, "tables must be less than " + strconv.Itoa(maxTableText+1) + " characters together"},
		{count["data_visualization"] > maxCharts, "no more than " + strconv.Itoa(maxCharts) + " data_visualization blocks allowed"},
		{count["plan"] > 0 && count["task_card"] > 0, "a plan and a task_card may not stand in one message"},
		{c.focused > 1, "only one element may have focus_on_load"},
	} {
		if rule.broken {
			c.add(at, "%s", rule.says)
		}
	}
}

// block checks a block; within names those that may stand here, nil is any that the
// surface has.
func (c *checker) block(at string, v any, within []string) {
	b, ok := v.(Object)
	kind := str(b, "type")
	switch {
	case !ok:
		c.add(at, "must provide an object")
		return
	case kind == "":
		c.missing(at, "type")
		return
	case c.refused[kind], within == nil && !c.shows(kind), within != nil && !slices.Contains(within, kind):
		c.add(at+"/type", "unsupported type: %s", kind)
		c.constrained("enum", kind, c.known(within)...)
		return
	}
	c.fits(at, b, blockShapes()[kind])
}

// known are the types of blocks that may stand in a place.
func (c *checker) known(within []string) []string {
	if within == nil {
		within = slices.Sorted(maps.Keys(blockSurfaces))
	}
	return slices.DeleteFunc(slices.Clone(within), func(kind string) bool {
		return c.refused[kind] || !c.shows(kind)
	})
}

// shows reports whether a block may stand on the surface.
func (c *checker) shows(kind string) bool {
	where := blockSurfaces[kind]
	return len(where) > 0 && (c.surface == anywhere || slices.Contains(where, c.surface))
}

// sizeOf counts the characters of blocks as msg_blocks_too_long does: texts with & < >
// written out, and something for each header.
func sizeOf(v any) int {
	n := 0
	switch v := v.(type) {
	case []Object:
		for _, item := range v {
			n += sizeOf(item)
		}
	case []any:
		for _, item := range v {
			n += sizeOf(item)
		}
	case Object:
		if str(v, "type") == "header" {
			n += headerExtra
		}
		plain := str(v, "type") != "mrkdwn" // whose writer has escaped it
		for name, item := range v {
			text, ok := item.(string)
			switch {
			case !ok:
				n += sizeOf(item)
			case name == "text" || name == "title" || name == "caption":
				n += utf8.RuneCountInString(text)
				if plain {
					n += 4*strings.Count(text, "&") + 3*strings.Count(text, "<") + 3*strings.Count(text, ">")
				}
			}
		}
	}
	return n
}
