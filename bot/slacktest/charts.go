package slacktest

import (
	"encoding/json"
	"strconv"
)

// chart is what a data_visualization draws.
var chart = choose(map[string]check{
	"pie":  shaped(members(must("type", nil), must("segments", list(1, maxChartParts, shaped(members(must("label", chars(1, maxChartLabel)), must("value", positive))))))),
	"bar":  plotted,
	"line": plotted,
	"area": plotted,
})

func positive(c *checker, at string, v any) {
	anyNumber(c, at, v)
	if n, ok := v.(json.Number); ok {
		if f, err := n.Float64(); err != nil || f <= 0 {
			c.add(at, "must be more than 0")
		}
	}
}

// plotted is a chart with axes.
var plotted = shaped(shape{
	fields: []field{
		must("type", nil),
		must("series", list(1, maxChartParts, shaped(members(must("name", chars(1, maxChartLabel)), must("data", list(1, maxPoints, shaped(members(
			must("label", chars(1, maxChartLabel)), must("value", anyNumber),
		)))))))),
		must("axis_config", shaped(members(
			must("categories", list(1, maxPoints, chars(1, maxChartLabel))),
			may("x_label", chars(1, maxChartTitle)), may("y_label", chars(1, maxChartTitle)),
		))),
	},
	also: func(c *checker, at string, o Object) {
		axis, _ := o["axis_config"].(Object)
		categories, _ := axis["categories"].([]any)
		series, _ := objects(o["series"])
		names := map[string]bool{}
		for i, s := range series {
			at := at + "/series/" + strconv.Itoa(i)
			if names[str(s, "name")] {
				c.add(at+"/name", "must be unique")
			}
			names[str(s, "name")] = true
			points, _ := objects(s["data"])
			left := map[string]int{}
			for _, category := range categories {
				if name, ok := category.(string); ok {
					left[name]++
				}
			}
			for _, p := range points {
				left[str(p, "label")]--
			}
			for _, n := range left {
				if n != 0 {
					c.add(at+"/data", "must have one point for each category")
					break
				}
			}
		}
	},
})
