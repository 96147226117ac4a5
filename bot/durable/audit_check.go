package durable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"docspace-restorebot/bot"
)

// AuditHead is how long the trail is, and the hash of its last line. Whoever
// keeps one elsewhere can tell later that nothing before it was changed.
type AuditHead struct {
	Lines int64
	Hash  string // of one that was kept the beginning is enough
}

// String writes a head as [ParseAuditHead] reads it.
func (h AuditHead) String() string { return strconv.FormatInt(h.Lines, 10) + ":" + h.Hash }

// shownHash is how much of a hash the channel is told: nobody finds another line
// with the same 80 bits.
const shownHash = 20

// Short is a head as the channel is told.
func (h AuditHead) Short() string {
	return AuditHead{h.Lines, h.Hash[:min(len(h.Hash), shownHash)]}.String()
}

// headShape also takes the words before it, which people copy with it.
var headShape = regexp.MustCompile(`^(?:[a-z'’, ]+:)?\s*(?:line\s)?\s*([0-9]{1,18})\s*[:,]\s*([0-9a-f]*)\s*(?:…|\.{1,3})?$`)

// ParseAuditHead reads a head as verify prints it and as the channel says it.
func ParseAuditHead(s string) (AuditHead, error) {
	parts := headShape.FindStringSubmatch(strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "`", ""))))
	if parts == nil {
		return AuditHead{}, errors.New("a head is a number, a colon and a hash, such as 1201:9f86d081884c7d659a2f; verify prints it, and the bot posts it in the channel")
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	switch hash := parts[2]; {
	case err != nil || (hash == "") != (n == 0):
		return AuditHead{}, errors.New("a head is a number, a colon and a hash, such as 1201:9f86d081884c7d659a2f; verify prints it, and the bot posts it in the channel")
	case n > 0 && len(hash) < shownHash:
		return AuditHead{}, fmt.Errorf("the hash of a head needs at least %d characters, because a shorter one proves nothing", shownHash)
	default:
		return AuditHead{n, hash}, nil
	}
}

// matches reports whether a kept head is that of the trail up to found.
func (h AuditHead) matches(found AuditHead) bool {
	return h.Lines == found.Lines && strings.HasPrefix(found.Hash, h.Hash)
}

// AuditProof is what a whole trail is, and what vouches for it.
type AuditProof struct {
	AuditHead

	// Sealed names the key that the end of the trail is sealed with, "" for none.
	Sealed string
	// From is the first line that the key guards which the store was given, 0 if it
	// was given none.
	From int64
}

// What a trail may be besides damaged.
var (
	// ErrAuditKey: the trail is sealed with another key than the one given.
	ErrAuditKey = errors.New("it is sealed with another key than this AUDIT_KEY")
	// ErrUnsealed: a key was given, and the trail is not sealed.
	ErrUnsealed = errors.New("it has no seal, although there is an AUDIT_KEY")
)

// CheckAudit reads the whole trail and returns its head. A line that was
// changed, added or removed, at the end too, is an error; so is a trail that
// does not hold kept, a head from before (the zero value is held by any), and,
// with a key, one that somebody without it may have written.
func (s *Store) CheckAudit(ctx context.Context, kept AuditHead) (AuditProof, error) {
	end, err := s.readTrailEnd(ctx, s.db)
	if err != nil {
		return AuditProof{}, fmt.Errorf("audit: the head cannot be read: %w", err)
	}
	found, marks, err := s.checkChain(ctx, kept, end.AuditHead)
	proof := AuditProof{AuditHead: found}
	proof.Sealed, _, _ = strings.Cut(end.seal, ":")
	if err != nil || !s.seals.on() {
		return proof, err
	}
	marks.kept = kept.Lines
	proof.From, err = marks.judge(s.seals, end.check(s.seals, end.seal), proof.Sealed)
	return proof, err
}

// follow returns the head that l makes of h, if l is the next line.
func (h AuditHead) follow(l AuditLine) (AuditHead, error) {
	switch {
	case l.Seq != h.Lines+1:
		return h, fmt.Errorf("after line %d comes line %d: lines are missing or added", h.Lines, l.Seq)
	case l.Prev != h.Hash:
		return h, fmt.Errorf("line %d does not follow line %d as it is now", l.Seq, h.Lines)
	}
	return AuditHead{l.Seq, l.Hash}, nil
}

// checkChain reads every line and collects those that tell of keys.
func (s *Store) checkChain(ctx context.Context, kept, want AuditHead) (found AuditHead, marks marks, err error) {
	held := kept.Lines == 0
	// The head was read first: what is written meanwhile only makes the trail longer.
	for l, err := range s.Audit(ctx) {
		if err != nil {
			return found, marks, err
		}
		if found, err = found.follow(l); err != nil {
			return found, marks, fmt.Errorf("audit: %w", err)
		}
		if l.Kind == string(bot.EventSealed) {
			marks.lines = append(marks.lines, l)
		}
		held = held || kept.matches(found)
		if found.Lines == want.Lines && found != want {
			return found, marks, fmt.Errorf("audit: line %d is not the last one that the bot wrote", l.Seq)
		}
	}
	switch {
	case found.Lines < want.Lines:
		return found, marks, fmt.Errorf("audit: the newest lines are missing: there are %d of %d", found.Lines, want.Lines)
	case !held && found.Lines < kept.Lines:
		return found, marks, fmt.Errorf("audit: the newest lines are missing: there are %d, and the head that you gave has %d", found.Lines, kept.Lines)
	case !held:
		return found, marks, fmt.Errorf("audit: line %d does not have the hash of the head that you gave: somebody rewrote the trail", kept.Lines)
	}
	return found, marks, nil
}

// marks are the lines of a trail that tell where a key begins.
type marks struct {
	lines []AuditLine
	kept  int64 // up to here somebody outside vouches for it
}

// judge says from which line on a key guards a trail whose end has a seal.
func (m marks) judge(key sealer, end bot.Seal, sealed string) (from int64, err error) {
	now, old := "", "" // the key that guards the lines so far, and what ours did before another
	for _, l := range m.lines {
		was, next, word := now, l.Detail["key"], l.Detail["found"]
		now = next
		switch {
		case next == key.id && was != key.id:
			from = l.Seq
		case next != key.id && was == key.id:
			if last := upTo(key, l); last > 0 {
				old = fmt.Sprintf(" Your key proves the lines from %d to %d.", from, last)
			}
		}
		fits := was == "" && (word == foundNew && l.Seq == 1 || word == string(bot.SealMissing)) ||
			was != "" && word == string(bot.SealOtherKey) && l.Detail["before"] == was && next != was
		if !fits && l.Seq > m.kept {
			return 0, fmt.Errorf("audit: line %d says that the bot found the trail without its own seal (%s): "+
				"it ran without AUDIT_KEY or with another one, or somebody changed the lines before. Nothing proves those", l.Seq, word)
		}
	}
	switch {
	case end == "" && now == key.id:
		return from, nil
	case end == bot.SealMissing:
		return 0, fmt.Errorf("audit: %w: the bot has not run with it since, or somebody removed the seal or rewrote the trail", ErrUnsealed)
	case end == bot.SealOtherKey && now != key.id:
		return 0, fmt.Errorf("audit: %w: the trail's key is called %s, yours %s. The hashes hold, but only the trail's key can tell whether the bot wrote them.%s", ErrAuditKey, sealed, key.id, old)
	}
	return 0, errors.New("audit: the bot did not seal the end of the trail: somebody cut off the newest lines, or rewrote it")
}

// upTo is the last line that a key vouches for which was followed by another one.
func upTo(key sealer, l AuditLine) int64 {
	left := head{AuditHead{l.Seq - 1, l.Prev}, l.Detail["freeze_before"]}
	if left.check(key, l.Detail["seal_before"]) != "" {
		return 0
	}
	return left.Lines
}

// TrailEnd implements [bot.Store].
func (s *Store) TrailEnd(ctx context.Context) (string, error) {
	end, err := s.readTrailEnd(ctx, s.db)
	if err != nil {
		return "", fmt.Errorf("audit: the head cannot be read: %w", err)
	}
	return end.Short(), nil
}
