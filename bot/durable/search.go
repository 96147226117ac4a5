package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"docspace-restorebot/bot"
)

// Recent implements [bot.Store].
func (s *Store) Recent(ctx context.Context, limit int) ([]bot.Restore, error) {
	return s.restores(ctx, `ORDER BY requested_at DESC, id DESC LIMIT $1`, max(limit, 0))
}

// Search implements [bot.Store]. A whole restore takes two kilobytes, so only those
// that are wanted are read whole.
func (s *Store) Search(ctx context.Context, limit int, want func(bot.Restore) bool) ([]bot.Restore, error) {
	var ids []any
	if limit > 0 {
		for r, err := range rows(ctx, s.db, readShort, `SELECT id, portal, address, state, requested_at FROM restore
			ORDER BY requested_at DESC, id DESC LIMIT $1`, bot.SearchWindow) {
			if err != nil {
				return nil, fmt.Errorf("restores: %w", err)
			}
			if want(r) {
				ids = append(ids, r.ID)
			}
			if len(ids) == limit {
				break
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var places []string
	for n := range ids {
		places = append(places, "$"+strconv.Itoa(n+1))
	}
	list, err := s.restores(ctx, `WHERE id IN (`+strings.Join(places, ", ")+`)`, ids...)
	slices.SortFunc(list, func(a, b bot.Restore) int { return slices.Index(ids, any(a.ID)) - slices.Index(ids, any(b.ID)) })
	return list, err
}

func readShort(row row) (r bot.Restore, err error) {
	var at int64
	err = row.Scan(&r.ID, &r.Portal, &r.Address, &r.State, &at)
	r.RequestedAt = fromNanos(at)
	return r, err
}

// restores reads restores to be looked at. They are decoded once all are read, since
// nobody else gets at a file while rows are open.
func (s *Store) restores(ctx context.Context, which string, args ...any) ([]bot.Restore, error) {
	found, err := list(ctx, s.db, columnsOf, `SELECT `+columns+` FROM restore `+which, args...)
	restores := make([]bot.Restore, len(found))
	for i := 0; err == nil && i < len(found); i++ {
		restores[i], err = found[i].decode(false, s.seals)
	}
	if err != nil {
		return nil, fmt.Errorf("restores: %w", err)
	}
	return restores, nil
}

// Runs implements [bot.Store].
func (s *Store) Runs(ctx context.Context, portal string, limit int) ([]bot.Run, error) {
	runs, err := list(ctx, s.db, readRun, `SELECT state, data FROM restore
		WHERE portal = $1 AND state IN ('succeeded', 'failed') ORDER BY requested_at DESC, id DESC LIMIT $2`, portal, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	return runs, nil
}

func readRun(r row) (bot.Run, error) {
	var state bot.State
	var data string
	var rec record
	err := r.Scan(&state, &data)
	if err == nil {
		err = json.Unmarshal([]byte(data), &rec)
	}
	rec.State = state
	return bot.RunOf(rec.Restore), err
}
