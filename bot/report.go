package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/bot/policy"
)

// ErrNotGranted means that the chat has not given the bot the right that a call
// needs.
var ErrNotGranted = errors.New("the bot was not granted this")

// Files is a [Chat] that also takes files. Its calls return [ErrNotGranted] where the bot
// may not upload, and are never sent twice.
type Files interface {
	// Upload shows a file in the thread of a restore's card.
	Upload(ctx context.Context, r Restore, f File) error
}

// File is a file for people.
type File struct {
	Name, Title string
	// Alt describes it to a screen reader.
	Alt     string
	Content []byte
}

// postReport is /restore report. It posts the story of a restore in the thread of its
// card, for the post-mortem.
func (b *Bot) postReport(ctx context.Context, c policy.Caller, id string) Answer {
	ctx = about(ctx, id)
	r, err := b.Store.Get(ctx, id)
	may := b.visiblePortals(ctx, c).holds(r)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !may:
		return b.refuse(ctx, c, "", &policy.Refusal{
			Rule: policy.RuleUnknown, What: "There is no restore with this id here.", Do: "/restore history shows the ids.",
		})
	case err != nil:
		return b.answerUnrecorded(ctx, err)
	case r.CardTS == "":
		return &policy.Refusal{Rule: policy.RuleUnknown, What: "This restore was refused before it had a card, so there is no thread to report in.", Do: "The bot's operator can write the report with restorebot report " + r.ID + "."}
	}
	trail, err := b.Store.Trail(ctx, r.ID)
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	p, ok := b.Portals.Of(r)
	if !ok {
		p = formerPortal(r)
	}
	lost := b.lossOf(ctx, r)
	text := reportOf(r, p.PortalName, trail, lost, b.links(ctx, r, trail), b.names(ctx, r, trail), time.Now().UTC())
	err = patiently(ctx, func() error {
		_, err := b.Chat.Reply(ctx, b.card(ctx, r, p), Note{Kind: NoteReport, Text: text})
		return err
	})
	if err != nil {
		b.Log.WarnContext(ctx, "a report could not be posted", "restore", r.ID, "err", err)
		return &policy.Refusal{Rule: policy.RuleChat, What: "The report could not be posted in the thread of its card.", Do: "Try again in a minute."}
	}
	said := "The report is in the thread of its card"
	switch err := b.uploadReport(ctx, r, text, trail, lost); {
	case err == nil:
		said += ", as text and as a file"
	case errors.Is(err, ErrNotGranted):
		said += ", as text; as a file too, if the app is given the scope files:write"
	default:
		b.Log.WarnContext(ctx, "a report could not be uploaded", "restore", r.ID, "err", err)
		said += ", as text; the file could not be uploaded"
	}
	return TextAnswer{said + "."}
}

// patiently repeats do while the chat is busy. A person waits, and no later step would
// try again.
func patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, policy.ErrChatBusy) {
			return err
		}
		timer := time.NewTimer(max(time.Second, RetryAfter(err)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// uploadReport adds the report and the restore's events as files.
func (b *Bot) uploadReport(ctx context.Context, r Restore, text string, trail []Event, lost loss.List) error {
	files, ok := b.Chat.(Files)
	if !ok {
		return ErrNotGranted
	}
	err := files.Upload(ctx, r, File{
		Name: "restore-" + r.ID + ".md", Title: "Report of restore " + r.ID, Alt: "The report of restore " + r.ID + " as Markdown", Content: []byte(text),
	})
	if err == nil {
		err = files.Upload(ctx, r, File{
			Name: "restore-" + r.ID + ".jsonl", Title: "Events of restore " + r.ID, Alt: "The audit events of restore " + r.ID + " as JSON Lines", Content: jsonLines(r.ID, trail, lost),
		})
	}
	return err
}

// jsonLines writes a trail for machines, one event a line.
func jsonLines(restore string, trail []Event, lost loss.List) []byte {
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	for _, e := range trail {
		_ = out.Encode(struct {
			At      time.Time         `json:"at"`
			Restore string            `json:"restore"`
			Kind    EventKind         `json:"kind"`
			Actor   string            `json:"actor,omitempty"`
			Detail  map[string]string `json:"detail,omitempty"`
		}(e)) // times and strings always encode
	}
	lossLines(&lines, restore, lost)
	return lines.Bytes()
}

const (
	// maxNamed bounds the people whose names a report asks for, and namesWithin the time.
	maxNamed    = 20
	namesWithin = 3 * time.Second
)

// names maps the ids of the people of a restore to their names. A person whom the chat
// does not tell has none.
func (b *Bot) names(ctx context.Context, r Restore, trail []Event) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	ids := []string{r.Requester, r.ClosedBy}
	for _, c := range r.Confirmations {
		ids = append(ids, c.User)
	}
	for _, e := range trail {
		ids = append(ids, e.Actor)
	}
	names := map[string]string{}
	for _, id := range ids {
		if _, asked := names[id]; asked || id == "" || len(names) == maxNamed {
			continue
		}
		names[id] = ""
		if person, err := b.Directory.Person(ctx, id); err == nil {
			names[id] = person.Name
		}
	}
	return names
}

// maxLinked bounds the notes whose addresses a report asks for.
const maxLinked = 20

// links maps the messages of a restore to their addresses, where the chat tells them.
func (b *Bot) links(ctx context.Context, r Restore, trail []Event) map[string]string {
	messages := map[string]string{"The card": r.CardTS, "The end": r.EndTS}
	for _, e := range trail {
		if note := e.Detail["note"]; e.Kind == EventTold && note != "" && len(messages) < maxLinked {
			messages[noteName(e.At, note)] = e.Detail["message_ts"]
		}
	}
	links := map[string]string{}
	for name, ts := range messages {
		if ts == "" || ts == undeliverable {
			continue
		}
		if link := b.permalinkDetail(ctx, r.Channel, ts)["permalink"]; link != "" {
			links[name] = link
		}
	}
	return links
}
