package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// figure is one thing that was measured.
type figure struct {
	name  string
	value float64 // NaN: it could not be had
	show  func(float64) string

	promised    bool // a promise has to hold on slow and busy machines too
	least, most float64
}

func (f figure) atMost(most float64) figure {
	f.promised, f.least, f.most = true, math.Inf(-1), most
	return f
}

func (f figure) atLeast(least float64) figure {
	f.promised, f.least, f.most = true, least, math.Inf(1)
	return f
}

func (f figure) String() string { return f.show(f.value) }

// promise is what the figure may be; "" is anything.
func (f figure) promise() string {
	switch {
	case !f.promised:
		return ""
	case math.IsInf(f.most, 1):
		return "at least " + f.show(f.least)
	}
	return "at most " + f.show(f.most)
}

func (f figure) broken() error {
	if !f.promised || f.least <= f.value && f.value <= f.most {
		return nil
	}
	return fmt.Errorf("%s: %s, and %s is promised", f.name, f, f.promise())
}

// times are nanoseconds.
func times(name string, v float64) figure { return figure{name: name, value: v, show: showTime} }

func count(name string, n int) figure { return number(name, float64(n)) }

func number(name string, v float64) figure {
	return figure{name: name, value: v, show: func(v float64) string { return fmt.Sprintf("%.0f", v) }}
}

func memory(name string, bytes float64) figure {
	return figure{name: name, value: bytes, show: func(v float64) string { return fmt.Sprintf("%.1f MiB", v/(1<<20)) }}
}

func share(name string, v float64) figure {
	return figure{name: name, value: v, show: func(v float64) string { return fmt.Sprintf("%.2f %%", v*100) }}
}

func ratio(name string, v float64) figure {
	return figure{name: name, value: v, show: func(v float64) string {
		if math.IsNaN(v) {
			return "-"
		}
		return fmt.Sprintf("%.2f", v)
	}}
}

func showTime(v float64) string {
	if v < 10e6 {
		return fmt.Sprintf("%.2f ms", v/1e6)
	}
	return fmt.Sprintf("%.0f ms", v/1e6)
}

// answer is what a question has found out.
type answer struct {
	title   string
	table   [][]string // its head first
	figures []figure   // those with a promise are checked
}

// list is an answer whose table is its figures.
func list(title string, figures []figure) answer {
	a := answer{title, [][]string{{"", "measured", "promised"}}, figures}
	for _, f := range figures {
		a.table = append(a.table, []string{f.name, f.String(), f.promise()})
	}
	return a
}

// print writes the table in Markdown that reads well as text too.
func (a answer) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", a.title)
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	put := func(cells []string) { fmt.Fprintf(t, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	for n, line := range a.table {
		put(line)
		if n == 0 {
			put(strings.Fields(strings.Repeat("--- ", len(line))))
		}
	}
	_ = t.Flush() // w keeps its own errors
}

// check returns every promise that does not hold.
func (a answer) check() error {
	var broken []error
	for _, f := range a.figures {
		broken = append(broken, f.broken())
	}
	return errors.Join(broken...)
}
