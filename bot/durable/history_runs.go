package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// Runs implements [bot.Store]. A card asks for many runs and for little of each:
// they are not decoded whole, and not while others wait for the rows to be closed.
func (s *Store) Runs(ctx context.Context, portal string, limit int) (runs []bot.Run, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT state, data FROM restore
		WHERE portal = $1 AND state IN ('succeeded', 'failed') ORDER BY requested_at DESC, id DESC LIMIT $2`, portal, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var texts []string
	for rows.Next() {
		var r bot.Run
		var data string
		if err := rows.Scan(&r.State, &data); err != nil {
			return nil, fmt.Errorf("runs: %w", err)
		}
		runs, texts = append(runs, r), append(texts, data)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	for i, data := range texts {
		if err := readRun(&runs[i], data); err != nil {
			return nil, fmt.Errorf("runs: %w", err)
		}
	}
	return runs, nil
}

// readRun reads what [encode] has written, in one pass.
func readRun(r *bot.Run, data string) (err error) {
	if !gjson.Valid(data) {
		return errors.New("what is kept of one is no JSON")
	}
	gjson.Parse(data).ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "Backup":
			r.StorageType = docspace.StorageType(value.Get("StorageType").Str)
		case "Order":
			r.Dump = value.Get("Dump").Bool()
		case "Followed":
			r.Followed = value.Bool()
		case "ClosedBy":
			r.ClosedBy = value.Str
		case "StartedAt":
			r.StartedAt, err = time.Parse(time.RFC3339Nano, value.Str)
		case "EndedAt":
			r.EndedAt, err = time.Parse(time.RFC3339Nano, value.Str)
		}
		return err == nil
	})
	return err
}
