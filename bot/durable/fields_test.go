package durable_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/command"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fieldsOf lists what is kept of a type: the paths of its fields, as JSON names them.
func fieldsOf(t reflect.Type, path string) (fields []string) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return []string{path}
	}
	for f := range t.Fields() {
		if f.IsExported() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			fields = append(fields, fieldsOf(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
	}
	return fields
}

// A field that was renamed or removed would keep the restores that were open
// before an upgrade from being worked on after it: the bot takes what it does
// not know for a newer version's. Keep the field, or change the rows in a schema
// file, and only then take it from the list (-update).
func TestNoFieldOfARestoreIsForgotten(t *testing.T) {
	t.Parallel()
	const file = "testdata/fields.txt"
	now := fieldsOf(reflect.TypeFor[bot.Restore](), "")
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for field := range strings.FieldsSeq(string(text)) {
		if !slices.Contains(now, field) {
			t.Errorf("a restore has no %s any more", field)
		}
	}
}

// Half of a restore never is set: what is zero would be written, read and kept
// with every row. An order is another matter, for plans are hashes of it.
func TestWhatIsNotSetIsNotWritten(t *testing.T) {
	t.Parallel()
	parts := []any{bot.Restore{}}
	for f := range reflect.TypeFor[bot.Restore]().Fields() {
		of := f.Type
		if of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() == reflect.Struct && of.PkgPath() == reflect.TypeFor[bot.Restore]().PkgPath() && of != reflect.TypeFor[command.Order]() && of != reflect.TypeFor[bot.Downtime]() {
			parts = append(parts, reflect.Zero(of).Interface())
		}
	}
	for _, part := range parts {
		if text, err := json.Marshal(part); string(text) != "{}" || err != nil {
			t.Errorf("an empty %T is written as %s, %v", part, text, err)
		}
	}
}
