package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot/loss"
)

// lossInThread bounds what the thread says of each person: the report has the rest.
const lossInThread = 8

// lossOf is what a restore took by name, for after it: before, names are for those
// who may confirm, and where nothing was restored nothing was lost.
func (b *Bot) lossOf(ctx context.Context, r Restore) loss.List {
	l, err := lossAfter(ctx, b.Store, r)
	if err != nil {
		b.Log.WarnContext(ctx, "what a restore took could not be read", "restore", r.ID, "err", err)
	}
	return l
}

func lossAfter(ctx context.Context, s Store, r Restore) (loss.List, error) {
	if r.State != Succeeded {
		return loss.List{}, nil
	}
	l, err := s.Loss(ctx, r.ID)
	if errors.Is(err, ErrNotFound) {
		return loss.List{}, nil
	}
	return l, err
}

// tellLoss posts in the thread, once, what each person has to do again.
func (b *Bot) tellLoss(ctx context.Context, r *Restore, p Portal) error {
	if r.State != Succeeded || !r.Loss.Known() || r.Loss.Listed {
		return nil
	}
	if text := toDoAgain(b.lossOf(ctx, *r), lossInThread); text != "" {
		if err := b.postNote(ctx, r, p, Note{Kind: NoteLoss, Text: text}); err != nil {
			return err
		}
	}
	next := *r
	next.Loss.Listed = true
	return b.saveInPlace(ctx, r, next)
}

// toDoAgain is what each person has to do again, as a list in Markdown, with up to
// most things a person; 0 is all. What comes back by itself is said after it.
func toDoAgain(l loss.List, most int) string {
	var lost, back loss.List
	for _, a := range l.Acts {
		if a.Back() {
			back.Acts = append(back.Acts, a)
		} else {
			lost.Acts = append(lost.Acts, a)
		}
	}
	var w strings.Builder
	own := map[string]int{}
	for _, o := range l.Personal {
		own[o.User] += o.Files
	}
	for _, g := range lost.Grouped(false, "") {
		fmt.Fprintf(&w, "%s\n", plain(g.Name))
		writeActs(&w, g.Acts, most)
		if n := own[g.Name]; n > 0 {
			fmt.Fprintf(&w, "- [ ] %s in their own documents\n", Count(n, "file", "files"))
			delete(own, g.Name)
		}
	}
	for _, o := range l.Personal {
		if n := own[o.User]; n > 0 {
			fmt.Fprintf(&w, "%s\n- [ ] %s in their own documents\n", plain(o.User), Count(n, "file", "files"))
			delete(own, o.User)
		}
	}
	if len(back.Acts) > 0 {
		fmt.Fprintf(&w, "Deleted since the backup, and back now: look whether it should stay\n")
		writeActs(&w, back.Acts, most)
	}
	if l.Left > 0 {
		fmt.Fprintf(&w, "And %s without names: in private or removed rooms, or too many to list.\n", Count(l.Left, "change", "changes"))
	}
	return w.String()
}

func writeActs(w io.Writer, acts []loss.Act, most int) {
	for i, a := range acts {
		if most > 0 && i == most {
			_, _ = fmt.Fprintf(w, "- ... and %d more, in the report\n", len(acts)-most) // to a builder
			return
		}
		_, _ = fmt.Fprintf(w, "- [ ] %s, %s\n", plain(a.Words()), a.At.UTC().Format("Jan 2 15:04"))
	}
}

// lossLine is what a restore took in numbers, as a report tells it.
func lossLine(s loss.Summary) string {
	switch {
	case s.Source == "":
		return ""
	case !s.Known():
		return "not known: " + s.Why
	}
	var parts []string
	for _, one := range []struct {
		n         int
		one, more string
	}{
		{s.Lost.Created, "file created", "files created"},
		{s.Lost.Changed, "file changed", "files changed"},
		{s.Lost.Moved, "thing moved", "things moved"},
		{s.Lost.Folders, "folder made or changed", "folders made or changed"},
		{s.Lost.Forms, "form filled in", "forms filled in"},
		{s.Lost.Rooms, "new room", "new rooms"},
		{s.Lost.RoomsChanged, "change of rooms", "changes of rooms"},
		{s.Lost.Invited, "person invited", "people invited"},
		{s.Lost.PeopleOther, "change of people", "changes of people"},
		{s.Lost.Settings, "setting changed", "settings changed"},
		{s.Lost.Other, "other change", "other changes"},
	} {
		if one.n > 0 {
			parts = append(parts, Count(one.n, one.one, one.more))
		}
	}
	text := "nothing that the portal recorded"
	if len(parts) > 0 {
		text = "at least " + strings.Join(parts, ", ") + ", by " + Count(s.People, "person", "people")
	}
	if n := s.Back.Total(); n > 0 {
		text += "; " + Count(n, "deleted thing", "deleted things") + " came back"
	}
	if s.Source == loss.FromRooms {
		text += " (the plan keeps no audit trail)"
	} else if !s.Complete {
		text += " (the bot did not read the trail to its end)"
	}
	return text
}

// lossLines is what was lost for machines: an act a line, of the form of an event.
func lossLines(w io.Writer, restore string, l loss.List) {
	out := json.NewEncoder(w)
	for _, a := range l.Acts {
		detail := map[string]string{"what": a.Text, "where": a.Where, "target": a.Target, "person": a.UserID, "action": strconv.Itoa(int(a.Action))}
		if a.Back() {
			detail["back"] = "true"
		}
		writeLine(out, a.At, restore, a.User, detail)
	}
	for _, o := range l.Personal {
		writeLine(out, time.Time{}, restore, o.User, map[string]string{"own_files": strconv.Itoa(o.Files), "person": o.UserID})
	}
}

// kindLost marks the lines of a report that are no events of the bot's.
const kindLost EventKind = "lost"

func writeLine(out *json.Encoder, at time.Time, restore, person string, detail map[string]string) {
	for name, value := range detail {
		if value == "" || value == "0" {
			delete(detail, name)
		}
	}
	_ = out.Encode(struct { // times and strings always encode
		At      time.Time         `json:"at,omitzero"`
		Restore string            `json:"restore"`
		Kind    EventKind         `json:"kind"`
		Actor   string            `json:"actor,omitempty"`
		Detail  map[string]string `json:"detail,omitempty"`
	}{at, restore, kindLost, person, detail})
}
