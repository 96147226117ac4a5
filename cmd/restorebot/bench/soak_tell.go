package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// halves are the medians of a figure in the first and the last half of the
// samples.
func (s *soaked) halves(of func(sample) float64) (first, last float64) {
	var values []float64
	for _, one := range s.Samples {
		values = append(values, of(one))
	}
	half := len(values) / 2
	return median(values[:half]), median(values[half:])
}

var held = []struct {
	name string
	of   func(sample) float64
	show func(float64) string
	more float64 // growth that a noisy machine may show, beside a half
}{
	{"memory", func(s sample) float64 { return float64(s.Memory) }, showBytes, 4 << 20},
	{"goroutines", func(s sample) float64 { return float64(s.Goroutines) }, showCount, 20},
	{"open files", func(s sample) float64 { return float64(s.Files) }, showCount, 10},
}

// moreRows is how much a kind of rows that goes again may grow, beside a half.
const moreRows = 20

func (s *soaked) table(w io.Writer) {
	fmt.Fprintf(w, "%v with %d restores (%d ends told), %d commands (p50 %s, p99 %s), %d recycles, kills: %d, stops: %d, calls answered with 429: %d. "+
		"%d commands were lost, %d answered after more than 3 s, and %d lost on their way at a kill or with no bot there.\n\n",
		s.For, s.Restores, s.Told, s.Commands, showSpan(float64(s.Waits.P50)), showSpan(float64(s.Waits.P99)), s.Recycles, s.Kills, s.Stops, s.Limited,
		s.Lost, s.Late, s.LostDown)
	fmt.Fprintf(w, "What became of the %d requests: %s. People pressed %d times, %d of them again because nothing was seen of it; %d presses were lost, refused were: %s.\n\n",
		s.Requests.asked(), s.Requests, s.Presses.Made, s.Presses.Again, s.Presses.Lost, cmp.Or(s.Refused.String(), "none"))
	var lines [][]string
	for _, h := range held {
		first, last := s.halves(h.of)
		lines = append(lines, []string{h.name, h.show(first), h.show(last), fmt.Sprintf("%.2f", last/max(first, 1e-9))})
	}
	markdown(w, []string{"held in the last life", "first half", "last half", "ratio"}, lines)
	if len(s.Rows) == 0 {
		return
	}
	fmt.Fprintln(w)
	begin, end := s.Rows[0], s.Rows[len(s.Rows)-1]
	begun := float64(max(1, end.Begun-begin.Begun))
	lines = nil
	for _, kind := range kept {
		each := "goes again"
		if kind.forEver {
			each = fmt.Sprintf("%.1f", float64(end.Of[kind.name]-begin.Of[kind.name])/begun)
		}
		line := []string{kind.name}
		for _, at := range s.Rows {
			line = append(line, strconv.Itoa(at.Of[kind.name]))
		}
		lines = append(lines, append(line, each))
	}
	written, size := []string{"what is written of restores"}, []string{"the whole database"}
	for _, at := range s.Rows {
		written = append(written, showKiB(float64(at.Texts)))
		size = append(size, showKiB(float64(at.Bytes)))
	}
	written = append(written, showKiB(float64(end.Texts-begin.Texts)/begun))
	lines = append(lines, written, append(size, "with the refusals"))
	markdown(w, []string{"rows", "begin", "middle", "end", "stay for ever, a restore"}, lines)
}

func showKiB(v float64) string { return fmt.Sprintf("%.1f KiB", v/(1<<10)) }

func (s *soaked) check() []error {
	wrong := s.Requests.check()
	for _, h := range held {
		if first, last := s.halves(h.of); last > first*1.5+h.more {
			wrong = append(wrong, fmt.Errorf("%s grew from %s to %s", h.name, h.show(first), h.show(last)))
		}
	}
	for _, kind := range kept {
		if n := len(s.Rows); n > 1 && !kind.forEver {
			if first, last := s.Rows[n-2].Of[kind.name], s.Rows[n-1].Of[kind.name]; float64(last) > float64(first)*1.5+moreRows {
				wrong = append(wrong, fmt.Errorf("%s grew from %d to %d", kind.name, first, last))
			}
		}
	}
	if s.Lost > 0 {
		wrong = append(wrong, fmt.Errorf("%d commands were lost, though a bot was there", s.Lost))
	}
	if s.Late > s.Commands/100 { // a busy machine may stand still for a moment
		wrong = append(wrong, fmt.Errorf("of %d commands %d were answered after more than 3 s", s.Commands, s.Late))
	}
	if s.Restores == 0 || s.Told < s.Restores {
		wrong = append(wrong, fmt.Errorf("of %d restores the ends of %d were told", s.Restores, s.Told))
	}
	if s.Recycles == 0 {
		wrong = append(wrong, errors.New("no connection was recycled: the bot never held two"))
	}
	return wrong
}
