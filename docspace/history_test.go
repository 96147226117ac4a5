package docspace_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"docspace-restorebot/docspace"
)

// A history of 60,000 records is over 8 MiB, and read. One that is over
// [docspace.MaxHistory] is too large, which is another thing than unreadable.
func TestDeepHistoryIsReadAndAHugeOneIsTooLarge(t *testing.T) {
	t.Parallel()
	const record = `{"id":"9a1c3d52-6b0e-4c59-8d0f-%012d","fileName":"docs_2026-03-01_02-15-00.tar.gz","storageType":5,"createdOn":"2026-03-01T02:16:41","expiresOn":"0001-01-01T00:00:00"}`
	for n, want := range map[int]error{60_000: nil, 250_000: docspace.ErrTooLarge} {
		var body strings.Builder
		body.WriteString(`{"response":[`)
		for i := range n {
			if i > 0 {
				body.WriteByte(',')
			}
			fmt.Fprintf(&body, record, i)
		}
		body.WriteString(`],"status":0,"statusCode":200}`)
		if body.Len() <= docspace.MaxBody {
			t.Fatalf("%d records are %d bytes", n, body.Len())
		}
		c := answers(func(*http.Request) (*http.Response, error) { return reply(200, plainJSON, body.String()), nil })
		backups, err := c.BackupHistory(t.Context(), false)
		if !errors.Is(err, want) || want == nil && len(backups) != n {
			t.Errorf("%d records: %d read, %v", n, len(backups), err)
		}
	}
}
