package slackchat

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/docspace"
)

const (
	// triggerLife is how long Slack lets a modal be opened, from the click.
	// https://docs.slack.dev/interactivity/handling-user-interaction
	triggerLife = 3 * time.Second
	// openWithin bounds the call that opens a modal: a slow Slack may still open it.
	openWithin = 20 * time.Second
	// fillRetry is the pause before the second try to fill a modal. It doubles with
	// each of fillTries.
	fillRetry = time.Second
	fillTries = 5
	// maxFields bounds the fields of a modal: ours have fewer.
	maxFields = 25
	// maxEntered bounds one value, in bytes: a text input takes 3000 characters.
	maxEntered = 4 * blockkit.MaxFieldText
)

// Texts for a person whose modal could not be opened or filled.
const (
	textTriggerGone = "Slack did not let the bot open the dialog in time. Nothing was changed. Try again."
	textModalUnsure = "Slack did not say in time whether it opened the dialog. Nothing was changed. If it is not there, try again; if it stays at Loading, close it."
	textUnfilled    = "Slack did not take what the dialog was to show. Nothing was changed by it. Close it and try again in a minute, or type the command: see /restore help."
	textNoModal     = "The dialog could not be opened. Nothing was changed. Try again in a minute; if it goes on, ask the bot's operator to look at its log."
)

// trigger is the permission to open one modal. A person is told if it is gone.
type trigger struct {
	id string
	to bot.Recipient
}

// open opens a modal and then fills it with the answer of followUp. It reports false
// while maxFollowUps are running.
func (l *Listener) open(noted context.Context, env socketmode.Envelope, by trigger, opens bot.OpenModal, followUp bot.FollowUp) bool {
	until := env.ReceivedAt.Add(triggerLife)
	if env.ReceivedAt.IsZero() {
		until = time.Now().Add(triggerLife)
	}
	return l.background(noted, func(ctx context.Context) {
		if !time.Now().Before(until) {
			l.log.WarnContext(ctx, "a modal was not opened: it was too late")
			l.deliver(ctx, by.to, bot.TextAnswer{Text: textTriggerGone})
			return
		}
		opening, cancel := context.WithTimeout(ctx, openWithin)
		defer cancel()
		view, err := l.chat.OpenModal(opening, by.id, opens.Modal)
		switch {
		case errors.Is(err, bot.ErrTriggerGone):
			l.log.WarnContext(ctx, "a modal was opened too late", "err", err)
			l.deliver(ctx, by.to, bot.TextAnswer{Text: textTriggerGone})
			return
		case errors.Is(err, bot.ErrModalUnsure): // it is filled if it is there
			l.log.WarnContext(ctx, "slack did not say whether a modal is open", "err", err)
		case err != nil:
			l.log.ErrorContext(ctx, "a modal was not opened", "err", err)
			l.deliver(ctx, by.to, bot.TextAnswer{Text: textNoModal})
			return
		}
		l.fill(ctx, view, by.to, followUp)
	})
}

// fill runs a follow-up and shows its answer in a modal. If Slack refuses that, the
// person is told.
func (l *Listener) fill(ctx context.Context, view bot.View, to bot.Recipient, followUp bot.FollowUp) {
	if followUp == nil {
		return
	}
	answer := l.runFollowUp(ctx, followUp)
	if answer == nil {
		return
	}
	err := l.fillWith(ctx, view, blockkit.AnswerModal(answer))
	switch gone := errors.Is(err, bot.ErrModalGone); {
	case gone && view.ID == "":
		l.log.WarnContext(ctx, "a modal was not opened", "err", err)
		l.deliver(ctx, to, bot.TextAnswer{Text: textModalUnsure})
	case gone:
		l.log.DebugContext(ctx, "a modal was closed before it was filled", "err", err)
	case err != nil:
		l.log.ErrorContext(ctx, "a modal was not filled", "err", err)
		l.deliver(ctx, to, bot.TextAnswer{Text: textUnfilled})
	}
}

// fillWith shows m. It tries again after passing faults of Slack.
func (l *Listener) fillWith(ctx context.Context, view bot.View, m bot.Modal) error {
	wait := fillRetry
	for n := 1; ; n++ {
		_, err := l.chat.UpdateModal(ctx, view, m)
		if err == nil || n == fillTries || errors.Is(err, bot.ErrModalGone) || errors.Is(err, policy.ErrChatDenied) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(max(wait, bot.RetryAfter(err))):
			wait *= 2
		}
	}
}

// modalAnswer is the ack of a submitted modal.
type modalAnswer struct {
	Action string                  `json:"response_action"`
	Errors map[string]string       `json:"errors,omitempty"`
	View   *slack.ModalViewRequest `json:"view,omitempty"`
}

func (l *Listener) submit(ctx context.Context, env socketmode.Envelope, callback slack.InteractionCallback) any {
	s, fault := l.submission(callback)
	if fault != "" {
		l.log.WarnContext(ctx, "submit is not of a modal of ours", "why", fault)
		return textAck(env, textUnreadable+socketmode.LoggedID(env.ID))
	}
	answer, followUp := l.handler.Submit(ctx, s)
	if followUp != nil {
		view := bot.View{ID: s.View.ID} // the answer below changes the hash
		if !l.background(ctx, func(ctx context.Context) { l.fill(ctx, view, recipient(s.Caller, docspace.Secret{}), followUp) }) {
			return textAck(env, textBusy)
		}
	}
	switch a := answer.(type) {
	case nil:
		return nil
	case bot.CloseModals:
		return modalAnswer{Action: string(slack.RAClear)}
	case bot.Faults:
		shown := map[string]string{}
		for field, no := range a {
			shown[field] = blockkit.Fault(no)
		}
		return modalAnswer{Action: string(slack.RAErrors), Errors: shown}
	}
	view := blockkit.Modal(blockkit.AnswerModal(answer))
	return modalAnswer{Action: string(slack.RAUpdate), View: &view}
}

// choose handles a change in a field that reports its changes.
func (l *Listener) choose(ctx context.Context, callback slack.InteractionCallback) {
	s, fault := l.submission(callback)
	acts := callback.ActionCallback.BlockActions
	if fault == "" && (len(acts) != 1 || acts[0] == nil || len(callback.ActionCallback.AttachmentActions) > 0) {
		fault = "not one action"
	}
	if fault != "" {
		l.log.WarnContext(ctx, "change is not in a modal of ours", "why", fault)
		return
	}
	s.Field = acts[0].ActionID
	answer, followUp := l.handler.Choose(ctx, s)
	if answer == nil && followUp == nil {
		return
	}
	to := recipient(s.Caller, docspace.Secret{})
	l.background(ctx, func(ctx context.Context) {
		if answer != nil {
			l.fill(ctx, s.View, to, func(context.Context) bot.Answer { return answer })
			s.View.Hash = ""
		}
		l.fill(ctx, s.View, to, followUp)
	})
}

// suggest answers a search with options, in the ack.
func (l *Listener) suggest(ctx context.Context, callback slack.InteractionCallback) any {
	s, fault := l.submission(callback)
	if fault != "" || len(callback.Value) > maxEntered {
		l.log.WarnContext(ctx, "search is not in a modal of ours", "why", fault)
		return suggestions{Options: []*slack.OptionBlockObject{}}
	}
	s.Field, s.Query = callback.ActionID, callback.Value
	return suggestions{Options: blockkit.Options(l.handler.Suggest(ctx, s))}
}

type suggestions struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

func (l *Listener) submission(callback slack.InteractionCallback) (bot.Submission, string) {
	s, fault := submissionOf(callback)
	s.Caller.Via = l.appID()
	return s, fault
}

// submissionOf reads the values of one of our modals. fault names anything else, in
// words of a closed set.
func submissionOf(callback slack.InteractionCallback) (s bot.Submission, fault string) {
	v := callback.View
	s = bot.Submission{
		Caller: policy.Caller{
			App: callback.APIAppID, Team: callback.Team.ID, Enterprise: callback.Enterprise.ID, Home: callback.User.TeamID, User: callback.User.ID,
			Delivery: deliveryID(callback.TriggerID),
		},
		View: bot.View{ID: v.ID, Hash: v.Hash}, Modal: v.PrivateMetadata,
		Delivery: callback.TriggerID, Values: map[string][]string{},
	}
	switch {
	case v.ID == "" || v.Type != slack.VTModal || v.CallbackID != blockkit.CallbackModal:
		return s, "another view"
	case v.AppID != "" && v.AppID != callback.APIAppID:
		return s, "another app"
	case s.Modal == "" || len(s.Modal) > blockkit.MaxOptionValue:
		return s, "no id"
	case s.Caller.User == "":
		return s, "no user"
	case v.State == nil:
		return s, ""
	case len(v.State.Values) > maxFields:
		return s, "too many fields"
	}
	for block, actions := range v.State.Values {
		act, ok := actions[block] // the input's action_id is its block_id
		if !ok || len(actions) != 1 {
			return s, "another field"
		}
		values, ok := inputValues(act)
		if !ok {
			return s, "a value is too long"
		}
		s.Values[block] = values
	}
	return s, ""
}

// inputValues are the values of one input.
func inputValues(act slack.BlockAction) (values []string, ok bool) {
	values = []string{}
	for _, v := range append([]slack.OptionBlockObject{act.SelectedOption, {Value: act.Value}}, act.SelectedOptions...) {
		if v.Value != "" {
			values = append(values, v.Value)
		}
		if len(v.Value) > maxEntered || len(values) > blockkit.MaxOptions {
			return nil, false
		}
	}
	return values, true
}
