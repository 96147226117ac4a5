package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// markdown writes a table that reads well as text too.
func markdown(w io.Writer, head []string, lines [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	put := func(cells []string) { fmt.Fprintf(t, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	put(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	put(rule)
	for _, line := range lines {
		put(line)
	}
	_ = t.Flush() // w keeps its own errors
}
