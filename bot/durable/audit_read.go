package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
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
		rows, err := s.db.QueryContext(ctx, `SELECT seq, at, restore_id, kind, actor, detail, prev_hash, hash FROM audit ORDER BY seq`)
		if err != nil {
			yield(AuditLine{}, fmt.Errorf("audit: %w", err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			l, err := scanLine(rows)
			if !yield(l, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(AuditLine{}, fmt.Errorf("audit: %w", err))
		}
	}
}

// scanLine reads a line and checks it against its own hash.
func scanLine(row interface{ Scan(dest ...any) error }) (AuditLine, error) {
	var l line
	var hash string
	err := row.Scan(&l.Seq, &l.At, &l.Restore, &l.Kind, &l.Actor, &l.Detail, &l.Prev, &hash)
	if err != nil {
		return AuditLine{}, fmt.Errorf("audit: %w", err)
	}
	out := AuditLine{Seq: l.Seq, At: time.Unix(0, l.At).UTC(), Restore: l.Restore, Kind: l.Kind, Actor: l.Actor, Prev: l.Prev, Hash: hash}
	if l.hash() != hash {
		return out, fmt.Errorf("audit: line %d was changed after it was written", l.Seq)
	}
	if err := json.Unmarshal([]byte(l.Detail), &out.Detail); err != nil {
		return out, fmt.Errorf("audit: the detail of line %d cannot be read", l.Seq)
	}
	return out, nil
}
