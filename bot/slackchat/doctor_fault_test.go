package slackchat

import (
	"os"
	"regexp"
	"testing"
)

// A person reads words, not the code that the metric carries.
func TestEveryFaultOfAConnectionHasWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("socketmode/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`(?m)^\tFault[A-Z]\w+ += "(\w+)"`).FindAllSubmatch(source, -1)
	if len(words) < 8 {
		t.Fatalf("found %d words in the source", len(words))
	}
	for _, w := range words {
		if why, fix := explainFault(string(w[1])); why == string(w[1]) || fix == "" {
			t.Errorf("%s is told as %q, %q", w[1], why, fix)
		}
	}
}
