package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// What the bot reads of audit trails is counted: the pages, their rows, how long each
// reading took, and those that did not come to the end of the trail.
func TestMetricsTellWhatReadingTheLossCosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files  int
		rows   int
		failed int // readings that did not come to the end
	}{
		"read at once":                 {150, 150, 0},
		"longer than a card waits for": {3000, 1100 + 3000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, []string{"HTTP_ADDR=127.0.0.1:0"}, func(s *stage.Scene) {
				s.Portal.AddEvents(docspacetest.Work{Age: time.Hour, Files: c.files, People: 3}.Events(time.Now())...)
				s.Alice.Types("/restore " + s.Newest())
				s.WantCard("files created", "by 3 people")
				page := s.WantPage("/metrics", func(_ int, text string) bool {
					return strings.Contains(text, `restorebot_loss_readings_total{complete="true"} 1`)
				})
				pages := 0
				for _, r := range s.Portal.Requests() {
					if strings.HasSuffix(r.Path, "/security/audit/events/filter") {
						pages++
					}
				}
				for _, want := range []string{
					fmt.Sprintf("requests_total %d", pages-(1+c.failed)), // each reading looks for the start of the backup first
					fmt.Sprintf("events_total %d", c.rows),
					fmt.Sprintf("reading_duration_seconds_count %d", 1+c.failed),
					fmt.Sprintf(`readings_total{complete="false"} %d`, c.failed),
				} {
					if !strings.Contains(page, "\nrestorebot_loss_"+want+"\n") {
						t.Errorf("/metrics lacks %s", want)
					}
				}
			})
		})
	}
}
