package durable

import (
	"context"
	"fmt"
	"time"

	"docspace-restorebot/bot"
)

// reportWithin is how long a report may take.
const reportWithin = time.Minute

// Report writes the report of a restore from the database at databaseURL, and
// changes nothing in it. [bot.ErrNotFound] means that there is no such restore.
func Report(ctx context.Context, databaseURL, id string) (bot.Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, reportWithin, fmt.Errorf("the database did not answer within %s", reportWithin))
	defer cancel()
	s, err := OpenReadOnly(ctx, databaseURL)
	if err != nil {
		return bot.Report{}, err
	}
	defer s.Close()
	return bot.ReadReport(ctx, s, id, time.Now())
}
