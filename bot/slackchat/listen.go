package slackchat

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/blockkit"
	"docspace-restorebot/bot/slackchat/socketmode"
	"docspace-restorebot/docspace"
)

const (
	// maxFollowUps bounds the answers that are worked out or sent at once.
	maxFollowUps = 64
	// followUpWithin bounds one of them: a portal takes up to 90 s for its history.
	followUpWithin = 150 * time.Second
	// maxAckText bounds the fallback text of an ack: its blocks say the same.
	maxAckText = 300
)

// Handler handles commands, presses and modals. [*bot.Bot] is one.
type Handler interface {
	Command(ctx context.Context, c bot.Command) (bot.Answer, bot.FollowUp)
	Press(ctx context.Context, p bot.Press) (bot.Answer, bot.FollowUp)
	Submit(ctx context.Context, s bot.Submission) (bot.Answer, bot.FollowUp)
	Choose(ctx context.Context, s bot.Submission) (bot.Answer, bot.FollowUp)
	Suggest(ctx context.Context, s bot.Submission) []bot.Option
}

// Listener turns Slack's envelopes into commands, presses and submissions. Its Handle
// is made for [socketmode.Client].
type Listener struct {
	ctx     context.Context //nolint:containedctx // follow-ups outlive the ctx of their envelope
	handler Handler
	chat    bot.Chat
	log     *slog.Logger
	slots   chan struct{}
	running sync.WaitGroup

	// App returns the id of the app in Slack's hello. Set it before Handle is called.
	App func() string
	// Self returns the bot's own identity at Slack; anew asks again. Without Self no
	// message counts as the bot's own. Set it before Handle is called.
	Self func(ctx context.Context, anew bool) (*slack.AuthTestResponse, error)
	// OnEnterprise, if set, gets the organisation of each payload before the payload is
	// handled. Set it before Handle is called.
	OnEnterprise func(ctx context.Context, enterprise string)
}

func (l *Listener) noteEnterprise(ctx context.Context, enterprise string) {
	if l.OnEnterprise != nil {
		l.OnEnterprise(ctx, enterprise)
	}
}

func (l *Listener) appID() string {
	if l.App == nil {
		return ""
	}
	return l.App()
}

// NewListener makes a listener that asks handler. It sends follow-ups with chat until
// ctx ends. A nil log logs nothing.
func NewListener(ctx context.Context, handler Handler, chat bot.Chat, log *slog.Logger) *Listener {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Listener{ctx: ctx, handler: handler, chat: chat, log: log, slots: make(chan struct{}, maxFollowUps)}
}

// Wait returns when no follow-up runs. Call it after the last call of Handle.
func (l *Listener) Wait() { l.running.Wait() }

// Handle answers an envelope: a command in the ack, a press by its response_url.
func (l *Listener) Handle(ctx context.Context, env socketmode.Envelope) any {
	switch env.Type {
	case socketmode.EnvelopeSlashCommands:
		return l.command(ctx, env)
	case socketmode.EnvelopeInteractive:
		return l.interaction(ctx, env)
	default:
		l.log.DebugContext(ctx, "envelope is of no use", "kind", socketmode.LoggedID(env.Type))
	}
	return nil
}

// unescape undoes the three entities that Slack escapes in a command, once.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func (l *Listener) command(ctx context.Context, env socketmode.Envelope) any {
	cmd, err := env.SlashCommand()
	if err != nil {
		l.log.WarnContext(ctx, "command cannot be read", "err", err)
		return textAck(env, textUnreadable+socketmode.LoggedID(env.ID))
	}
	l.noteEnterprise(ctx, cmd.EnterpriseID)
	c := l.commandOf(env, cmd)
	c.AnswerURL = docspace.NewSecret(cmd.ResponseURL)
	answer, followUp := l.handler.Command(ctx, c)
	to := recipient(c.Caller, c.AnswerURL)
	if opens, ok := answer.(bot.OpenModal); ok {
		if !l.open(ctx, env, trigger{cmd.TriggerID, to}, opens, followUp) {
			return textAck(env, textBusy)
		}
		return nil
	}
	if followUp != nil {
		if !l.background(ctx, func(ctx context.Context) { l.finish(ctx, to, answer, followUp) }) {
			return textAck(env, textBusy)
		}
		return nil
	}
	if answer == nil {
		return nil
	}
	if !env.AcceptsResponsePayload {
		l.send(ctx, to, answer)
		return nil
	}
	return ackOf(answer)
}

// commandOf reads the command of a payload, without its response_url.
func (l *Listener) commandOf(env socketmode.Envelope, cmd slack.SlashCommand) bot.Command {
	c := bot.Command{
		Caller: policy.Caller{
			App: cmd.APIAppID, Via: l.appID(), Team: cmd.TeamID, Enterprise: cmd.EnterpriseID, Channel: cmd.ChannelID, User: cmd.UserID,
			Delivery: deliveryID(cmd.TriggerID),
		},
		Delivery: cmd.TriggerID, Text: unescape.Replace(cmd.Text),
	}
	if c.Delivery == "" {
		c.Delivery = env.ID // the same for a redelivery, another for another command
	}
	return c
}

func ackOf(a bot.Answer) answerAck {
	m := blockkit.Answer(a)
	return answerAck{slack.ResponseTypeEphemeral, blockkit.CutMarkup(m.Text, maxAckText), m.Blocks}
}

type answerAck struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks"`
}

// interaction handles a press on a card, or an act in a modal.
func (l *Listener) interaction(ctx context.Context, env socketmode.Envelope) any {
	callback, err := env.Interaction()
	if err != nil {
		l.log.WarnContext(ctx, "interaction cannot be read", "err", err)
		return textAck(env, textUnreadable+socketmode.LoggedID(env.ID))
	}
	l.noteEnterprise(ctx, callback.Enterprise.ID)
	switch {
	case callback.Type == slack.InteractionTypeViewSubmission:
		return l.submit(ctx, env, callback)
	case callback.Type == slack.InteractionTypeBlockSuggestion:
		return l.suggest(ctx, callback)
	case callback.Type == slack.InteractionTypeBlockActions && callback.Container.Type == "view":
		l.choose(ctx, callback)
	default:
		l.press(ctx, env, callback)
	}
	return nil
}

func (l *Listener) press(ctx context.Context, env socketmode.Envelope, callback slack.InteractionCallback) {
	p, fault := pressOf(callback)
	p.Caller.Via = l.appID()
	ctx = bot.AboutPress(ctx, p)
	if fault != "" {
		l.log.WarnContext(ctx, "interaction is not a press on a card", "why", fault)
		if !p.AnswerURL.IsZero() {
			l.send(ctx, recipient(p.Caller, p.AnswerURL), bot.TextAnswer{
				Text: "The bot does not know this button. Nothing was changed. Use the buttons of the newest card, or see /restore status.",
			})
		}
		return
	}
	p.Card = l.ownCard(ctx, env, callback)
	answer, followUp := l.handler.Press(ctx, p)
	to := recipient(p.Caller, p.AnswerURL)
	if opens, ok := answer.(bot.OpenModal); ok {
		if !l.open(ctx, env, trigger{callback.TriggerID, to}, opens, followUp) {
			l.send(ctx, to, bot.TextAnswer{Text: textBusy})
		}
		return
	}
	if answer != nil {
		l.send(ctx, to, answer)
	}
	to.Replace = p.Action == bot.PressOlder
	if followUp == nil || l.background(ctx, func(ctx context.Context) { l.finish(ctx, to, nil, followUp) }) {
		return
	}
	if callback.Container.IsEphemeral { // the follow-up of a press on a card only tidies up
		l.send(ctx, to, bot.TextAnswer{Text: textBusy})
	}
}

// pressOf reads a press on a card's button. fault names anything else, in words of a
// closed set.
func pressOf(callback slack.InteractionCallback) (p bot.Press, fault string) {
	p = bot.Press{
		Caller: policy.Caller{
			App: callback.APIAppID, Team: callback.Team.ID, Enterprise: callback.Enterprise.ID, Home: callback.User.TeamID,
			Channel: callback.Container.ChannelID, User: callback.User.ID, Delivery: deliveryID(callback.TriggerID),
		},
		MessageTS: callback.Container.MessageTs, AnswerURL: docspace.NewSecret(callback.ResponseURL),
	}
	box := callback.Container
	switch {
	case callback.Type != slack.InteractionTypeBlockActions:
		return p, "another type"
	case box.Type != "message" || box.MessageTs == "":
		return p, "not in a message"
	case box.ChannelID == "" || (callback.Channel.ID != "" && callback.Channel.ID != box.ChannelID):
		return p, "no one channel"
	case p.Caller.User == "":
		return p, "no user"
	case len(callback.ActionCallback.AttachmentActions) > 0 || len(callback.ActionCallback.BlockActions) != 1 ||
		callback.ActionCallback.BlockActions[0] == nil:
		return p, "not one action"
	}
	act := callback.ActionCallback.BlockActions[0]
	known, ok := blockkit.CardActions[act.ActionID]
	if box.IsEphemeral {
		known, ok = blockkit.EphemeralActions[act.ActionID]
	}
	switch {
	case act.Type == "checkboxes" && !box.IsEphemeral:
		if p.Restore, p.Choice, ok = blockkit.ReadTick(act); !ok {
			return p, "unknown boxes"
		}
		p.Action = bot.PressTick
		return p, ""
	case !ok || act.Type != "button":
		return p, "unknown action"
	case act.Value == "":
		return p, "no value"
	}
	p.Action, p.Restore = known, act.Value
	return p, ""
}

// maxDeliveryID bounds a trigger_id; Slack's have some 40 characters.
const maxDeliveryID = 255

func deliveryID(trigger string) string {
	if len(trigger) > maxDeliveryID {
		return ""
	}
	return trigger
}

func recipient(c policy.Caller, url docspace.Secret) bot.Recipient {
	return bot.Recipient{Channel: c.Channel, User: c.User, URL: url}
}

// waitSilently is how long a person waits before they are told that the answer takes a
// while. Most answers come sooner.
const waitSilently = 1500 * time.Millisecond

// finish runs a follow-up and sends its answer. After waitSilently it sends meanwhile,
// which the answer then replaces.
func (l *Listener) finish(ctx context.Context, to bot.Recipient, meanwhile bot.Answer, followUp bot.FollowUp) {
	answered := make(chan bot.Answer, 1)
	go func() { answered <- l.runFollowUp(ctx, followUp) }()
	var answer bot.Answer
	var soon <-chan time.Time // nil never comes
	if meanwhile != nil {
		soon = time.After(waitSilently)
	}
	select {
	case answer = <-answered:
	case <-soon:
		l.deliver(ctx, to, meanwhile)
		to.Replace = true
		answer = <-answered
	}
	if answer == nil {
		return
	}
	ctx, cancel := l.deliveryContext(ctx)
	defer cancel()
	l.deliver(ctx, to, answer)
}

// deliverWithin bounds the delivery of a follow-up's answer.
const deliverWithin = 10 * time.Second

// deliveryContext gives the delivery of an answer its own time: the follow-up may have
// used up all of ctx's.
func (l *Listener) deliveryContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliverWithin)
	stop := context.AfterFunc(l.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

func (l *Listener) runFollowUp(ctx context.Context, followUp bot.FollowUp) (answer bot.Answer) {
	defer func() {
		if v := recover(); v != nil {
			l.log.ErrorContext(ctx, "answer panicked", "panic", v, "stack", string(debug.Stack()))
			answer = bot.TextAnswer{Text: "Internal error: whether this was done is not certain. See /restore status before you try again, and ask the bot's operator to look at its log."}
		}
	}()
	return followUp(ctx)
}

// tellWithin bounds Tell: the bot may be stopping.
const tellWithin = 2 * time.Second

// Tell tells a person by the response_url that their press was not handled. It is made
// for [socketmode.Client]. While maxFollowUps are running it says nothing.
func (l *Listener) Tell(env socketmode.Envelope, text string) {
	callback, err := env.Interaction()
	if err != nil || callback.ResponseURL == "" {
		return
	}
	p, _ := pressOf(callback)
	l.start(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), tellWithin)
		defer cancel()
		l.deliver(ctx, recipient(p.Caller, p.AnswerURL), bot.TextAnswer{Text: text})
	})
}

// send delivers an answer in the background, or at once while maxFollowUps are running.
func (l *Listener) send(ctx context.Context, to bot.Recipient, a bot.Answer) {
	if !l.background(ctx, func(ctx context.Context) { l.deliver(ctx, to, a) }) {
		l.deliver(ctx, to, a)
	}
}

func (l *Listener) deliver(ctx context.Context, to bot.Recipient, a bot.Answer) {
	defer func() {
		if v := recover(); v != nil {
			l.log.ErrorContext(ctx, "answer panicked", "panic", v, "stack", string(debug.Stack()))
		}
	}()
	if err := l.chat.Answer(ctx, to, a); err != nil {
		l.log.WarnContext(ctx, "answer was not delivered", "err", err)
	}
}

// background runs f, unless maxFollowUps are running or the listener is ending. The log
// lines of f carry the attributes of noted.
func (l *Listener) background(noted context.Context, f func(ctx context.Context)) bool {
	return l.ctx.Err() == nil && l.start(func() {
		ctx, cancel := context.WithTimeout(bot.LogAs(l.ctx, noted), followUpWithin)
		defer cancel()
		f(ctx)
	})
}

// start runs f by itself, unless maxFollowUps are running.
func (l *Listener) start(f func()) bool {
	select {
	case l.slots <- struct{}{}:
	default:
		return false
	}
	l.running.Go(func() {
		defer func() { <-l.slots }()
		f()
	})
	return true
}
