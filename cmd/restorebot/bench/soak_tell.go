package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

var held = []struct {
	name string
	of   func(sample) float64
	show func(float64) string
	more float64 // growth that a noisy machine may show, beside a half
}{
	{"memory", func(s sample) float64 { return float64(s.memory) }, showBytes, 4 << 20},
	{"goroutines", func(s sample) float64 { return float64(s.goroutines) }, showCount, 20},
	{"open files", func(s sample) float64 { return float64(s.files) }, showCount, 10},
}

// moreRows is how much a kind of rows that goes again may grow, beside a half.
const moreRows = 20

// halves are the medians of a figure in the first and the last half of the samples.
func (s *soaked) halves(of func(sample) float64) (first, last float64) {
	var values []float64
	for _, one := range s.samples {
		values = append(values, of(one))
	}
	half := len(values) / 2
	return median(values[:half]), median(values[half:])
}

func (s *soaked) table(w io.Writer) {
	fmt.Fprintf(w, "%v with %d restores (%d ends told), %d commands (p50 %s, p99 %s), recycles: %d, kills: %d, stops: %d, calls answered with 429: %d. "+
		"%d commands were lost, %d answered after more than 3 s, and %d lost on their way at a kill or with no bot there.\n\nWhat became of the %d requests: %s.\n\n",
		s.length, s.restores, s.told, s.typed, showSpan(float64(s.commands.p50)), showSpan(float64(s.commands.p99)), s.recycles, s.kills, s.stops, s.limited,
		s.lost, s.late, s.lostDown, s.outcomes.asked(), s.outcomes)
	var lines [][]string
	for _, h := range held {
		first, last := s.halves(h.of)
		lines = append(lines, []string{h.name, h.show(first), h.show(last)})
	}
	if len(s.rows) > 1 {
		for _, name := range slices.Sorted(maps.Keys(passing)) {
			lines = append(lines, []string{name, strconv.Itoa(s.rows[0][name]), strconv.Itoa(s.rows[1][name])})
		}
	}
	markdown(w, []string{"held in the last life", "first half", "last half"}, lines)
}

func (s *soaked) check() []error {
	wrong := s.outcomes.check()
	fault := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	for _, h := range held {
		first, last := s.halves(h.of)
		fault(last > first*1.5+h.more, "%s grew from %s to %s", h.name, h.show(first), h.show(last))
	}
	for name := range passing {
		if len(s.rows) != 2 {
			return append(wrong, errors.New("the rows of the database were not counted"))
		}
		first, last := s.rows[0][name], s.rows[1][name]
		fault(float64(last) > float64(first)*1.5+moreRows, "%s grew from %d to %d", name, first, last)
	}
	fault(s.lost > 0, "%d commands were lost, though a bot was there", s.lost)
	// A busy machine may stand still for a moment.
	fault(s.late > s.typed/100, "of %d commands %d were answered after more than 3 s", s.typed, s.late)
	fault(s.restores == 0 || s.told < s.restores, "of %d restores the ends of %d were told", s.restores, s.told)
	fault(s.recycles == 0, "no connection was recycled: the bot never held two")
	return wrong
}
