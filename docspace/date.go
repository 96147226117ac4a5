package docspace

import (
	"encoding/json"
	"fmt"
	"time"
)

// date reads the server's dates. Those of the backup API carry no zone and mean
// UTC; others carry Z or an offset; "never" is the year 1, which is Go's zero
// time.
type date struct{ time.Time }

// dateLayouts are tried in turn; a fraction of a second is taken by each.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05"}

func (d *date) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("a date is a string: %w", err)
	}
	if text == nil || *text == "" {
		return nil
	}
	for _, layout := range dateLayouts {
		t, err := time.Parse(layout, *text)
		if err != nil {
			continue
		}
		if t.Year() <= 1 { // the server's DateTime.MinValue, in whatever zone
			t = time.Time{}
		}
		d.Time = t.UTC()
		return nil
	}
	return fmt.Errorf("not a date: %.40q", *text)
}
