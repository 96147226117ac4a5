package docspacetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Apply does to a portal at once what the lines say: what may stand after a time
// in [ParseConfig], such as "fault ...", "heal" or "forget". A text with an error
// changes nothing.
func (p *Portal) Apply(text string) error {
	var turns []Turn
	for n, line := range strings.Split(text, "\n") {
		words, err := split(line)
		if err == nil && len(words) > 0 {
			var t Turn
			t, err = parseTurn(words)
			turns = append(turns, t)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	for _, t := range turns {
		p.do(t)
	}
	p.tick()
	return nil
}

// parseFaults reads switches by the names of their fields: a bool alone is on,
// others take a value.
func parseFaults(words []string) (func(*Faults), error) {
	if len(words) == 0 {
		return nil, errors.New("fault takes the name of a switch")
	}
	if words[0] == "page" || strings.HasPrefix(words[0], "page=") {
		page, err := parsePage(words)
		return func(f *Faults) { f.Pages = append(slices.Clip(f.Pages), page) }, err
	}
	var want Faults
	var fields []int
	for _, word := range words {
		name, value, given := strings.Cut(word, "=")
		i, ok := switches()[name]
		if !ok {
			return nil, fmt.Errorf("there is no switch %q", name)
		}
		if err := set(reflect.ValueOf(&want).Elem().Field(i), value, given); err != nil {
			return nil, fmt.Errorf("switch %s: %w", name, err)
		}
		fields = append(fields, i)
	}
	return func(f *Faults) {
		for _, i := range fields {
			reflect.ValueOf(f).Elem().Field(i).Set(reflect.ValueOf(&want).Elem().Field(i))
		}
	}, nil
}

// switches are the fields of Faults by name: LoseStartAnswer is
// "lose-start-answer". Pages have a line of their own.
func switches() map[string]int {
	t := reflect.TypeFor[Faults]()
	names := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if t.Field(i).Type.Kind() == reflect.Slice {
			continue
		}
		var name strings.Builder
		for n, r := range t.Field(i).Name {
			if n > 0 && unicode.IsUpper(r) {
				name.WriteByte('-')
			}
			name.WriteRune(unicode.ToLower(r))
		}
		names[strings.Replace(name.String(), "in200", "in-200", 1)] = i
	}
	return names
}

func set(field reflect.Value, value string, given bool) error {
	switch field.Interface().(type) {
	case bool:
		if given && value != "true" && value != "false" {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		field.SetBool(value != "false")
	case string:
		if value == "" {
			return errors.New("a text is needed")
		}
		field.SetString(value)
	case time.Duration:
		d, err := span(value)
		field.SetInt(int64(d))
		return err
	case int:
		n, err := strconv.Atoi(value)
		field.SetInt(int64(n))
		if err != nil {
			return fmt.Errorf("%q is no number", value)
		}
	}
	return nil
}

func parsePage(words []string) (Page, error) {
	var page Page
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "page":
			page.Path = value
		case "status":
			page.Status, err = count(value)
		case "times":
			page.Times, err = count(value)
		case "performed":
			page.Performed = true
		default:
			return page, fmt.Errorf("a page has no %q", name)
		}
		if err != nil {
			return page, err
		}
	}
	if page.Status != 0 && (page.Status < 200 || page.Status > 599) {
		return page, fmt.Errorf("%d is no status of a page", page.Status)
	}
	return page, nil
}

// split takes a line apart: words, "quoted parts" with spaces in them, and a
// comment after #.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quoted := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, open = !quoted, true
		case quoted:
			word.WriteRune(r)
		case r == '#' && !open:
			return words, nil
		case unicode.IsSpace(r):
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

func span(s string) (time.Duration, error) {
	const tenYears = 10 * 366 * 24 * time.Hour // sums of some do not overflow
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > tenYears {
		return 0, fmt.Errorf("%q is no time such as 20s or 27h", s)
	}
	return d, nil
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return n, nil
}
