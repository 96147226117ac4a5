package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
	"docspace-restorebot/docspace"
)

var (
	auditKey = docspace.NewSecret("0123456789abcdef0123456789abcdef")
	otherKey = docspace.NewSecret("fedcba9876543210fedcba9876543210")
)

// event is a line of the trail about a restore.
func event(id string, kind bot.EventKind, detail ...string) bot.Event {
	e := bot.Event{At: durabletest.At, Restore: id, Kind: kind, Actor: "U1", Detail: map[string]string{}}
	for i := 0; i+1 < len(detail); i += 2 {
		e.Detail[detail[i]] = detail[i+1]
	}
	return e
}

// agreed is a restore that U1 has confirmed, as the bot writes it.
func agreed(t *testing.T, s *durable.Store, id string) bot.Restore {
	t.Helper()
	r := durabletest.Restore(id, "portal of "+id)
	r.Requester, r.Plan, r.Order.BackupID, r.ExpiresAt = "U1", "plan", "backup", durabletest.At.Add(time.Hour)
	if err := s.Create(t.Context(), r, event(id, bot.EventRequested)); err != nil {
		t.Fatal(err)
	}
	next := r
	next.State, next.Confirmations = bot.Confirmed, []bot.Confirmation{{User: "U1", At: time.Now().UTC()}}
	return saved(t, s, r, next, event(id, bot.EventConfirmed, "plan", r.Plan))
}

func saved(t *testing.T, s *durable.Store, was, next bot.Restore, events ...bot.Event) bot.Restore {
	t.Helper()
	r, err := s.Wake(t.Context(), was, next, events...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func dismissed(t *testing.T, s *durable.Store, r bot.Restore) {
	t.Helper()
	next := r
	next.State, next.Settled = bot.Dismissed, true
	saved(t, s, r, next, event(r.ID, bot.EventDismissed))
}

// putBack makes the row of a be what it was, whatever became of it.
func putBack(data string) string {
	return `UPDATE restore SET state = 'confirmed', settled = false, version = version + 1, data = '` + data + `' WHERE id = 'a'`
}

// tamperings is what a person with the database could do to get restore a
// started, or started otherwise than U1 has agreed to.
var tamperings = map[string]func(t *testing.T, s *durable.Store, a bot.Restore) string{
	"another backup":         plainly(`UPDATE restore SET data = replace(data, '"BackupID":"backup"', '"BackupID":"other"')`),
	"another portal":         plainly(`UPDATE restore SET portal = 'q' WHERE id = 'a'`),
	"another address":        plainly(`UPDATE restore SET data = replace(data, '"Plan":', '"Address":"https://evil.example","Plan":')`),
	"another plan":           plainly(`UPDATE restore SET data = replace(data, '"Plan":"plan"', '"Plan":"nalp"')`),
	"another requester":      plainly(`UPDATE restore SET data = replace(data, '"Requester":"U1"', '"Requester":"U9"')`),
	"another confirmer":      plainly(`UPDATE restore SET data = replace(data, '"User":"U1"', '"User":"U2"')`),
	"a confirmation more":    plainly(`UPDATE restore SET data = replace(data, '[{"User":"U1"', '[{"User":"U2"},{"User":"U1"')`),
	"a later end":            plainly(`UPDATE restore SET data = replace(data, '"ExpiresAt":"2026', '"ExpiresAt":"2036')`),
	"a later confirmation":   plainly(`UPDATE restore SET data = replace(data, '"At":"20', '"At":"21')`),
	"a field twice":          plainly(`UPDATE restore SET data = replace(data, '"Plan":', '"plan":"x","Plan":')`),
	"a state moved on":       plainly(`UPDATE restore SET state = 'saving' WHERE id = 'a'`),
	"no seal":                plainly(`UPDATE restore SET data = substr(data, 1, length(data) - 84) || '}'`),
	"a seal of its own":      plainly(`UPDATE restore SET data = replace(data, '"MAC":"', '"MAC":"0')`),
	"a seal of another key":  plainly(`UPDATE restore SET data = substr(data, 1, length(data) - 75) || 'deadbeef' || substr(data, length(data) - 66)`),
	"no JSON":                plainly(`UPDATE restore SET data = 'x' || data`),
	"no record":              plainly(`UPDATE restore SET data = '{}'`),
	"an unknown field":       plainly(`UPDATE restore SET data = replace(data, '"Plan":', '"Later":1,"Plan":')`),
	"text after the seal":    plainly(`UPDATE restore SET data = data || ' '`),
	"an unknown seal":        plainly(`UPDATE restore SET data = replace(data, '"Plan":', '"Seal":"","Plan":')`),
	"a younger consent":      plainly(`UPDATE consent SET data = replace(data, '"At":"20', '"At":"21')`),
	"a consent that waits":   plainly(`UPDATE consent SET data = replace(data, '"Seen":', '"Watched":9000000000000000,"Seen":')`),
	"an unsealed consent":    plainly(`UPDATE consent SET data = substr(data, 1, length(data) - 84) || '}'`),
	"another's record":       copying(`UPDATE restore SET data = (SELECT data FROM restore WHERE id = 'b') WHERE id = 'a'`),
	"another's record whole": copying(`UPDATE restore SET data = replace((SELECT data FROM restore WHERE id = 'b'), '"b"', '"a"') WHERE id = 'a'`),
	"a confirmed request by hand": func(t *testing.T, s *durable.Store, a bot.Restore) string {
		t.Helper()
		dismissed(t, s, a)
		return `DELETE FROM confirmation; UPDATE restore SET id = 'old' WHERE id = 'a'; INSERT INTO restore (id, portal, state, version, generation, delivery, requested_at, due_at, settled, data)
			SELECT 'a', portal, 'confirmed', 7, 7, 'd-x', 1, 1, false, '{"ID":"a","Plan":"plan","Requester":"U1","Confirmations":[{"User":"U1"}]}' FROM restore WHERE id = 'old'`
	},
	"no line of the confirmation": plainly(`DELETE FROM audit WHERE kind = 'confirmed' AND restore_id = 'a'`),
	"a changed line":              plainly(`UPDATE audit SET actor = 'U2' WHERE kind = 'confirmed' AND restore_id = 'a'`),
	"a line taken out":            noted(`DELETE FROM audit WHERE seq = (SELECT max(seq) - 1 FROM audit)`),
	"a line added":                plainly(`INSERT INTO audit SELECT seq + 1, at, restore_id, kind, actor, detail, hash, 'x' FROM audit ORDER BY seq DESC LIMIT 1`),
	"the end cut off":             noted(cutOff),
	"the end unsealed":            plainly(`UPDATE audit_head SET seal = ''`),
	"the end of another key":      plainly(`UPDATE audit_head SET seal = replace(seal, ':', '0:')`),
	"no end":                      plainly(`DELETE FROM audit_head`),
	"no freeze":                   frozen(`UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = ''`),
	"an earlier freeze":           frozen(`UPDATE freeze_now SET at = at - 1`),
	"no row of a freeze":          frozen(`DELETE FROM freeze_now`),
	"no freeze, no seal":          frozen(`UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = ''; UPDATE audit_head SET seal = '', frozen = ''`),
	"no freeze, and its end said so": frozen(`UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = '';
		UPDATE audit_head SET frozen = ''`),
	"an old record put back": func(t *testing.T, s *durable.Store, a bot.Restore) string {
		t.Helper()
		data := read(t, s, `SELECT data FROM restore WHERE id = 'a'`)
		dismissed(t, s, a)
		return putBack(data)
	},
	"an old record put back, its end taken out": func(t *testing.T, s *durable.Store, a bot.Restore) string {
		t.Helper()
		data := read(t, s, `SELECT data FROM restore WHERE id = 'a'`)
		dismissed(t, s, a)
		note(t, s)
		return putBack(data) + `; DELETE FROM audit WHERE kind = 'dismissed'`
	},
	"an old database put back under the bot": func(t *testing.T, s *durable.Store, a bot.Restore) string {
		t.Helper()
		data := read(t, s, `SELECT data FROM restore WHERE id = 'a'`)
		lines, hash, seal := read(t, s, `SELECT lines FROM audit_head`), read(t, s, `SELECT hash FROM audit_head`), read(t, s, `SELECT seal FROM audit_head`)
		dismissed(t, s, a)
		note(t, s)
		return putBack(data) + `; DELETE FROM audit WHERE seq > ` + lines + `; UPDATE audit_head SET lines = ` + lines + `, hash = '` + hash + `', seal = '` + seal + `'`
	},
}

const cutOff = `DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit);
	UPDATE audit_head SET lines = lines - 1, hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)`

func plainly(query string) func(*testing.T, *durable.Store, bot.Restore) string {
	return func(*testing.T, *durable.Store, bot.Restore) string { return query }
}

func noted(query string) func(*testing.T, *durable.Store, bot.Restore) string {
	return func(t *testing.T, s *durable.Store, _ bot.Restore) string {
		t.Helper()
		note(t, s)
		return query
	}
}

func copying(query string) func(*testing.T, *durable.Store, bot.Restore) string {
	return func(t *testing.T, s *durable.Store, _ bot.Restore) string {
		t.Helper()
		agreed(t, s, "b")
		return query
	}
}

func frozen(query string) func(*testing.T, *durable.Store, bot.Restore) string {
	return func(t *testing.T, s *durable.Store, _ bot.Restore) string {
		t.Helper()
		if err := s.SetFreeze(t.Context(), bot.Freeze{By: "U1", Reason: "x", Channel: "C1", At: durabletest.At}, event("", bot.EventFrozen)); err != nil {
			t.Fatal(err)
		}
		return query
	}
}

func note(t *testing.T, s *durable.Store) {
	t.Helper()
	for range 3 {
		if err := s.Note(t.Context(), event("", bot.EventRefused)); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, s *durable.Store, query string) string {
	t.Helper()
	answer, err := s.Ask(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// begins tries to start restore a, and says what keeps it from that.
func begins(t *testing.T, s *durable.Store) error {
	t.Helper()
	r, err := s.Get(t.Context(), "a")
	switch {
	case err != nil:
		return err
	case r.Seal != "":
		return fmt.Errorf("%w: its seal is %s", bot.ErrAltered, r.Seal)
	}
	next := r
	next.State = bot.Starting
	_, err = s.Save(t.Context(), r, next, event("a", bot.EventStarting))
	return err
}

func forgedRows(t *testing.T, open func(t *testing.T) *durable.Store) {
	t.Helper()
	tamperings := tamperings
	for name, c := range tamperings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.Seal(auditKey)
			a := agreed(t, s, "a")
			if err := s.Tamper(t.Context(), c(t, s, a)); err != nil {
				t.Fatal(err)
			}
			err := begins(t, s)
			t.Log(err)
			if _, lapsed := errors.AsType[*bot.LapsedError](err); !lapsed && !errors.Is(err, bot.ErrAltered) {
				t.Errorf("it was not found out: %v", err)
			}
			if r, err := s.Get(t.Context(), "a"); err == nil && r.State == bot.Starting {
				t.Error("it was started")
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.Seal(auditKey)
		agreed(t, s, "a")
		agreed(t, s, "b")
		note(t, s)
		if err := s.SetFreeze(t.Context(), bot.Freeze{}, event("", bot.EventUnfrozen)); err != nil {
			t.Fatal(err)
		}
		if err := begins(t, s); err != nil {
			t.Errorf("what nobody has changed does not start: %v", err)
		}
	})
}

func TestARowWrittenByHandStartsNothing(t *testing.T) {
	t.Parallel()
	forgedRows(t, func(t *testing.T) *durable.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "bot.db"))
	})
}

// What the bot has found changed it never makes good by writing it again.
func TestASealIsNotMadeGoodBySavingAgain(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	s.Seal(auditKey)
	agreed(t, s, "a")
	if err := s.Tamper(t.Context(), `UPDATE restore SET data = replace(data, '"BackupID":"backup"', '"BackupID":"other"')`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := s.Get(t.Context(), "a")
		if err != nil || r.Seal != bot.SealBroken {
			t.Fatalf("its seal is %q, %v", r.Seal, err)
		}
		saved(t, s, r, r)
	}
}

// The exam holds with a key too.
func TestExamWithAKey(t *testing.T) {
	t.Parallel()
	durabletest.Exercise(t, func(t *testing.T) bot.Store {
		t.Helper()
		s := open(t, filepath.Join(t.TempDir(), "bot.db"))
		s.Seal(auditKey)
		return s
	})
}

// A key that comes, goes or changes: what is open is asked anew, in words that
// tell which it was; a freeze that the trail knows is kept.
func TestAKeyThatChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after docspace.Secret
		want          bot.Seal
	}{
		"a first key":     {docspace.Secret{}, auditKey, bot.SealMissing},
		"another key":     {otherKey, auditKey, bot.SealOtherKey},
		"the same key":    {auditKey, auditKey, ""},
		"no key any more": {auditKey, docspace.Secret{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, filepath.Join(t.TempDir(), "bot.db"))
			s.Seal(c.before)
			agreed(t, s, "a")
			f := bot.Freeze{By: "U1", Reason: "x", Channel: "C1", At: durabletest.At}
			if err := s.SetFreeze(t.Context(), f, event("", bot.EventFrozen)); err != nil {
				t.Fatal(err)
			}
			s.Seal(c.after)
			note(t, s) // the settings, at the start
			if r, err := s.Get(t.Context(), "a"); err != nil || r.Seal != c.want {
				t.Errorf("its seal is %q, want %q, %v", r.Seal, c.want, err)
			}
			if got, err := s.Frozen(t.Context()); got != f || err != nil {
				t.Errorf("the freeze is %+v, %v", got, err)
			}
		})
	}
}

// Whoever changed the freeze in the database has to wait for a person.
func TestAFreezeThatWasDeletedHoldsUntilAPersonEndsIt(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "bot.db"))
	s.Seal(auditKey)
	query := frozen(`UPDATE freeze_now SET at = 0, actor = '', reason = '', channel = ''`)(t, s, bot.Restore{})
	if err := s.Tamper(t.Context(), query); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also with what is written meanwhile
		if f, err := s.Frozen(t.Context()); !errors.Is(err, bot.ErrAltered) {
			t.Errorf("%+v, %v", f, err)
		}
		note(t, s)
	}
	if err := s.SetFreeze(t.Context(), bot.Freeze{}, event("", bot.EventUnfrozen)); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Frozen(t.Context()); f.On() || err != nil {
		t.Errorf("%+v, %v", f, err)
	}
}

// verified is how audit verify sees a database, with a key or without.
func verified(t *testing.T, file string, key docspace.Secret, kept durable.AuditHead) (durable.AuditProof, error) {
	t.Helper()
	s, err := durable.OpenReadOnly(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Seal(key)
	return s.CheckAudit(t.Context(), kept)
}

// write notes some lines with a key.
func write(t *testing.T, file string, key docspace.Secret) durable.AuditProof {
	t.Helper()
	s := open(t, file)
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Seal(key)
	note(t, s)
	if strings.Contains(log.String(), key.Reveal()) && key.Reveal() != "" {
		t.Errorf("the log holds the key: %s", &log)
	}
	end, err := s.CheckAudit(t.Context(), durable.AuditHead{})
	if closing := s.Close(); closing != nil {
		t.Fatal(closing)
	}
	if err != nil && key.Reveal() == "" {
		t.Fatal(err)
	}
	return end
}

func TestAKeyGuardsTheTrail(t *testing.T) {
	t.Parallel()
	const rebuilt = `DELETE FROM audit; UPDATE audit_head SET lines = 0, hash = ''`
	none := docspace.Secret{}
	for name, c := range map[string]struct {
		keys    []docspace.Secret // that the bot ran with, one after another
		tamper  string
		with    docspace.Secret // that verify is given
		from    int64
		want    string // of the error
		is      error
		without bool // verify finds it without a key too
	}{
		"from the beginning":       {keys: []docspace.Secret{auditKey}, with: auditKey, from: 1},
		"over several starts":      {keys: []docspace.Secret{auditKey, auditKey}, with: auditKey, from: 1},
		"an older trail":           {keys: []docspace.Secret{none, auditKey}, with: auditKey, from: 4},
		"another key since":        {keys: []docspace.Secret{otherKey, auditKey}, with: auditKey, from: 5},
		"a wrong key":              {keys: []docspace.Secret{auditKey}, with: otherKey, want: "another key", is: durable.ErrAuditKey},
		"the key of before":        {keys: []docspace.Secret{otherKey, auditKey}, with: otherKey, want: "proves the lines from 1 to 4", is: durable.ErrAuditKey},
		"never a key":              {keys: []docspace.Secret{none}, with: auditKey, want: "has no seal", is: durable.ErrUnsealed},
		"without the key for once": {keys: []docspace.Secret{auditKey, none, auditKey}, with: auditKey, want: "line 8 says"},
		"a cut end":                {keys: []docspace.Secret{auditKey}, tamper: cutOff, with: auditKey, want: "cut off the newest lines"},
		"a cut end, with the seal": {keys: []docspace.Secret{auditKey}, tamper: cutOff + `; UPDATE audit_head SET seal = ''`, with: auditKey, is: durable.ErrUnsealed, want: "removed the seal"},
		"a changed line":           {keys: []docspace.Secret{auditKey}, tamper: `UPDATE audit SET actor = 'U7' WHERE seq = 2`, with: auditKey, want: "line 2 was changed", without: true},
		"a changed line, wrong key": {
			keys: []docspace.Secret{auditKey}, tamper: `UPDATE audit SET actor = 'U7' WHERE seq = 2`, with: otherKey, want: "line 2 was changed", without: true,
		},
		"an empty one":            {keys: []docspace.Secret{auditKey}, tamper: rebuilt, with: auditKey, want: "cut off the newest lines"},
		"one of a forged key":     {keys: []docspace.Secret{auditKey}, tamper: `UPDATE audit_head SET seal = replace(seal, ':', '0:')`, with: auditKey, want: "did not seal the end"},
		"gone on after a cut end": {keys: []docspace.Secret{auditKey, none}, tamper: ``, with: auditKey, is: durable.ErrUnsealed, want: "has no seal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "bot.db")
			for _, key := range c.keys {
				write(t, file, key)
			}
			if c.tamper != "" {
				s := open(t, file)
				if err := s.Tamper(t.Context(), c.tamper); err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			proof, err := verified(t, file, c.with, durable.AuditHead{})
			t.Logf("%+v, %v", proof, err)
			switch {
			case c.want == "" && (err != nil || proof.From != c.from || proof.Sealed != durable.KeyID(c.with)):
				t.Errorf("guarded from line %d by %s: %v", proof.From, proof.Sealed, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v", err)
			case c.is != nil && !errors.Is(err, c.is), c.is == nil && (errors.Is(err, durable.ErrAuditKey) || errors.Is(err, durable.ErrUnsealed)):
				t.Errorf("it is told as something else: %v", err)
			}
			if _, err := verified(t, file, none, durable.AuditHead{}); (err != nil) != c.without {
				t.Errorf("without a key: %v", err)
			}
		})
	}
}

// A bot that goes on after its trail was changed says so in it, and what the
// channel was told finds what the trail does not.
func TestTheTrailSaysThatItWasFoundChanged(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bot.db")
	told := write(t, file, auditKey)
	s := open(t, file)
	if err := s.Tamper(t.Context(), cutOff); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	write(t, file, auditKey)
	if _, err := verified(t, file, auditKey, durable.AuditHead{}); err == nil || !strings.Contains(err.Error(), "line 4 says that the bot found the trail without its own seal (broken)") {
		t.Errorf("got %v", err)
	}
	short, err := durable.ParseAuditHead("Seal of the bot's records so far, for an audit: `" + told.Short() + "`")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, file, auditKey, short); err == nil || !strings.Contains(err.Error(), "line 4 does not have the hash of the head that you gave") {
		t.Errorf("with what the channel says: %v", err)
	}
	// Whoever has looked, and keeps a head from after it, goes on from there.
	now, _ := verified(t, file, docspace.Secret{}, durable.AuditHead{})
	if _, err := verified(t, file, auditKey, now.AuditHead); err != nil {
		t.Errorf("from a head that was kept since: %v", err)
	}
}

func TestAHeadIsReadAsTheChannelSaysIt(t *testing.T) {
	t.Parallel()
	want := durable.AuditHead{Lines: 1234, Hash: "8f3a9c21d0b7e645a1b2"}
	for _, text := range []string{
		"1234:8f3a9c21d0b7e645a1b2", " `1234:8F3A9C21D0B7E645A1B2` ", "Audit trail: 1234:8f3a9c21d0b7e645a1b2",
		"line 1234, 8f3a9c21d0b7e645a1b2…", "Audit trail: line 1234, 8f3a9c21d0b7e645a1b2...", "Seal of the bot's records so far, for an audit: 1234:8f3a9c21d0b7e645a1b2",
	} {
		if got, err := durable.ParseAuditHead(text); got != want || err != nil {
			t.Errorf("%q was read as %v, %v", text, got, err)
		}
	}
}

func FuzzParseAuditHead(f *testing.F) {
	f.Add("an audit: line 1234, 8f3a9c21d0b7e645a1b2…")
	f.Add("0:")
	f.Fuzz(func(t *testing.T, text string) {
		head, err := durable.ParseAuditHead(text)
		if err != nil {
			return
		}
		if again, err := durable.ParseAuditHead(head.String()); again != head || err != nil {
			t.Errorf("%q was read as %v, and that as %v, %v", text, head, again, err)
		}
	})
}
