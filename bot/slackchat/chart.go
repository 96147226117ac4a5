package slackchat

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-analyze/charts"

	"docspace-restorebot/bot"
)

// Size of a chart, in pixels: readable on a phone.
const (
	chartWidth  = 900
	chartHeight = 500
)

// durationsChart draws a bar a restore, in minutes, as PNG; those that succeeded
// and those that failed stand apart.
func durationsChart(past []bot.Restore) ([]byte, error) {
	good, bad := make([]float64, len(past)), make([]float64, len(past))
	labels := make([]string, len(past))
	longest := 1.0
	for i, r := range past {
		minutes := r.EndedAt.Sub(r.StartedAt).Minutes()
		longest = max(longest, minutes)
		if r.State == bot.Succeeded {
			good[i], bad[i] = minutes, charts.GetNullValue()
		} else {
			good[i], bad[i] = charts.GetNullValue(), minutes
		}
		labels[i] = r.StartedAt.UTC().Format("01-02")
	}
	opt := charts.NewBarChartOptionWithData([][]float64{good, bad})
	opt.StackSeries = new(true)
	opt.Title.Text = "Minutes a restore took, by its day"
	opt.Legend.SeriesNames = []string{"succeeded", "failed"}
	opt.Legend.Offset = charts.OffsetRight
	opt.CategoryAxis.Labels = labels
	opt.ValueAxis = []charts.ValueAxisOption{{Min: new(0.0), Max: new(math.Ceil(longest * 1.1))}}
	// Told apart without colour sight too: one is dark, the other light.
	opt.Theme = charts.GetDefaultTheme().WithSeriesColors([]charts.Color{charts.ColorFromHex("#1d4e89"), charts.ColorFromHex("#f2a65a")})
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: chartWidth, Height: chartHeight})
	if err := p.BarChart(opt); err != nil {
		return nil, err
	}
	return p.Bytes()
}

// chartAlt says in words what the chart shows.
func chartAlt(past []bot.Restore) string {
	var parts []string
	for _, r := range past {
		parts = append(parts, fmt.Sprintf("%s %s after %s", r.StartedAt.UTC().Format("2006-01-02 15:04"), r.State, span(r.EndedAt.Sub(r.StartedAt))))
	}
	return cutMarkup("Bars of how long restores took: "+strings.Join(parts, "; ")+".", maxAlt)
}

// maxAlt keeps an alternative text short enough to be listened to.
const maxAlt = 1000
