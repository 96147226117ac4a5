package slackchat

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"docspace-restorebot/bot"
)

// Size of a chart, in pixels: readable on a phone.
const (
	chartWidth  = 900
	chartHeight = 500
)

// The colours of a chart. Bars are told apart without colour sight too: one is
// dark, the other light.
var (
	chartPaper     = color.RGBA{0xff, 0xff, 0xff, 0xff}
	chartInk       = color.RGBA{0x33, 0x33, 0x33, 0xff}
	chartLine      = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	chartSucceeded = color.RGBA{0x1d, 0x4e, 0x89, 0xff}
	chartFailed    = color.RGBA{0xf2, 0xa6, 0x5a, 0xff}
)

// Where the bars of a chart stand.
const (
	chartLeft   = 70
	chartRight  = chartWidth - 20
	chartTop    = 80
	chartBottom = chartHeight - 45
)

// durationsChart draws a bar a restore, in minutes, as PNG; those that succeeded
// and those that failed stand apart.
func durationsChart(past []bot.Run) ([]byte, error) {
	c, err := newCanvas(chartWidth, chartHeight, chartPaper)
	if err != nil {
		return nil, err
	}
	c.text(chartLeft, 36, alignLeft, chartTitleSize, "Minutes a restore took, by its day")
	c.fill(chartRight-230, 24, chartRight-214, 40, chartSucceeded)
	c.text(chartRight-206, 38, alignLeft, chartTextSize, "succeeded")
	c.fill(chartRight-90, 24, chartRight-74, 40, chartFailed)
	c.text(chartRight-66, 38, alignLeft, chartTextSize, "failed")

	longest := 1.0
	for _, r := range past {
		longest = max(longest, r.Took().Minutes())
	}
	step := axisStep(longest)
	top := step * math.Ceil(longest/step)
	height := func(m float64) int { return int(math.Round(m / top * (chartBottom - chartTop))) }
	for m := 0.0; m <= top; m += step {
		y := chartBottom - height(m)
		c.fill(chartLeft, y, chartRight, y+1, chartLine)
		c.text(chartLeft-10, y+5, alignRight, chartTextSize, fmt.Sprint(m))
	}
	slot := float64(chartRight-chartLeft) / float64(max(1, len(past)))
	width := min(slot*0.7, 80)
	each := int(math.Ceil(chartLabelWidth / slot)) // labels that would overlap are left out
	for i, r := range past {
		middle := chartLeft + slot*(float64(i)+0.5)
		ink := chartFailed
		if r.State == bot.Succeeded {
			ink = chartSucceeded
		}
		left := int(middle - width/2)
		// A restore that took no time is seen too.
		c.fill(left, chartBottom-max(2, height(r.Took().Minutes())), left+max(1, int(width)), chartBottom, ink)
		if i%each == 0 {
			c.text(int(middle), chartBottom+24, alignMiddle, chartTextSize, r.StartedAt.UTC().Format("01-02"))
		}
	}
	return c.png()
}

// axisStep is a round distance of lines, such that there are four to ten.
func axisStep(longest float64) float64 {
	magnitude := math.Pow(10, math.Floor(math.Log10(longest)))
	switch {
	case longest <= 2*magnitude:
		return max(magnitude/4, 0.25)
	case longest <= 5*magnitude:
		return magnitude / 2
	default:
		return magnitude
	}
}

// chartAlt says in words what the chart shows.
func chartAlt(past []bot.Run) string {
	var parts []string
	for _, r := range past {
		parts = append(parts, fmt.Sprintf("%s %s after %s", r.StartedAt.UTC().Format("2006-01-02 15:04"), r.State, span(r.Took())))
	}
	return cutMarkup("Bars of how long restores took: "+strings.Join(parts, "; ")+".", maxAlt)
}

// maxAlt keeps an alternative text short enough to be listened to.
const maxAlt = 1000
