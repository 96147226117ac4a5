package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"docspace-restorebot/bot/policy"
)

// ToldRules are the rules that people were last told of. The zero value is the one of a
// new database.
type ToldRules struct {
	Version int64    `json:"-"` // counted up by every SaveRules
	Rules   RuleBook `json:",omitzero"`
	Telling Telling  `json:",omitzero"`
}

// Telling is a change of the rules while channels are told of it. The zero value is none.
type Telling struct {
	ID    string    `json:",omitzero"`
	Rules RuleBook  `json:",omitzero"` // after the change
	By    string    `json:",omitzero"` // the process that tells the channels
	Until time.Time `json:",omitzero"` // when its claim ends, by the database's clock
	Told  []string  `json:",omitzero"` // the channels that were told
}

// TellRules posts the news to one channel. id is the one of the [Telling].
type TellRules func(ctx context.Context, channel, id string, news []RuleNews) error

const (
	// tellFor is how long the claim of a process holds after each of its steps: longer
	// than a call of the chat and a write take.
	tellFor = 20 * time.Second
	// tellAgain is the pause after a failure. It doubles up to tellSlowly.
	tellAgain  = time.Second
	tellSlowly = time.Minute
	// tellRecorded bounds the record of a post while the bot stops.
	tellRecorded = 2 * time.Second
)

// TellRules tells each channel in which restores are allowed, once, that the rules are
// not those of the last start. It returns when all were told or ctx ends; the next start
// tells the others. The first start tells nobody.
func (b *Bot) TellRules(ctx context.Context, tell TellRules) {
	t := ruleTeller{Bot: b, tell: tell, posted: map[string]bool{}, warned: map[string]bool{}}
	for failed := 0; ; {
		wait, done, err := t.step(ctx)
		switch {
		case ctx.Err() != nil:
			t.release(ctx)
			return
		case done:
			return
		case errors.Is(err, ErrStale): // another process was first
			wait = max(wait, tellAgain)
		case err != nil:
			b.Log.WarnContext(ctx, "who is to be told of the rules could not be read or recorded", "err", err)
			wait = min(tellAgain<<failed, tellSlowly)
			failed = min(failed+1, 6)
		default:
			failed = 0
		}
		if wait <= 0 {
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// release ends the claim of this process, so that the next start goes on at once.
func (t *ruleTeller) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellRecorded)
	defer cancel()
	row, err := t.Store.Rules(ctx)
	if err != nil || row.Telling.ID == "" || row.Telling.By != t.Process {
		return
	}
	next := row
	next.Telling.Until = time.Time{}
	_, _ = t.record(ctx, row, next) // else it waits until the claim is over
}

// NoteRules records the rules of the first start. People are told of changes to them.
func (b *Bot) NoteRules(ctx context.Context) error {
	row, err := b.Store.Rules(ctx)
	if err == nil && row.Rules == nil {
		_, err = b.Store.SaveRules(ctx, row, ToldRules{Rules: b.rules()})
	}
	if errors.Is(err, ErrStale) {
		return nil // another process has
	}
	return err
}

// ruleTeller tells the channels for one process.
type ruleTeller struct {
	*Bot

	tell   TellRules
	posted map[string]bool // by telling and channel; also where the record failed
	warned map[string]bool // the channels whose failure was logged
}

// step takes the telling one step further. wait is the time to the next step.
func (t *ruleTeller) step(ctx context.Context) (wait time.Duration, done bool, err error) {
	row, err := t.Store.Rules(ctx)
	if err != nil {
		return 0, false, err
	}
	now, err := t.Store.Now(ctx)
	if err != nil {
		return 0, false, err
	}
	mine := t.rules()
	switch telling := row.Telling; {
	case row.Rules == nil:
		return 0, false, t.NoteRules(ctx)
	case telling.ID == "" && len(row.Rules.changes(mine)) == 0:
		return 0, true, nil
	case telling.ID == "":
		row, err = t.begin(ctx, row, mine, now)
	case telling.By != t.Process && now.Before(telling.Until):
		return max(telling.Until.Sub(now), tellAgain), false, nil
	default:
		row, err = t.keepClaim(ctx, row)
	}
	if err != nil {
		return 0, false, err
	}
	row, wait, err = t.tellChannels(ctx, row)
	if err == nil && wait == 0 { // everybody knows
		_, err = t.record(ctx, row, ToldRules{Rules: row.Telling.Rules})
	}
	return wait, false, err
}

// begin records a change of the rules, and that this process tells it.
func (t *ruleTeller) begin(ctx context.Context, row ToldRules, mine RuleBook, now time.Time) (ToldRules, error) {
	changes := row.Rules.changes(mine)
	detail := map[string]string{}
	for name, some := range changes {
		var words []string
		for _, c := range some {
			words = append(words, c.String())
		}
		key := "portal " + name
		if name == "" {
			key = "all"
		}
		detail[key] = strings.Join(words, "; ")
	}
	next := row
	next.Telling = Telling{ID: NewID(), Rules: mine, By: t.Process, Until: now.Add(tellFor)}
	saved, err := t.Store.SaveRules(ctx, row, next, Event{At: time.Now().UTC(), Kind: EventRules, Detail: detail})
	if err != nil {
		return row, err
	}
	var said []string
	for _, key := range slices.Sorted(maps.Keys(detail)) {
		said = append(said, key+": "+detail[key])
	}
	channels := strings.Join(row.Rules.audience(mine), ",")
	if channels == "" {
		channels = "none: no channel is named, only the log and the audit trail say it"
	}
	t.Log.WarnContext(ctx, "the rules have changed since the last start", "changes", strings.Join(said, " | "), "told", channels)
	return saved, nil
}

// keepClaim keeps a telling for this process, or takes it from one that is gone.
func (t *ruleTeller) keepClaim(ctx context.Context, row ToldRules) (ToldRules, error) {
	now, err := t.Store.Now(ctx)
	if err != nil {
		return row, err
	}
	next := row
	next.Telling.By, next.Telling.Until = t.Process, now.Add(tellFor)
	return t.Store.SaveRules(ctx, row, next)
}

// tellChannels tells each channel that was not told yet. wait is 0 once all were told.
func (t *ruleTeller) tellChannels(ctx context.Context, row ToldRules) (now ToldRules, wait time.Duration, err error) {
	for _, channel := range row.Rules.audience(row.Telling.Rules) {
		if slices.Contains(row.Telling.Told, channel) {
			continue
		}
		if row, err = t.keepClaim(ctx, row); err != nil {
			return row, 0, err
		}
		if again := t.tellChannel(ctx, row, channel); again > 0 {
			wait = max(wait, again)
			continue
		}
		next := row
		next.Telling.Told = append(slices.Clone(row.Telling.Told), channel)
		if row, err = t.record(ctx, row, next); err != nil {
			return row, 0, err
		}
	}
	return row, wait, nil
}

// record saves the told channels, also while the bot stops: the next start would tell
// them again.
func (t *ruleTeller) record(ctx context.Context, was, next ToldRules) (ToldRules, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellRecorded)
	defer cancel()
	return t.Store.SaveRules(ctx, was, next)
}

// tellChannel tells one channel. again is the time to the next try, 0 if it was told or
// never can be. A channel that another organisation sees is not told.
func (t *ruleTeller) tellChannel(ctx context.Context, row ToldRules, channel string) (again time.Duration) {
	key := row.Telling.ID + " " + channel
	if t.posted[key] {
		return 0
	}
	place, err := t.Directory.Place(ctx, channel)
	switch {
	case err == nil && (place.Shared || place.Direct):
		t.Log.WarnContext(ctx, "a channel is not told of the rules: it is shared with another organisation, or a direct message", "channel", channel)
		return 0
	case err == nil:
		err = t.tell(ctx, channel, row.Telling.ID, row.Rules.news(row.Telling.Rules, channel))
	}
	switch {
	case err == nil:
		t.posted[key] = true
		return 0
	case errors.Is(err, policy.ErrNotInChannel), errors.Is(err, ErrChannelClosed):
		t.Log.WarnContext(ctx, "a channel cannot be told of the rules", "channel", channel, "err", err)
		return 0
	case !errors.Is(err, policy.ErrChatBusy) && ctx.Err() == nil && !t.warned[key]:
		t.warned[key] = true
		t.Log.WarnContext(ctx, "a channel could not be told of the rules yet", "channel", channel, "err", err)
	}
	return max(RetryAfter(err), tellAgain)
}
