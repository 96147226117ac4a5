package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"
)

// longestStatement bounds the lines of one value in quotes.
const longestStatement = 500

// readDotenv reads a file of settings; one that is not there has none. Its faults
// never quote a line, which may hold a secret. A nil map means that the file
// cannot be read at all.
func readDotenv(path string) (vars map[string]string, faults []error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return map[string]string{}, nil
	case err != nil:
		return nil, []error{unreadable(path, err)}
	}
	text := strings.ReplaceAll(trim(string(content)), "\r\n", "\n") + "\n"
	lines, bad := dotenvLines(text)
	if bad > 0 {
		return nil, []error{fmt.Errorf("%s line %d is not understood: write NAME=value, or # for a remark", path, bad)}
	}
	if vars, err = godotenv.Unmarshal(text); err != nil {
		return nil, []error{fmt.Errorf("%s is not understood: write NAME=value in each line", path)}
	}
	first := map[string]int{}
	for _, l := range lines {
		if at := first[l.name]; at > 0 {
			faults = append(faults, fmt.Errorf("%s in %s is set twice, in lines %d and %d: remove one of them", printableName(l.name), path, at, l.number))
			continue
		}
		first[l.name] = l.number
	}
	return vars, faults
}

type dotenvLine struct {
	name   string
	number int
}

// dotenvLines tells in which line each name is set: the library keeps the last of
// two without a word. It gives the library as many lines as one statement needs.
func dotenvLines(text string) (found []dotenvLine, bad int) {
	lines := strings.SplitAfter(text, "\n")
	for start := 0; start < len(lines); {
		var vars map[string]string
		end, err := start+1, errors.New("not read")
		for ; end <= len(lines) && end-start <= longestStatement; end++ {
			if vars, err = godotenv.Unmarshal(strings.Join(lines[start:end], "")); err == nil {
				break
			}
		}
		if err != nil || len(vars) > 1 {
			return nil, start + 1
		}
		for name := range vars {
			if name == "" {
				return nil, start + 1
			}
			found = append(found, dotenvLine{name, start + 1})
		}
		start = end
	}
	return found, 0
}

// trim takes away what an editor or a shell puts around a value: spaces, the end
// of the line, the mark that Windows puts before a text.
func trim(text string) string {
	return strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
}
