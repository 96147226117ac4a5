package slacktest

import (
	"strconv"
	"sync"
)

// tables are the shapes of all blocks and elements, which hold each other.
var tables struct {
	once             sync.Once
	blocks, elements map[string]shape
}

func fillTables() { tables.blocks, tables.elements = makeBlocks(), makeElements() }

// blockShapes are the members of the blocks.
func blockShapes() map[string]shape {
	tables.once.Do(fillTables)
	return tables.blocks
}

// makeBlocks lists the members of the blocks (docs: Block Kit reference).
func makeBlocks() map[string]shape {
	shapes := map[string]shape{
		"section": {also: sectionText, fields: []field{
			may("text", anyText(maxSectionText)), may("fields", list(1, maxFields, anyText(maxFieldText))),
			may("accessory", element(inSection)), may("expand", flag),
		}},
		"header":   members(must("text", plainText(maxHeaderText)), may("level", between(1, 4))),
		"divider":  members(),
		"context":  members(must("elements", list(1, maxContext, contextElement))),
		"actions":  {also: uniqueActions("elements"), fields: []field{must("elements", list(1, maxActions, element(inActions)))}},
		"image":    imageShape(may("title", plainText(maxAltText))),
		"markdown": members(must("text", chars(1, maxMarkdown))),
		"input": members(
			must("label", plainText(maxLabel)), must("element", element(inInput)), may("hint", plainText(maxLabel)),
			may("optional", flag), may("dispatch_action", flag),
		),
		"rich_text": members(must("elements", list(1, 0, richTextPart))),
		"file":      members(must("external_id", chars(1, maxID)), must("source", oneOf("remote"))),
		"video": members(
			must("video_url", address("https")), must("thumbnail_url", web), must("alt_text", chars(1, maxAltText)),
			must("title", plainText(maxVideoText)), may("title_url", address("https")), may("author_name", chars(1, maxVideoName)),
			may("provider_name", chars(1, maxVideoName)), may("provider_icon_url", web), may("description", plainText(maxVideoText)),
		),
	}
	newBlocks(shapes)
	for kind, s := range shapes {
		s.fields = append(s.fields, may("type", nil), may("block_id", chars(0, maxID)))
		shapes[kind] = s
	}
	return shapes
}

// Limits of a video (docs: Video block).
const (
	maxVideoText = 200
	maxVideoName = 50
)

func sectionText(c *checker, at string, o Object) {
	if o["text"] == nil && o["fields"] == nil {
		c.add(at, "must define either `fields` or `text`")
	}
}

// imageShape is what image blocks and image elements have.
func imageShape(more ...field) shape {
	return shape{
		fields: append(more, may("image_url", web), may("slack_file", shaped(slackFile)), must("alt_text", chars(1, maxAltText))),
		also: func(c *checker, at string, o Object) {
			switch {
			case o["image_url"] == nil && o["slack_file"] == nil:
				c.missing(at, "image_url")
			case o["image_url"] != nil && o["slack_file"] != nil:
				c.add(at, "only one of `image_url` or `slack_file` can be specified")
			}
		},
	}
}

var slackFile = shape{
	fields: []field{may("id", chars(1, maxID)), may("url", web)},
	also: func(c *checker, at string, o Object) {
		if (o["id"] == nil) == (o["url"] == nil) {
			c.add(at, "must define either `id` or `url`")
		}
	},
}

// image is an image element.
func image(c *checker, at string, v any) {
	shaped(imageShape(must("type", oneOf("image"))))(c, at, v)
}

// contextElement is a text or an image. The page names no limit for the text; a text
// object has 3,000.
func contextElement(c *checker, at string, v any) {
	if o, _ := v.(Object); str(o, "type") == "image" {
		image(c, at, v)
		return
	}
	anyText(maxSectionText)(c, at, v)
}

// uniqueActions refuses an action_id that is there twice in one block.
func uniqueActions(member string) func(*checker, string, Object) {
	return func(c *checker, at string, o Object) {
		items, _ := o[member].([]any)
		seen := map[string]bool{}
		for i, item := range items {
			e, _ := item.(Object)
			id := str(e, "action_id")
			if seen[id] && id != "" {
				c.add(at+"/"+member+"/"+strconv.Itoa(i)+"/action_id", "`action_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
}
