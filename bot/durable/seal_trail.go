package durable

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot"
)

// freezeUnknown stands for a freeze that nobody vouches for: nothing starts
// until a person freezes restores or lets them go.
const freezeUnknown = "?"

// foundNew is what a trail without a line is found as, besides the kinds of
// [bot.Seal].
const foundNew = "new"

// sealAnew is locked where the end is not sealed with our key: the key is new,
// or the trail was changed by somebody who does not have it.
func (s *Store) sealAnew(ctx context.Context, tx *sql.Tx, h head, seal string, found bot.Seal, lines []line) (head, []line, error) {
	word := string(found)
	if h.Lines == 0 && found == bot.SealMissing {
		word = foundNew
	}
	detail := map[string]string{"key": s.seals.id, "found": word}
	if found == bot.SealOtherKey { // whoever has that key can check what was before
		detail["before"], _, _ = strings.Cut(seal, ":")
		detail["seal_before"], detail["freeze_before"] = seal, h.freeze
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return h, nil, err
	}
	if h.freeze, err = s.trustedFreeze(ctx, tx, found); err != nil {
		return h, nil, err
	}
	attrs := []any{"line", h.Lines + 1, "found", word, "key", s.seals.id}
	switch found {
	case bot.SealBroken:
		s.Log.ErrorContext(ctx, "the audit trail was changed outside the bot: run restorebot audit verify", attrs...)
	default:
		s.Log.WarnContext(ctx, "the audit trail is sealed with AUDIT_KEY from this line on, and nothing before it is", attrs...)
	}
	marker := line{At: nanos(time.Now()), Kind: string(bot.EventSealed), Detail: string(text)}
	return h, slices.Concat([]line{marker}, lines), nil
}

// trustedFreeze is the freeze that a key begins with. One that the trail does not
// know, or knows to be missing, is not trusted.
func (s *Store) trustedFreeze(ctx context.Context, tx *sql.Tx, found bot.Seal) (string, error) {
	if found == bot.SealBroken {
		return freezeUnknown, nil
	}
	end, err := s.readTrailEnd(ctx, tx)
	if err != nil {
		return "", err
	}
	var last string
	err = tx.QueryRowContext(ctx, lastFreeze).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if (last == string(bot.EventFrozen)) != end.freeze.On() {
		return freezeUnknown, nil
	}
	return freezeSum(end.freeze), nil
}

// lastFreeze is asked once a key.
const lastFreeze = `SELECT kind FROM audit WHERE kind IN ('frozen', 'unfrozen') ORDER BY seq DESC LIMIT 1`

// altered says what was found changed outside the bot.
func altered(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{bot.ErrAltered}, args...)...)
}

// trailEnd is the end of the trail, and the freeze as its own table holds it.
type trailEnd struct {
	head

	seal   string
	newest int64 // line that is there
	freeze bot.Freeze
	least  int64 // how long the trail had been seen before
}

// readTrailEnd reads all of it in one look.
func (s *Store) readTrailEnd(ctx context.Context, db dbtx) (end trailEnd, err error) {
	end.least = s.trailSeen.Load()
	var at int64
	err = db.QueryRowContext(ctx, `SELECT h.Lines, h.Hash, h.seal, h.frozen, coalesce((SELECT max(seq) FROM audit), 0), f.at, f.actor, f.reason, f.channel
		FROM audit_head AS h, freeze_now AS f WHERE h.id = 1 AND f.id = 1`).
		Scan(&end.Lines, &end.Hash, &end.seal, &end.head.freeze, &end.newest, &at, &end.freeze.By, &end.freeze.Reason, &end.freeze.Channel)
	end.freeze.At = fromNanos(at)
	if errors.Is(err, sql.ErrNoRows) && s.seals.on() {
		return end, altered("the end of the audit trail, or the row of the freeze, is gone")
	}
	return end, err
}

// checkTrailEnd checks that the end is what the bot has written last.
func (s *Store) checkTrailEnd(end trailEnd) error {
	fresh := end.Lines == 0 && end.seal == "" // nothing was written yet
	switch {
	case !fresh && end.check(s.seals, end.seal) != "":
		return altered("the end of the audit trail is not the one that the bot wrote")
	case end.Lines < end.least:
		return altered("an older audit trail was put back")
	case end.newest != end.Lines:
		return altered("the audit trail has %s where there should be %d", bot.Count(int(end.newest), "line", "lines"), end.Lines)
	case end.head.freeze != freezeSum(end.freeze):
		return altered("whether restores are frozen is not what the bot wrote")
	}
	s.reached(end.Lines)
	return nil
}

// checkUnaltered makes sure, just before something is sent to a portal, that the record
// is the bot's own and its last one: the trail knows each confirmation, and
// nothing that came after the first.
func (s *Store) checkUnaltered(ctx context.Context, tx *sql.Tx, was, next bot.Restore) error {
	if !s.seals.on() || !bot.ChangesPortal(was, next) {
		return nil
	}
	if next.Seal != "" {
		return altered("the seal of the record is %s", next.Seal)
	}
	end, err := s.readTrailEnd(ctx, tx)
	if err == nil {
		err = s.checkTrailEnd(end)
	}
	if err != nil {
		return err
	}
	var from int64
	err = tx.QueryRowContext(ctx, `SELECT coalesce(min(seq), 0) FROM audit
		WHERE restore_id = $1 AND restore_id <> '' AND kind = 'confirmed'`, next.ID).Scan(&from)
	switch {
	case err != nil:
		return fmt.Errorf("audit: %w", err)
	case from == 0 && len(next.Confirmations) > 0:
		return altered("the audit trail knows no confirmation of it")
	case from == 0:
		return nil // whether one is needed is not for the store to say
	}
	return trailAgrees(ctx, tx, was, next, from, end.AuditHead)
}

// trailAgrees reads the trail from a restore's first confirmation to its end.
func trailAgrees(ctx context.Context, tx *sql.Tx, was, r bot.Restore, from int64, end AuditHead) error {
	missing := r.Confirmers()
	last := AuditHead{Lines: from - 1}
	for stored, err := range readTrail(ctx, tx, from, end.Lines) {
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		l, err := stored.verify()
		if l.Seq == from {
			last.Hash = l.Prev // the lines before are not looked at
		}
		if err == nil {
			last, err = last.follow(l)
		}
		switch {
		case err != nil:
			return altered("%w", err)
		case l.Kind == string(bot.EventSealed):
			return altered("the audit trail was sealed anew since it was confirmed")
		}
		if l.Restore != r.ID {
			continue
		}
		if l.Kind == string(bot.EventConfirmed) && l.Detail["plan"] == r.Plan {
			missing = slices.DeleteFunc(missing, func(id string) bool { return id == l.Actor })
		}
		if isPastStart(was, r, l) {
			return altered("its record is an older one: line %d of the audit trail came after it", l.Seq)
		}
	}
	switch {
	case last != end:
		return altered("the newest lines of the audit trail are missing or changed")
	case len(missing) > 0:
		return altered("the audit trail knows no confirmation by %s", strings.Join(missing, ", "))
	}
	return nil
}

// isPastStart reports whether a line says that a restore was past what is about to be
// done to it: the record is one that was put back.
func isPastStart(was, next bot.Restore, l AuditLine) bool {
	switch bot.EventKind(l.Kind) {
	case bot.EventStarting, bot.EventRunning, bot.EventDismissed, bot.EventStopped, bot.EventExpired, bot.EventEnded, bot.EventSettled, bot.EventAltered:
		return true
	case bot.EventSaving:
		return was.State == bot.Confirmed || next.State == bot.Saving && l.Detail["stage"] == string(bot.SafetySent)
	default:
		return false
	}
}
