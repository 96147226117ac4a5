package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/docspace/docspacetest"
)

// begin sets a stage with more settings, and starts the bot.
func begin(t *testing.T, settings ...string) (context.Context, *oldStage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	s := setStage(t)
	s.env = append(s.env, settings...)
	s.start(ctx)
	return ctx, s
}

// says types a command and waits for an answer, seen by the person alone, that
// holds all the words.
func (s *oldStage) says(ctx context.Context, user, text string, words ...string) {
	s.t.Helper()
	if _, err := s.slack.Command(user, "COPS", text).Wait(ctx); err != nil {
		s.t.Fatalf("%s was not acked: %v", text, err)
	}
	s.told(ctx, user, words...)
}

// told waits for an answer that one person sees and that holds all the words.
func (s *oldStage) told(ctx context.Context, user string, words ...string) {
	s.t.Helper()
	_, err := s.slack.WaitEphemeral(ctx, user, func(m slacktest.Message) bool {
		text := s.slack.Render(m, time.UTC)
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	if err != nil {
		for _, m := range s.slack.Ephemerals(user) {
			s.t.Log(s.slack.Render(m, time.UTC))
		}
		s.t.Fatalf("%s was not told %q", user, words)
	}
}

// untouched checks that no restore began and no card stands in the channel.
func (s *oldStage) untouched() {
	s.t.Helper()
	if n := s.portal.Starts(); n != 0 {
		s.t.Errorf("startrestore was sent %d times", n)
	}
	for _, m := range s.slack.Channel("COPS").Messages() {
		s.t.Errorf("the channel was shown:\n%s", s.slack.Render(m, time.UTC))
	}
}

func (s *oldStage) newest() string { return s.portal.Backups()[0].ID }

func TestBinaryTellsWhyARestoreFailed(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	s.portal.Break(func(f *docspacetest.Faults) {
		f.FailText, f.FailAt, f.LeakStack = "The backup <file> is invalid.", 40, true
	})
	card := s.card(ctx)
	s.press(ctx, "UALICE", card, "restore_confirm")
	s.shows(ctx, card, "failed")
	end, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return m.ThreadTS == card.TS && m.ReplyBroadcast })
	if err != nil {
		t.Fatal("the end was not told in the thread")
	}
	text := s.slack.Render(end, time.UTC)
	for _, word := range []string{"The backup <file> is invalid.", "The old data is intact", "@alice"} {
		if !strings.Contains(text, word) {
			t.Errorf("the end does not say %q:\n%s", word, text)
		}
	}
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryLetsARequestExpire(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t, "RESTORE_CONFIRM_TTL=20s") // a busy machine needs some of it to show the card
	card := s.card(ctx)
	s.shows(ctx, card, "expired")
	d, err := s.slack.PressStale("UBOB", card, "restore_confirm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s.told(ctx, "UBOB", "This request has expired", "nothing was started", "changed nothing")
	s.notStarted()
}

func TestBinaryRefusesWhatCannotBeRestored(t *testing.T) {
	t.Parallel()
	const unknown = "11111111-2222-3333-4444-555555555555"
	for name, c := range map[string]struct {
		text   string
		broken func(s *oldStage)
		words  []string
	}{
		"unknown backup": {unknown, nil, []string{"shows no backup", unknown, "Nothing was started", "/restore list"}},
		"portal down": {"", func(s *oldStage) { s.portal.Break(func(f *docspacetest.Faults) { f.Down = true }) }, []string{
			"could not be asked", "Nothing was started", "DOCSPACE_URL",
		}},
		"restore runs": {"", func(s *oldStage) { s.portal.StartElsewhere(s.newest()) }, []string{"A restore runs on the portal already", "Nothing was started"}},
		"dead key":     {"", func(s *oldStage) { s.portal.RevokeKeys() }, []string{"does not accept the bot's API key", "Nothing was started"}},
		"not invited":  {"", func(s *oldStage) { s.slack.PutChannel(slacktest.Channel{ID: "COPS", Name: "incidents", NoBot: true}) }, []string{"/invite", "Nothing was started"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, s := begin(t)
			if c.broken != nil {
				c.broken(s)
			}
			text := c.text
			if text == "" {
				text = s.newest()
			}
			s.says(ctx, "UALICE", "/restore "+text, c.words...)
			s.untouched()
		})
	}
}

func TestBinaryAnswersEveryCommand(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	for text, words := range map[string][]string{
		"/restore help":                           {"/restore <backup-id>", "/restore list", "Nothing was started"},
		"/restore help list":                      {"shows the backups, newest first"},
		"/restore list":                           {s.newest(), "newest first"},
		"/restore status":                         {"Nothing that the bot started is open"},
		"/restore " + s.newest() + " —dmup":       {"--dmup", "Did you mean", "--dump", "Nothing was started"},
		"/restore " + s.newest() + " --dump x":    {"one word too many", "Nothing was started"},
		"/restore lst":                            {"Did you mean", "list"},
		"/restore " + strings.Repeat("0", 32):     {"all zeros", "Nothing was started"},
		"/restore " + s.newest() + " --storage x": {"--storage", "Nothing was started"},
	} {
		s.says(ctx, "UALICE", text, words...)
	}
	s.untouched()
}

func TestBinaryRehearsesADryRun(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+s.newest()+" –dry-run").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "dry run: nothing was started")
	if s.portal.Starts() != 0 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
}

func TestBinaryWantsASecondPersonForADump(t *testing.T) {
	t.Parallel()
	ctx, s := begin(t)
	id := s.portal.AddBackup(docspacetest.Backup{Dump: true})
	if _, err := s.slack.Command("UALICE", "COPS", "/restore "+id+" --dump").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	card, err := s.slack.WaitMessage(ctx, "COPS", func(m slacktest.Message) bool { return len(m.Buttons()) > 0 })
	if err != nil {
		t.Fatal("no card with buttons")
	}
	s.writtenDown(ctx, card)
	if !strings.Contains(s.slack.Render(card, time.UTC), "replaces the whole server") {
		t.Errorf("the card does not say what --dump does:\n%s", s.slack.Render(card, time.UTC))
	}
	s.press(ctx, "UALICE", card, "restore_type")
	s.modal(ctx, "UALICE", "somebody else has to confirm it")
	if s.portal.Starts() != 0 {
		t.Fatal("the requester alone started a dump")
	}
}
