package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
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

// AuditHead is how long the trail is, and the hash of its last line. Whoever
// keeps one elsewhere can tell later that nothing before it was changed.
type AuditHead struct {
	Lines int64
	Hash  string
}

// String writes a head as [ParseAuditHead] reads it.
func (h AuditHead) String() string { return strconv.FormatInt(h.Lines, 10) + ":" + h.Hash }

// ParseAuditHead reads what String wrote.
func ParseAuditHead(s string) (AuditHead, error) {
	lines, hash, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(lines, 10, 64)
	if !ok || err != nil || n < 0 || (hash == "") != (n == 0) {
		return AuditHead{}, errors.New("a head is a number, a colon and a hash, as verify prints it")
	}
	return AuditHead{n, hash}, nil
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

// CheckAudit reads the whole trail and returns its head. A line that was
// changed, added or removed, at the end too, is an error; so is a trail that
// does not hold kept, a head from before (the zero value is held by any).
func (s *Store) CheckAudit(ctx context.Context, kept AuditHead) (AuditHead, error) {
	var found, want AuditHead
	// The head first: what is written meanwhile only makes the trail longer.
	err := s.db.QueryRowContext(ctx, `SELECT lines, hash FROM audit_head WHERE id = 1`).Scan(&want.Lines, &want.Hash)
	if err != nil {
		return found, fmt.Errorf("audit: the head cannot be read: %w", err)
	}
	held := kept.Lines == 0
	for l, err := range s.Audit(ctx) {
		switch {
		case err != nil:
			return found, err
		case l.Seq != found.Lines+1:
			return found, fmt.Errorf("audit: after line %d comes line %d: lines are missing or added", found.Lines, l.Seq)
		case l.Prev != found.Hash:
			return found, fmt.Errorf("audit: line %d does not follow line %d as it is now", l.Seq, found.Lines)
		}
		found = AuditHead{l.Seq, l.Hash}
		if found.Lines == kept.Lines {
			held = found == kept
		}
		if found.Lines == want.Lines && found != want {
			return found, fmt.Errorf("audit: line %d is not the one that was written last", l.Seq)
		}
	}
	switch {
	case found.Lines < want.Lines:
		return found, fmt.Errorf("audit: the newest lines are missing: there are %d of %d", found.Lines, want.Lines)
	case !held && found.Lines < kept.Lines:
		return found, fmt.Errorf("audit: the newest lines are missing: there are %d, and a head of %d was kept", found.Lines, kept.Lines)
	case !held:
		return found, fmt.Errorf("audit: line %d is not the one whose hash was kept: the trail was written anew", kept.Lines)
	}
	return found, nil
}
