package blockkit

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
)

// Slack's limits of a modal, in runes.
const (
	maxModalTitle  = 24
	maxModalParts  = 50 // ours; each is at most two blocks
	MaxFieldLabel  = 200
	MaxFieldText   = 3000
	MaxOptions     = 100
	maxOptionText  = 75
	MaxOptionValue = 150
	maxTicks       = 10
	// minQuery is how much has to be typed before options are asked for.
	minQuery = 0
)

// CallbackModal marks our modals; the opaque id in private_metadata says which.
const CallbackModal = "restore_modal"

// Modal is a modal as Slack wants it. A field's name is the block_id and
// the action_id of its input.
func Modal(m bot.Modal) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: CallbackModal, PrivateMetadata: m.ID,
		Title: plainWords(cmp.Or(m.Title, "Restore"), maxModalTitle),
		Close: plainWords(cmp.Or(m.Close, "Close"), maxModalTitle),
	}
	if m.Submit != "" {
		v.Submit = plainWords(m.Submit, maxModalTitle)
	}
	for i, part := range m.Parts {
		if i == maxModalParts {
			break
		}
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, partBlocks(part)...)
	}
	if len(v.Blocks.BlockSet) == 0 { // Slack wants one at least
		v.Blocks.BlockSet = []slack.Block{section("…")}
	}
	return v
}

func partBlocks(part bot.Part) []slack.Block {
	switch p := part.(type) {
	case bot.Words:
		return []slack.Block{unfolded(plainWords(cmp.Or(p.Text, "…"), maxSection), nil)}
	case bot.Acts:
		return actBlocks(p)
	case bot.Plan:
		return planBlocks(p.Card)
	case bot.Details:
		return detailBlocks(p.Card)
	case bot.AnswerPart:
		return Answer(p.Answer).Blocks
	case bot.Field:
		return []slack.Block{fieldBlock(p)}
	}
	return nil
}

func fieldBlock(f bot.Field) slack.Block {
	element := fieldElement(f)
	if element == nil {
		return unfolded(plainWords(f.Label+": there is nothing to choose from.", maxSection), nil)
	}
	var hint *slack.TextBlockObject
	if f.Hint != "" {
		hint = plainWords(f.Hint, MaxFieldLabel)
	}
	b := slack.NewInputBlock(f.Name, plainWords(cmp.Or(f.Label, f.Name), MaxFieldLabel), hint, element)
	b.Optional, b.DispatchAction = f.Optional, f.Tell
	return b
}

// fieldElement is nil for a menu without options, which Slack would refuse.
func fieldElement(f bot.Field) slack.BlockElement {
	switch f.Kind {
	case bot.FieldText:
		e := slack.NewPlainTextInputBlockElement(nil, f.Name)
		e.MaxLength = MaxFieldText
		if f.Max > 0 {
			e.MaxLength = min(f.Max, MaxFieldText)
		}
		if utf8.RuneCountInString(f.Initial) <= e.MaxLength {
			e.InitialValue = f.Initial
		}
		return e
	case bot.FieldSearch:
		least := minQuery
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainWords("Choose", maxOptionText), f.Name)
		e.MinQueryLength = &least
		e.InitialOption = chosen(f)
		return e
	case bot.FieldTicks:
		options := optionBlocks(f.Options, maxTicks)
		if len(options) == 0 {
			return nil
		}
		e := slack.NewCheckboxGroupsBlockElement(f.Name, options...)
		if first := chosen(f); first != nil {
			e.InitialOptions = []*slack.OptionBlockObject{first}
		}
		return e
	case bot.FieldMenu:
	}
	options := optionBlocks(f.Options, MaxOptions)
	if len(options) == 0 {
		return nil
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainWords("Choose", maxOptionText), f.Name, options...)
	e.InitialOption = chosen(f)
	return e
}

func chosen(f bot.Field) *slack.OptionBlockObject {
	i := slices.IndexFunc(f.Options, func(o bot.Option) bool { return f.Initial != "" && o.Value == f.Initial })
	if i < 0 {
		return nil
	}
	if one := optionBlocks(f.Options[i:i+1], 1); len(one) == 1 {
		return one[0]
	}
	return nil
}

// Options are the options of a search, as many as Slack takes.
func Options(options []bot.Option) []*slack.OptionBlockObject {
	return optionBlocks(options, MaxOptions)
}

// optionBlocks leaves out what Slack would refuse: a value is never cut, for it
// has to come back as it was.
func optionBlocks(options []bot.Option, limit int) []*slack.OptionBlockObject {
	out := make([]*slack.OptionBlockObject, 0, min(len(options), limit))
	for _, o := range options {
		if len(out) == limit {
			break
		}
		if n := utf8.RuneCountInString(o.Value); n == 0 || n > MaxOptionValue {
			continue
		}
		var about *slack.TextBlockObject
		if o.About != "" {
			about = plainWords(o.About, maxOptionText)
		}
		out = append(out, slack.NewOptionBlockObject(o.Value, plainWords(cmp.Or(o.Text, o.Value), maxOptionText), about))
	}
	return out
}

// Fault is what stands below a field that is refused.
func Fault(no *policy.Refusal) string {
	return EscapeText(no.String(), MaxFieldLabel)
}

// AnswerModal shows any answer in a modal.
func AnswerModal(a bot.Answer) bot.Modal {
	if m, ok := a.(bot.Modal); ok {
		return m
	}
	return bot.Modal{Parts: []bot.Part{bot.AnswerPart{Answer: a}}}
}

// plainWords is foreign text that keeps its lines. It is never empty: Slack
// refuses that.
func plainWords(text string, limit int) *slack.TextBlockObject {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, EscapeText(line, limit))
	}
	return plainLabel(cmp.Or(strings.Join(out, "\n"), "…"), limit)
}

// WordsAlone is a modal without its fields.
func WordsAlone(v slack.ModalViewRequest) slack.ModalViewRequest {
	words := append(sections(wordsOf(Message{Text: "…", Blocks: v.Blocks.BlockSet})),
		":warning: Slack did not take the fields of this dialog. Nothing was changed. Type the command instead: see `/restore help`.")
	text := strings.Join(words, "\n")
	if len([]rune(text)) > maxSection {
		text = words[len(words)-1]
	}
	v.Submit, v.Blocks.BlockSet = nil, []slack.Block{section(text)}
	return v
}

// planBlocks repeat what people agree to.
func planBlocks(c bot.Card) []slack.Block {
	return []slack.Block{section("*" + lossLine(c) + "*"), section(lossText(c)), section(backupText(c)), section(cmp.Or(takenText(c), "The bot did not count what changed since the backup.")), section(effectsText(c)), section(preflightText(c))}
}
