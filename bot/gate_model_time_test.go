package bot_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pgregory.net/rapid"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
)

// consentModel is what really was agreed to, whatever became of clocks and
// databases since. It never goes back.
type consentModel struct {
	file   string
	wrong  time.Duration // by how much the machine's clock is wrong
	agreed int           // which agreement the open restore has, 0 for none
	given  []time.Time   // when each was given
	spent  map[int]bool  // those that nobody may start on: used, dismissed, expired, failed
	used   int           // how many were started on
	kept   *keptPast
}

// keptPast is a copy of the database, and what was so when it was made.
type keptPast struct {
	files     map[string][]byte
	frozen    bool
	open      string
	confirmed map[string]bool
	agreed    int
}

func newConsentModel(file string) consentModel {
	return consentModel{file: file, given: []time.Time{{}}, spent: map[int]bool{}}
}

// took notes a press that was taken, and whether it was the last one.
func (m *consentModel) took(enough bool) {
	if enough {
		m.given = append(m.given, time.Now())
		m.agreed = len(m.given) - 1
	}
}

func (m *consentModel) over() {
	if m.agreed != 0 {
		m.spent[m.agreed] = true
	}
}

// started notes a start, which somebody has to agree to now.
func (m *consentModel) started(t *rapid.T) {
	age := time.Since(m.given[m.agreed])
	switch {
	case m.agreed == 0:
		t.Fatal("it started and nobody agreed to it")
	case m.spent[m.agreed]:
		t.Fatal("it started on what was started on, or dropped, before")
	case age >= 15*time.Minute:
		t.Fatalf("it started %s after the last press", age)
	}
	m.used++
	m.over()
}

func (m *rules) state() bot.State {
	if m.open == "" {
		return ""
	}
	return m.now().State
}

// over reports whether the restore has ended, or asks a person how.
func (m *rules) over() bool {
	r := m.now()
	return r.Settled || (r.State == bot.Unclear && r.EndTS != "")
}

// wake is the start of the bot.
func (m *rules) wake(t *rapid.T) {
	store, err := durable.Open(t.Context(), "sqlite:"+m.time.file)
	if err != nil {
		t.Fatal(err)
	}
	store.SetClocks = func(c *bot.Clock) { // the machine runs on the time of the story
		c.At = c.At.Add(m.time.wrong)
		c.Boot, c.Up = "the machine", time.Since(time.Unix(0, 0))
	}
	m.store, m.Store = store, store
}

func (m *rules) sleep(t *rapid.T) {
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
}

// die ends the bot for a while.
func (m *rules) die(t *rapid.T) {
	m.sleep(t)
	time.Sleep(rapid.SampledFrom([]time.Duration{0, 0, time.Second, 5 * time.Minute, 20 * time.Minute, 72 * time.Hour}).Draw(t, "for"))
	m.wake(t)
}

func (m *rules) setClock(t *rapid.T) {
	m.time.wrong += time.Duration(rapid.IntRange(-200, 200).Draw(t, "minutes")) * time.Minute
}

// copy copies the database while the bot is down: as restorebot backup does, or
// with all that lies beside it.
func (m *rules) copy(t *rapid.T) {
	m.sleep(t)
	defer m.wake(t)
	kept := &keptPast{files: map[string][]byte{}, frozen: m.frozen, open: m.open, confirmed: maps.Clone(m.confirmed), agreed: m.time.agreed}
	if rapid.Bool().Draw(t, "by restorebot backup") {
		file := m.time.file + "-copy"
		defer os.Remove(file)
		if _, err := durable.Copy(t.Context(), "sqlite:"+m.time.file, file); err != nil {
			t.Fatal(err)
		}
		kept.read(t, file, m.time.file)
	} else {
		for _, file := range m.files(t) {
			kept.read(t, file, file)
		}
	}
	m.time.kept = kept
}

func (k *keptPast) read(t *rapid.T, from, as string) {
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	k.files[as] = text
}

// files are the database's and what lies beside it.
func (m *rules) files(t *rapid.T) (files []string) {
	dir, base := filepath.Split(m.time.file)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), base) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

// putBack puts the copy in the database's place, sometimes with nothing left of
// what lay beside that.
func (m *rules) putBack(t *rapid.T) {
	kept := m.time.kept
	if kept == nil {
		t.Skip("no copy was made")
	}
	m.sleep(t)
	defer m.wake(t)
	if rapid.Bool().Draw(t, "all of it") {
		for _, file := range m.files(t) {
			_ = os.Remove(file)
		}
		for file, text := range kept.files {
			write(t, file, text)
		}
	} else {
		write(t, m.time.file, kept.files[m.time.file])
	}
	m.frozen, m.open, m.confirmed, m.time.agreed = kept.frozen, kept.open, maps.Clone(kept.confirmed), kept.agreed
}

func write(t *rapid.T, file string, text []byte) {
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
