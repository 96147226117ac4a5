package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot"
)

// scanAll reads restores and closes rows. Only then are they decoded, which takes
// longer: nobody else gets at a file while rows are open.
func (s *Store) scanAll(rows *sql.Rows) ([]bot.Restore, error) {
	defer func() { _ = rows.Close() }()
	var found []storedRow
	for rows.Next() {
		c, err := columnsOf(rows)
		if err != nil {
			return nil, fmt.Errorf("restores: %w", err)
		}
		found = append(found, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("restores: %w", err)
	}
	list := make([]bot.Restore, len(found))
	for i, c := range found {
		r, err := c.decode(false, s.seals)
		if err != nil {
			return nil, fmt.Errorf("restores: %w", err)
		}
		list[i] = r
	}
	return list, nil
}

// Recent implements [bot.Store].
func (s *Store) Recent(ctx context.Context, limit int) ([]bot.Restore, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM restore
		ORDER BY requested_at DESC, id DESC LIMIT $1`, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("recent restores: %w", err)
	}
	return s.scanAll(rows)
}

// searchPage is how many restores one query reads: other callers wait for the one
// connection to a file meanwhile.
const searchPage = 50

// Search implements [bot.Store]. The database seeks the place of each page: it
// costs the same however much lies before it.
func (s *Store) Search(ctx context.Context, limit int, want func(bot.Restore) bool) ([]bot.Restore, error) {
	var ids []string
	for looked, at, id := 0, int64(math.MaxInt64), ""; len(ids) < limit && looked < bot.SearchWindow; looked += searchPage {
		list, err := s.rowsBefore(ctx, at, id)
		if err != nil {
			return nil, fmt.Errorf("search restores: %w", err)
		}
		for _, p := range list {
			r := bot.Restore{ID: p.id, Portal: p.portal, Address: p.address, State: p.state, RequestedAt: time.Unix(0, p.at).UTC()}
			if len(ids) < limit && want(r) {
				ids = append(ids, r.ID)
			}
		}
		if len(list) < searchPage {
			break
		}
		last := list[len(list)-1]
		at, id = last.at, last.id
	}
	return s.byIDs(ctx, ids, limit)
}

// searchRow is what a search reads of each restore. A whole one takes two kilobytes.
type searchRow struct {
	id, portal, address string

	state bot.State
	at    int64 // when it was requested, in nanoseconds
}

// rowsBefore returns the next page of restores.
func (s *Store) rowsBefore(ctx context.Context, at int64, id string) (list []searchRow, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, portal, address, state, requested_at FROM restore
		WHERE (requested_at, id) < ($1, $2) ORDER BY requested_at DESC, id DESC LIMIT $3`, at, id, searchPage)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p searchRow
		if err := rows.Scan(&p.id, &p.portal, &p.address, &p.state, &p.at); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// byIDs returns restores in the order of their ids. The statement is one for all
// of up to limit, so that it is planned once.
func (s *Store) byIDs(ctx context.Context, ids []string, limit int) ([]bot.Restore, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var places []string
	var args []any
	for n := range limit {
		places, args = append(places, "$"+strconv.Itoa(n+1)), append(args, ids[min(n, len(ids)-1)])
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM restore WHERE id IN (`+strings.Join(places, ", ")+`)`, args...) //nolint:gosec // $1, $2, ...
	if err != nil {
		return nil, fmt.Errorf("search restores: %w", err)
	}
	list, err := s.scanAll(rows)
	slices.SortFunc(list, func(a, b bot.Restore) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return list, err
}
