package bot

import (
	"context"
	"errors"
	"time"

	"docspace-restorebot/bot/policy"
)

// The errors of a [Chat] about a modal.
var (
	// ErrTriggerGone: the three seconds in which a modal may be opened are over.
	ErrTriggerGone = errors.New("it is too late to open the dialog")
	// ErrModalGone: the person has closed the modal, or it shows something newer.
	ErrModalGone = errors.New("the dialog is closed")
	// ErrModalUnsure: the modal may be open or not. It can be updated if it is.
	ErrModalUnsure = errors.New("the chat did not say whether the dialog is open")
)

// Modal is a dialog that one person sees. Only its ID goes out and comes back: the
// Store keeps the rest as a [Form].
type Modal struct {
	ID     string // of its Form; "" for one that only tells something
	Title  string
	Submit string // the label of the button that submits it; "" for none
	Close  string // "" is "Close"
	Parts  []Part
}

// Part is one piece of a modal: [Words], [Acts], [Plan], [AnswerPart] or [Field].
type Part interface{ part() }

// Words is plain text, shown as it is: foreign text needs no escaping in it.
type Words struct{ Text string }

// Acts is what people did in a portal, each group under its name. Its times are shown in
// the zone of whoever reads them.
type Acts struct{ Groups []ActGroup }

// ActGroup is what one person did, or what happened in one room. Count is how many acts
// it has on all pages.
type ActGroup struct {
	Name  string
	Count int
	Lines []ActLine
}

// ActLine is one act. Back is set where the restore undoes it.
type ActLine struct {
	At    time.Time
	Words string
	Back  bool
}

// Plan shows what a card shows of its backup and of what will be lost.
type Plan struct{ Card Card }

// AnswerPart shows an answer as it is shown elsewhere.
type AnswerPart struct{ Answer Answer }

// Field is an input. Its Name comes back with what was entered.
type Field struct {
	Name, Label, Hint string
	Kind              FieldKind
	Optional          bool
	Initial           string   // the text, or the value of an option
	Options           []Option // of a menu and of ticks
	Max               int      // longest text; 0 is Slack's own limit
	// Tell makes every change come back at once by [Bot.Choose].
	Tell bool
}

func (Words) part()      {}
func (Acts) part()       {}
func (Plan) part()       {}
func (AnswerPart) part() {}
func (Field) part()      {}

// FieldKind is how something is entered.
type FieldKind string

// The kinds of fields.
const (
	FieldText   FieldKind = "text"
	FieldMenu   FieldKind = "menu"   // one of Options
	FieldSearch FieldKind = "search" // one of what [Bot.Suggest] offers
	FieldTicks  FieldKind = "ticks"  // any of Options
)

// Option is one choice. Value is opaque and comes back as it is.
type Option struct{ Value, Text, About string }

// View is one open modal. Hash, if set, stands for what it shows: an update
// with an old one is refused by the chat. External stands in the place of an ID
// that is not known.
type View struct{ ID, Hash, External string }

// OpenModal is an [Answer] that opens a modal. It is found without a call, for Slack
// leaves three seconds. Its [FollowUp] works out the content: a [Modal], or any
// other answer in its place.
type OpenModal struct{ Modal Modal }

// Faults is an [Answer] to a submit: why a field is refused, by its name. The modal
// stays open.
type Faults map[string]*policy.Refusal

// CloseModals is an [Answer] to a submit: every modal of the person closes.
type CloseModals struct{}

// Submission is what a person has entered in a modal.
type Submission struct {
	Caller   policy.Caller // without a channel: a modal belongs to none
	View     View
	Modal    string              // the ID of the modal
	Values   map[string][]string // by the name of the field; an empty field has none
	Field    string              // for Choose: the one that has changed
	Query    string              // for Suggest: what was typed so far
	Delivery string              // the same when Slack delivers it again
}

// Value is what was entered in a field, "" for nothing.
func (s Submission) Value(field string) string {
	if v := s.Values[field]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Form is the state of an open modal. Only the person who opened the modal may use
// it, until it expires.
type Form struct {
	ID      string
	Kind    FormKind
	User    string
	Team    string
	Channel string
	Restore string // "" where it is not about one
	Data    string // of the kind's own
	Until   time.Time
}

// FormKind says who handles a form.
type FormKind string

// form returns the form of a submission, or why it cannot be used.
func (b *Bot) form(ctx context.Context, s Submission) (Form, *policy.Refusal) {
	f, err := b.Store.Form(ctx, s.Modal)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !time.Now().Before(f.Until):
		return Form{}, &policy.Refusal{
			Rule: policy.RuleStale, What: "This dialog is too old.", Do: "Close it and begin again.",
		}
	case err != nil:
		b.Log.ErrorContext(ctx, "a form could not be read", "err", err)
		return Form{}, &policy.Refusal{
			Rule: policy.RuleRecord, What: "The bot could not read what this dialog is about.", Do: "Try again in a minute.",
		}
	case f.User != s.Caller.User || f.Team != s.Caller.Team:
		return Form{}, &policy.Refusal{
			Rule: policy.RulePerson, What: "This dialog was opened by somebody else.", Do: "Close it and begin again.",
		}
	}
	return f, nil
}

// Submit answers a submitted modal: nil closes it, [Faults] and [Modal] change
// it, any other answer is shown in its place. It is short: slow work is left to the
// FollowUp.
func (b *Bot) Submit(ctx context.Context, s Submission) (Answer, FollowUp) {
	f, no := b.admitForm(ctx, &s)
	return withEffect(f.effect(), b.answerSubmit(about(ctx, f.Restore), s, f, no), nil)
}

func (b *Bot) answerSubmit(ctx context.Context, s Submission, f Form, no *policy.Refusal) Answer {
	switch {
	case no != nil && f.Kind == FormConfirm:
		return b.answerNameError(ctx, s.Caller, refused(f.Restore, no))
	case no != nil:
		return b.refuse(ctx, s.Caller, f.Restore, no)
	}
	switch f.Kind {
	case FormConfirm:
		answer, err := retryOnRace(func() (Answer, error) { return b.submitName(ctx, s, f) })
		if err != nil {
			answer = b.answerNameError(ctx, s.Caller, err)
		}
		return answer
	case FormPick:
		return b.submitPicker(ctx, s, f)
	case FormLoss:
		return b.turnLoss(s, f)(ctx)
	}
	return b.unknownForm(ctx, s, f)
}

// Choose answers a change in a field that tells: nil leaves the modal as it
// is, a [Modal] changes it.
func (b *Bot) Choose(ctx context.Context, s Submission) (Answer, FollowUp) {
	f, no := b.admitForm(ctx, &s)
	answer, later := b.answerChoice(ctx, s, f, no)
	return withEffect(f.effect(), answer, later)
}

func (b *Bot) answerChoice(ctx context.Context, s Submission, f Form, no *policy.Refusal) (Answer, FollowUp) {
	if no != nil {
		return b.refuse(ctx, s.Caller, f.Restore, no), nil
	}
	switch f.Kind {
	case FormPick:
		return b.changePicker(ctx, s, f)
	case FormLoss:
		return nil, b.turnLoss(s, f)
	case FormConfirm: // a dialog that only confirms has no field to name
	}
	return b.unknownForm(ctx, s, f), nil
}

// Suggest offers options for a search field while a person types; none where
// they may not know.
func (b *Bot) Suggest(ctx context.Context, s Submission) []Option {
	f, no := b.admitForm(ctx, &s)
	if no != nil {
		return nil
	}
	return b.search(ctx, s, f)
}

// admitForm finds the form, puts its channel in the caller's place, and checks
// that the person may use the bot there.
func (b *Bot) admitForm(ctx context.Context, s *Submission) (Form, *policy.Refusal) {
	s.Caller = b.Policy.NormalizeCaller(s.Caller)
	if no := b.Policy.CheckOrigin(s.Caller); no != nil {
		return Form{}, no
	}
	f, no := b.form(ctx, *s)
	if no != nil {
		return Form{}, no
	}
	s.Caller.Channel = f.Channel
	return f, b.Policy.CheckMembership(ctx, b.Directory, s.Caller)
}

func (b *Bot) unknownForm(ctx context.Context, s Submission, f Form) Answer {
	return b.refuse(ctx, s.Caller, f.Restore, &policy.Refusal{
		Rule: policy.RuleStale, What: "This version of the bot does not know this dialog.", Do: "Close it and begin again.",
	})
}
