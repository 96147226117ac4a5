package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"time"

	"docspace-restorebot/bot"
)

// AuditLine is one line of the audit trail, as it is exported. Hash covers the
// line and Prev, the hash of the line before.
type AuditLine struct {
	Seq     int64             `json:"seq"`
	At      time.Time         `json:"at"`
	Restore string            `json:"restore,omitempty"`
	Kind    string            `json:"kind"`
	Actor   string            `json:"actor,omitempty"`
	Detail  map[string]string `json:"detail,omitempty"`
	Prev    string            `json:"prev_hash"`
	Hash    string            `json:"hash"`
}

// Audit reads the trail, oldest line first. It ends with the first error.
func (s *Store) Audit(ctx context.Context) iter.Seq2[AuditLine, error] {
	return func(yield func(AuditLine, error) bool) {
		for l, err := range readTrail(ctx, s.db, math.MinInt64, math.MaxInt64) {
			var out AuditLine
			if err == nil {
				out, err = l.verify()
			}
			if err != nil {
				err = fmt.Errorf("audit: %w", err)
			}
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

// Trail implements [bot.Store].
func (s *Store) Trail(ctx context.Context, restore string) ([]bot.Event, error) {
	trail, err := list(ctx, s.db, readEvent, `SELECT at, restore_id, kind, actor, detail FROM audit
		WHERE restore_id = $1 AND restore_id <> '' ORDER BY seq`, restore)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return trail, nil
}

func readEvent(r row) (e bot.Event, err error) {
	var at int64
	var detail string
	if err := r.Scan(&at, &e.Restore, &e.Kind, &e.Actor, &detail); err != nil {
		return e, err
	}
	e.At = fromNanos(at)
	return e, json.Unmarshal([]byte(detail), &e.Detail)
}

// readTrail reads a part of the trail as its table holds it.
func readTrail(ctx context.Context, db dbtx, from, to int64) iter.Seq2[line, error] {
	return rows(ctx, db, readLine, `SELECT seq, at, restore_id, kind, actor, detail, prev_hash, hash FROM audit
		WHERE seq >= $1 AND seq <= $2 ORDER BY seq`, from, to)
}

func readLine(r row) (l line, err error) {
	err = r.Scan(&l.Seq, &l.At, &l.Restore, &l.Kind, &l.Actor, &l.Detail, &l.Prev, &l.sum)
	return l, err
}

// verify checks a line against its own hash.
func (l line) verify() (AuditLine, error) {
	out := AuditLine{Seq: l.Seq, At: fromNanos(l.At), Restore: l.Restore, Kind: l.Kind, Actor: l.Actor, Prev: l.Prev, Hash: l.sum}
	if l.hash() != l.sum {
		return out, fmt.Errorf("line %d was changed after it was written", l.Seq)
	}
	if err := json.Unmarshal([]byte(l.Detail), &out.Detail); err != nil {
		return out, fmt.Errorf("the detail of line %d cannot be read", l.Seq)
	}
	return out, nil
}
