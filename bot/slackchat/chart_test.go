package slackchat

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"docspace-restorebot/bot"
)

func TestChartIsAPictureWithItsWords(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 20, 500} {
		img := drawn(t, pastRuns(n))
		if size := img.Bounds().Size(); size.X != chartWidth || size.Y != chartHeight {
			t.Errorf("%d restores: %v", n, size)
		}
		if n == 0 {
			continue
		}
		alt := chartAlt(pastRuns(n))
		if utf8.RuneCountInString(alt) > maxAlt || !strings.Contains(alt, "succeeded after 3 min") {
			t.Errorf("alt text: %q", alt)
		}
	}
}

// drawn draws a chart and reads it. CHART_OUT names a file for who wants to see
// it.
func drawn(t *testing.T, past []bot.Run) image.Image {
	t.Helper()
	picture, err := durationsChart(past)
	if err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("CHART_OUT"); path != "" && len(past) == 20 {
		if err := os.WriteFile(path, picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestChartsBarsAreAsHighAsTheRestoresWereLong(t *testing.T) {
	t.Parallel()
	past := pastRuns(3) // 3, 4 and 5 minutes; the last failed
	past[0].EndedAt = past[0].StartedAt.Add(10 * time.Minute)
	past = append(past, bot.Run{State: bot.Succeeded, StartedAt: viewNow, EndedAt: viewNow}) // took no time
	img := drawn(t, past)
	slot := (chartRight - chartLeft) / len(past)
	for i, want := range []struct {
		ink   color.RGBA
		share float64 // of the whole height: the axis ends at 10 minutes
	}{{chartSucceeded, 1}, {chartSucceeded, 0.4}, {chartFailed, 0.5}, {chartSucceeded, 0}} {
		x, high := chartLeft+slot*i+slot/2, 0
		for y := chartTop; y < chartBottom; y++ {
			if img.At(x, y) == color.Color(want.ink) {
				high++
			}
		}
		if share := float64(high) / (chartBottom - chartTop); math.Abs(share-want.share) > 0.01 || high == 0 {
			t.Errorf("bar %d has %d pixels of its colour, %.2f of the height and not %.2f", i, high, share, want.share)
		}
	}
}

func TestChartsTextIsDrawn(t *testing.T) {
	t.Parallel()
	img := drawn(t, pastRuns(2))
	for name, where := range map[string]image.Rectangle{
		"the title": image.Rect(chartLeft, 10, chartLeft+300, 44), "the legend": image.Rect(chartRight-206, 20, chartRight-100, 44),
		"a day": image.Rect(chartLeft, chartBottom+5, chartRight, chartHeight-5), "a number": image.Rect(10, chartTop-10, chartLeft-5, chartBottom),
	} {
		dark := 0
		for y := where.Min.Y; y < where.Max.Y; y++ {
			for x := where.Min.X; x < where.Max.X; x++ {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x6000 {
					dark++
				}
			}
		}
		if dark < 20 {
			t.Errorf("%s: %d dark pixels", name, dark)
		}
	}
}

func TestAxisHasFewRoundLines(t *testing.T) {
	t.Parallel()
	for longest := 1.0; longest < 5000; longest *= 1.07 {
		step := axisStep(longest)
		if lines := math.Ceil(longest / step); lines < 4 || lines > 10 {
			t.Errorf("up to %.2f minutes: %v lines, each %v", longest, lines, step)
		}
		if m := step / math.Pow(10, math.Floor(math.Log10(step))); m != 1 && m != 2.5 && m != 5 {
			t.Errorf("up to %.2f minutes: a line each %v", longest, step)
		}
	}
}
