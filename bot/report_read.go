package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-restorebot/bot/command"
)

// Report is the story of a restore for the post-mortem, in two forms.
type Report struct {
	Markdown  string `json:"markdown"`
	JSONLines string `json:"json_lines"` // the events, one a line
}

// ReadReport writes the report of a restore from the database alone. It asks neither the
// chat nor the portal and changes nothing. Its [ErrNotFound] names the newest ids.
func ReadReport(ctx context.Context, s Store, id string, now time.Time) (Report, error) {
	r, err := s.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Report{}, unknownIDError(ctx, s, id)
	}
	if err != nil {
		return Report{}, err
	}
	trail, err := s.Trail(ctx, r.ID)
	if err != nil {
		return Report{}, err
	}
	lost, err := lossAfter(ctx, s, r)
	if err != nil {
		return Report{}, err
	}
	return Report{
		Markdown:  reportOf(r, PortalName{Name: r.Portal}, trail, lost, recordedLinks(r, trail), nil, now.UTC()),
		JSONLines: string(jsonLines(r.ID, trail, lost)),
	}, nil
}

// newestShown is how many ids the error of a wrong id names.
const newestShown = 5

// unknownIDError names the newest ids, for a person who cannot ask the bot.
func unknownIDError(ctx context.Context, s Store, id string) error {
	err := fmt.Errorf("%w: %s", ErrNotFound, plain(command.QuoteForeign(id)))
	list, listErr := s.Recent(ctx, newestShown)
	switch {
	case listErr != nil:
		return errors.Join(err, listErr)
	case len(list) == 0:
		return fmt.Errorf("%w. The database holds no restore at all: see that DATABASE_URL names the bot's own", err)
	}
	var known strings.Builder
	for _, r := range list {
		fmt.Fprintf(&known, "\n  %s  %s  asked for at %s  %s", r.ID, r.State, stamp(r.RequestedAt), plain(r.Portal))
	}
	return fmt.Errorf("%w. The newest are (times in UTC):%s", err, known.String())
}

// recordedLinks maps the messages of a restore to their addresses in the audit trail. A
// note without one has its number and its channel.
func recordedLinks(r Restore, trail []Event) map[string]string {
	found := map[string]string{}
	put := func(name, ts, link string) {
		switch {
		case ts == "" || ts == undeliverable:
		case link != "":
			found[name] = link
		default:
			found[name] = "message " + ts + " in channel " + r.Channel
		}
	}
	put("The card", r.CardTS, "")
	put("The end", r.EndTS, "")
	for _, e := range trail {
		if name := messageOf(e); name != "" {
			put(name, e.Detail["message_ts"], e.Detail["permalink"])
		}
	}
	return found
}

// messageOf names the message that an event records, "" for none.
func messageOf(e Event) string {
	note := e.Detail["note"]
	switch {
	case e.Kind == EventLinked:
		return "The card"
	case e.Kind == EventBreakGlass:
		return "The call to those who may stop it"
	case e.Kind == EventTold && note == "":
		return "The end"
	case e.Kind == EventTold:
		return noteName(e.At, note)
	}
	return ""
}

// noteName is the name of a note of the thread in a report.
func noteName(at time.Time, note string) string {
	return at.UTC().Format(time.TimeOnly) + " " + strings.ReplaceAll(note, "_", " ")
}
