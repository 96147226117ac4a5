package bot

import (
	"context"
	"strings"
	"time"
	"unicode"

	"docspace-restorebot/bot/policy"
)

// FormConfirm is the modal that repeats what will be lost and asks for the
// portal's name. Its Data is the plan that it shows.
const FormConfirm FormKind = "confirm"

const (
	// fieldWord is where the portal's name is typed.
	fieldWord = "word"
	// maxTyped bounds what the audit trail keeps of a typed word.
	maxTyped = 100
	// maxWordTyped bounds the field: no portal's name is longer.
	maxWordTyped = 300
)

func nameModalPlaceholder() Modal {
	return Modal{Title: "Confirm the restore", Parts: []Part{Words{"Looking up what would be lost ... Nothing was started."}}}
}

func mustType() *policy.Refusal {
	return &policy.Refusal{
		Rule: policy.RuleTyping, What: "This restore is confirmed by typing the portal's name.",
		Do: "Press Restore on its card and type the name.",
	}
}

// fillModal fills the modal of a person who pressed a button that opens one, or
// says why they may not.
func (b *Bot) fillModal(ctx context.Context, p Press) Answer {
	answer, later, err := b.pressOnce(ctx, p)
	if err != nil {
		answer = b.refusalOf(ctx, p.Caller, err)
	}
	if later != nil {
		later(ctx)
	}
	return answer
}

// askForName shows the plan in a modal and asks for the portal's name.
func (b *Bot) askForName(ctx context.Context, p Press, r Restore) (Answer, error) {
	if no := b.confirmable(ctx, p.Caller, r); no != nil {
		return nil, refused(r.ID, no)
	}
	portal, _ := b.Portals.Of(r)
	now := time.Now().UTC()
	f := Form{
		ID: NewID() + NewID(), Kind: FormConfirm, User: p.Caller.User, Team: r.Team, Channel: r.Channel,
		Restore: r.ID, Data: r.Plan, Until: r.ExpiresAt,
	}
	if err := b.Store.PutForm(ctx, f); err != nil {
		return nil, err
	}
	err := b.Store.Note(ctx, Event{
		At: now, Restore: r.ID, Kind: EventPressed, Actor: p.Caller.User, Detail: map[string]string{"message_ts": p.MessageTS, "plan": r.Plan},
	})
	if err != nil {
		return nil, err
	}
	return Modal{
		ID: f.ID, Title: "Confirm the restore", Submit: "Restore", Close: "Cancel",
		Parts: []Part{
			Plan{b.card(ctx, r, portal)},
			Field{
				Name: fieldWord, Kind: FieldText, Max: maxWordTyped, Label: "Type the portal's name: " + r.Portal,
				Hint: "Only the whole name counts, in capitals or not. Nothing is started until it is right.",
			},
		},
	}, nil
}

// submitName checks the submitted name. It checks the person, the restore and the
// plan of the modal first, as a press does.
func (b *Bot) submitName(ctx context.Context, s Submission, f Form) (Answer, error) {
	r, err := b.Store.Get(ctx, f.Restore)
	if err != nil || r.wasHandled(s.Caller) {
		return nil, err
	}
	if f.Data != r.Plan {
		return nil, refused(r.ID, planChanged())
	}
	if no := b.confirmable(ctx, s.Caller, r); no != nil {
		return nil, refused(r.ID, no)
	}
	word := cutWord(s.Value(fieldWord))
	if sameName(s.Value(fieldWord), r.Portal) {
		return nil, b.confirm(ctx, s.Caller, r, r.CardTS, word)
	}
	err = b.Store.Note(ctx, Event{
		At: time.Now().UTC(), Restore: r.ID, Kind: EventTyped, Actor: s.Caller.User,
		Detail: map[string]string{"typed": word, "rule": string(policy.RuleTyping)},
	})
	if err != nil {
		return nil, err
	}
	return Faults{fieldWord: {Rule: policy.RuleTyping, What: "This is not the portal's name.", Do: "Type " + r.Portal + ", or go back."}}, nil
}

// answerNameError answers in the field where the error may pass by itself, so
// that nobody has to begin again.
func (b *Bot) answerNameError(ctx context.Context, c policy.Caller, err error) Answer {
	no := b.refusalOf(ctx, c, err)
	if no.Rule == policy.RuleDirectory || no.Rule == policy.RuleRecord {
		return Faults{fieldWord: no.WithoutPeople()}
	}
	return no
}

// sameName forgives a phone's changes to a word: capitals, spaces around it and
// invisible characters. It forgives no letter.
func sameName(typed, name string) bool {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, typed)
	return name != "" && strings.EqualFold(strings.TrimSpace(seen), strings.TrimSpace(name))
}

// cutWord is a typed word on one line and cut, for the audit trail.
func cutWord(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(clean); len(r) > maxTyped {
		return string(r[:maxTyped]) + "…"
	}
	return clean
}
