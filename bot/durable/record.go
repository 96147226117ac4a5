package durable

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"docspace-restorebot/bot"
	"docspace-restorebot/docspace"
)

// record is a restore as the data column holds it. A [docspace.Secret] does not
// show itself to encoders, so the one secret of a restore is named here.
type record struct {
	bot.Restore
	AnswerURL string `json:",omitempty"` // hides the embedded one
	MAC       string `json:",omitempty"` // its seal, which [sealer.sign] writes
}

// encode writes a record as the data column holds it.
func encode(r bot.Restore) (string, error) {
	data, err := json.Marshal(record{Restore: r, AnswerURL: r.AnswerURL.Reveal()})
	return string(data), err
}

// encodeWith is encode, sealed where there is a key, and the lines of the events
// that are written with the record.
func (s *Store) encodeWith(r bot.Restore, events []bot.Event) (data string, lines []line, err error) {
	if data, err = encode(r); err != nil {
		return "", nil, err
	}
	lines, err = linesOf(events)
	return s.seals.sign("record", data), lines, err
}

// decodeStrict reads a record of which every field has to be known.
func decodeStrict(data string, rec *record) error {
	decoder := json.NewDecoder(strings.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(rec); err != nil {
		return err
	}
	if decoder.InputOffset() < int64(len(data)) {
		return errors.New("something follows the record") // the decoder would take it for the next one
	}
	return nil
}

// columns are what scan reads.
const columns = `id, portal, state, version, generation, delivery, settled, data`

// scan reads a restore to be looked at.
func (s *Store) scan(row row) (bot.Restore, error) { return s.read(row, false) }

// scanToAct reads a restore that may be changed. While replicas are upgraded one
// by one, an older one must not work on what a newer one has written: it would
// drop what it does not know.
func (s *Store) scanToAct(row row) (bot.Restore, error) { return s.read(row, true) }

func (s *Store) read(row row, act bool) (bot.Restore, error) {
	c, err := columnsOf(row)
	if err != nil {
		return bot.Restore{}, err
	}
	return c.decode(act, s.seals)
}

// storedRow is a row of the table of restores. Its columns are the truth; data
// holds what has no column.
type storedRow struct {
	id, portal          string
	state               bot.State
	version, generation int64
	delivery            string
	settled             bool
	data                string
}

func columnsOf(row row) (c storedRow, err error) {
	err = row.Scan(&c.id, &c.portal, &c.state, &c.version, &c.generation, &c.delivery, &c.settled, &c.data)
	if errors.Is(err, sql.ErrNoRows) {
		err = bot.ErrNotFound
	}
	return c, err
}

func (c storedRow) decode(act bool, key sealer) (bot.Restore, error) {
	var rec record
	var err error
	if act && !c.settled {
		err = decodeStrict(c.data, &rec)
	} else {
		err = json.Unmarshal([]byte(c.data), &rec)
	}
	seal := key.signed("record", c.data)
	switch {
	case err != nil && seal == bot.SealBroken: // no version of the bot wrote it
		rec = record{}
		_ = json.Unmarshal([]byte(c.data), &rec) // for whoever is to be told
	case err != nil && act && json.Valid([]byte(c.data)):
		return bot.Restore{}, fmt.Errorf("restore %s: %w (%w)", c.id, errWrittenByNewer, err)
	case err != nil:
		return bot.Restore{}, fmt.Errorf("restore %s: %w", c.id, err)
	case act && !knownState(c.state):
		return bot.Restore{}, fmt.Errorf("restore %s: %w (state %q)", c.id, errWrittenByNewer, c.state)
	}
	r := rec.Restore
	r.Reason = r.Reason.WithoutOldEffect()
	if seal == "" && key.on() && !c.matches(r) {
		seal = bot.SealBroken
	}
	if r.Seal == "" { // what was found before stays
		r.Seal = seal
	}
	r.ID, r.Portal, r.State, r.Version, r.Generation = c.id, c.portal, c.state, c.version, c.generation
	r.Delivery, r.Settled = c.delivery, c.settled
	if rec.AnswerURL != "" {
		r.AnswerURL = docspace.NewSecret(rec.AnswerURL)
	}
	return r, nil
}

var errWrittenByNewer = errors.New("a newer version of restorebot has written it, and that version has to work on it")

func knownState(s bot.State) bool {
	return s.Open() || slices.ContainsFunc(bot.OpenStates(), func(from bot.State) bool { return bot.CanMove(from, s) })
}
