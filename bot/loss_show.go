package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"docspace-restorebot/bot/loss"
	"docspace-restorebot/bot/policy"
)

// FormLoss is the modal that shows what a restore takes by name. Its Data is a
// [lossView].
const FormLoss FormKind = "loss"

// The fields of that modal. That of the page carries the turn in its name: after
// something else is looked for it is another field, with nothing chosen.
const (
	fieldBy   = "by"
	fieldFind = "find"
	fieldPage = "page_"

	byPerson = "person"
	byRoom   = "room"

	maxFind = 100
	// lossPerPage is how many acts a page has.
	lossPerPage = 50
	// lossViewLife is how long the modal may stay open.
	lossViewLife = time.Hour
	// wordsFor bounds the foot of the list, in runes.
	wordsFor = 2800
)

// lossView is what an open list shows.
type lossView struct {
	By   string
	Find string
	Page int // from 0
	Turn int
}

func lossPlaceholder() Modal {
	return Modal{Title: "What the restore takes", Parts: []Part{Words{"Looking up what changed since the backup ... Nothing was started."}}}
}

// showLoss answers a press on Show what.
func (b *Bot) showLoss(ctx context.Context, p Press, r Restore) Answer {
	f := Form{
		ID: NewID() + NewID(), Kind: FormLoss, User: p.Caller.User, Team: r.Team, Channel: r.Channel, Restore: r.ID,
		Until: time.Now().UTC().Add(lossViewLife),
	}
	return b.fillLossModal(ctx, p.Caller, r, f, lossView{By: byPerson})
}

// turnLoss answers a change in the list: another grouping, another page, or
// something that is looked for. Rights are checked at each.
func (b *Bot) turnLoss(s Submission, f Form) FollowUp {
	return func(ctx context.Context) Answer {
		var view lossView
		if err := json.Unmarshal([]byte(f.Data), &view); err != nil {
			return b.answerUnrecorded(ctx, err)
		}
		next := view.after(s)
		if next == view {
			return nil // a submit closes the list then
		}
		r, err := b.Store.Get(ctx, f.Restore)
		if err != nil {
			return b.answerUnrecorded(ctx, err)
		}
		return b.fillLossModal(ctx, s.Caller, r, f, next)
	}
}

// after is what the list shows after a change: of what is looked for from its first
// page on.
func (v lossView) after(s Submission) lossView {
	next := v
	next.By, next.Find = orPerson(s.Value(fieldBy)), loss.Cut(strings.TrimSpace(s.Value(fieldFind)), maxFind)
	if page, err := strconv.Atoi(s.Value(v.pageField())); err == nil {
		next.Page = page
	}
	if next.By != v.By || next.Find != v.Find {
		next.Page = 0
	}
	return next
}

func (v lossView) pageField() string { return fieldPage + strconv.Itoa(v.Turn) }

// fillLossModal shows a page to whom may see it, and notes that they did.
func (b *Bot) fillLossModal(ctx context.Context, c policy.Caller, r Restore, f Form, view lossView) Answer {
	if no := b.policyOf(r).MaySeeLoss(ctx, b.Directory.Fresh(), r.request(), c.User); no != nil {
		return b.refuse(ctx, c, r.ID, no)
	}
	l, err := b.Store.Loss(ctx, r.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return b.answerUnrecorded(ctx, err)
	}
	view.Turn++
	data, err := json.Marshal(view)
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	f.Data = string(data)
	if err := b.Store.PutForm(ctx, f); err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	err = b.Store.Note(ctx, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventShown, Actor: c.User, Detail: map[string]string{"page": strconv.Itoa(view.Page + 1)},
	})
	if err != nil {
		return b.answerUnrecorded(ctx, err)
	}
	return lossModal(f.ID, r, l, view)
}

// lossModal is one page of the list.
func lossModal(id string, r Restore, l loss.List, view lossView) Modal {
	groups := l.Grouped(view.By == byRoom, view.Find)
	total := 0
	for _, g := range groups {
		total += len(g.Acts)
	}
	pages := max(1, (total+lossPerPage-1)/lossPerPage)
	view.Page = min(max(view.Page, 0), pages-1)
	m := Modal{ID: id, Title: "What the restore takes", Submit: "Show", Parts: []Part{
		Field{Name: fieldBy, Label: "Sorted by", Kind: FieldMenu, Initial: orPerson(view.By), Tell: true, Options: []Option{
			{Value: byPerson, Text: "Person"}, {Value: byRoom, Text: "Room"},
		}},
		Field{
			Name: fieldFind, Label: "Look for", Kind: FieldText, Optional: true, Max: maxFind, Initial: view.Find, Tell: true,
			Hint: "A part of a name, then Enter.",
		},
	}}
	if pages > 1 {
		page := Field{Name: view.pageField(), Label: "Page", Kind: FieldMenu, Tell: true, Initial: strconv.Itoa(view.Page)}
		for n := range pages {
			page.Options = append(page.Options, Option{Value: strconv.Itoa(n), Text: fmt.Sprintf("%d of %d", n+1, pages)})
		}
		m.Parts = append(m.Parts, page)
	}
	if total == 0 && (len(l.Personal) == 0 || view.Find != "") {
		m.Parts = append(m.Parts, Words{nothingListed(r, view)})
	}
	if page := pageOf(groups, view.By == byRoom, view.Page*lossPerPage, lossPerPage); len(page.Groups) > 0 {
		m.Parts = append(m.Parts, page)
	}
	if foot := lossFoot(l, view); foot != "" && view.Page == pages-1 {
		m.Parts = append(m.Parts, Words{foot})
	}
	return m
}

func orPerson(by string) string {
	if by == byRoom {
		return by
	}
	return byPerson
}

func nothingListed(r Restore, view lossView) string {
	switch {
	case view.Find != "":
		return "No line of the list has " + view.Find + " in it."
	case r.Loss.Source == loss.FromNone:
		return "The portal did not say what changed: " + r.Loss.Why + "."
	}
	return "The list is empty: the portal has recorded no change, or the bot no longer keeps the list."
}

// lossFoot is what the list does not name.
func lossFoot(l loss.List, view lossView) string {
	var out []string
	for _, own := range l.PersonalOf(view.Find) {
		out = append(out, own.User+": "+Count(own.Files, "file", "files")+" in their own documents, without names")
	}
	if l.Left > 0 {
		out = append(out, fmt.Sprintf("And %s without names: in private or removed rooms, or too many to list.", Count(l.Left, "change", "changes")))
	}
	return loss.Cut(strings.Join(out, "\n"), wordsFor)
}

// pageOf is one page of the acts, each group under its name.
func pageOf(groups []loss.Group, byRoom bool, skip, most int) Acts {
	var page Acts
	for _, g := range groups {
		if skip >= len(g.Acts) {
			skip -= len(g.Acts)
			continue
		}
		acts := g.Acts[skip:]
		skip = 0
		acts = acts[:min(len(acts), most)]
		if most -= len(acts); len(acts) == 0 {
			break
		}
		group := ActGroup{Name: g.Name, Count: len(g.Acts)}
		for _, a := range acts {
			group.Lines = append(group.Lines, ActLine{At: a.At, Words: actWords(a, byRoom), Back: a.Back()})
		}
		page.Groups = append(page.Groups, group)
	}
	return page
}

// actWords is an act in the list of its person or of its room.
func actWords(a loss.Act, byRoom bool) string {
	if byRoom {
		return a.WordsBy()
	}
	return a.Words()
}
