package slackchat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/socketmode"
)

const (
	// greetWithin bounds the doctor's own connection.
	greetWithin = 10 * time.Second
	// clockWithin bounds the error of the clock, by which requests expire.
	clockWithin = 30 * time.Second
	// frameFresh bounds the age of the last frame: Slack pings every few seconds.
	frameFresh = 2 * time.Minute
)

// Checkup looks at the tokens, the scopes, the clock and the connections.
type Checkup struct {
	API    *slack.Client // required
	Scopes []Scope       // what the bot token should have
	// Sockets are the connections of the running bot; nil opens one and closes it
	// again.
	Sockets *socketmode.Client
	// Direct are people whom the bot may have to reach by direct message. Examine
	// tries the first one.
	Direct policy.AllowList
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
}

// Examine implements [bot.Examiner].
func (c *Checkup) Examine(ctx context.Context) []bot.Finding {
	found := c.Token(ctx)
	if person := c.directRecipient(ctx); person != "" && bot.Worst(found) != bot.Fail {
		found = append(found, c.direct(ctx, person))
	}
	if c.Sockets != nil {
		found = append(found, c.Connections(ctx)...)
		if n := c.Sockets.State().Counted; n > c.Sockets.Slots+socketmode.MaxSlots {
			found = append(found, finding(checkSocket, bot.Warn, "Slack counts "+bot.Count(n, "connection", "connections")+" of the app", "Check whether an old bot runs somewhere with the same app token."))
		}
		return found
	}
	_, greeted := c.Greet(ctx)
	return append(found, greeted)
}

func finding(check string, grade bot.Grade, what, fix string) bot.Finding {
	return bot.Finding{Check: check, Grade: grade, What: what, Fix: fix}
}

// Token examines the bot token: whose it is, its scopes, and the clock by Slack's.
func (c *Checkup) Token(ctx context.Context) []bot.Finding {
	const check = "slack bot token"
	answer, err := c.API.AuthTestContext(ctx)
	if err != nil {
		return []bot.Finding{refusedToken(check, err)}
	}
	found := []bot.Finding{finding(check, bot.Pass, "good for "+answer.User+" in "+answer.Team+" ("+answer.TeamID+")", "")}
	if orgWide(answer) {
		found[0] = finding(check, bot.Fail, errOrgWide.Error(), cureOrgWide)
	}
	if answer.BotID == "" {
		found[0] = finding(check, bot.Fail, "it is a person's token, not the bot's", "Put the Bot User OAuth Token (xoxb-...) of OAuth & Permissions in SLACK_BOT_TOKEN.")
	}
	return append(found, c.scopes(answer.Header), c.clock(answer.Header))
}

func refusedToken(check string, err error) bot.Finding {
	code, _, refused := refusalOf(err)
	fix := cure(code, methodAuth, "")
	switch {
	case !refused:
		return finding(check, bot.Fail, "Slack cannot be reached: "+err.Error(), bot.NetworkFix(err, "Check SLACK_API_URL, the name server and the firewall; the bot needs only outgoing HTTPS."))
	case passing(code):
		return finding(check, bot.Fail, "Slack is not well: "+code, "Look at status.slack.com, then run this again.")
	case code == "not_allowed_token_type":
		fix = "It is another kind of token. " + fix
	case !wrongToken(code):
		return finding(check, bot.Fail, policy.RefusedCall(methodAuth, code, ""), fix)
	}
	return finding(check, bot.Fail, "Slack refuses it: "+code, fix)
}

// directRecipient is a person whom the bot may have to reach; "" if it knows none.
func (c *Checkup) directRecipient(ctx context.Context) string {
	if len(c.Direct.IDs) > 0 {
		return c.Direct.IDs[0]
	}
	for _, group := range c.Direct.Groups {
		if members, err := c.API.GetUserGroupMembersContext(ctx, group); err == nil && len(members) > 0 {
			return members[0]
		}
	}
	return ""
}

// direct posts an empty message to a person. Slack refuses it in any case, and its code
// tells whether a message would have reached the person.
func (c *Checkup) direct(ctx context.Context, person string) bot.Finding {
	const check = "slack direct messages"
	_, _, err := c.API.PostMessageContext(ctx, person)
	code, about, refused := refusalOf(err)
	switch {
	case !refused || passing(code):
		return finding(check, bot.Warn, "the bot could not check whether Slack accepts them", "Run this again.")
	case code == "no_text":
		return finding(check, bot.Pass, "Slack accepts them", "")
	case about == aboutClosed, about == aboutAbsent:
		return finding(check, bot.Warn, "the bot cannot reach somebody whose channel is closed: "+policy.RefusedCall(methodPost, code, ""),
			cure("messages_tab_disabled", methodPost, ""))
	}
	return finding(check, bot.Warn, policy.RefusedCall(methodPost, code, ""), cure(code, methodPost, ""))
}

func (c *Checkup) scopes(h http.Header) bot.Finding {
	const check = "slack scopes"
	var have []string
	for scope := range strings.SplitSeq(h.Get("X-Oauth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			have = append(have, scope)
		}
	}
	if len(have) == 0 {
		return finding(check, bot.Warn, "Slack did not say which scopes the token has", "Compare them with restorebot manifest under OAuth & Permissions.")
	}
	wanted := map[string]bool{"channels:history": true, "groups:history": true} // optional in any case
	var missing, more []string
	for _, s := range c.Scopes {
		wanted[s.Name] = true
		if !s.Optional && !slices.Contains(have, s.Name) {
			missing = append(missing, s.Name)
		}
	}
	for _, scope := range have {
		if !wanted[scope] {
			more = append(more, scope)
		}
	}
	switch {
	case len(missing) > 0:
		return finding(check, bot.Fail, strings.Join(missing, ", ")+" is missing", "Add it under OAuth & Permissions, Bot Token Scopes, and install the app again; restorebot manifest says what each is for.")
	case len(more) > 0:
		return finding(check, bot.Warn, strings.Join(more, ", ")+" is more than the bot needs", "Remove it under OAuth & Permissions and install the app again: then a stolen token can do less.")
	}
	return finding(check, bot.Pass, strings.Join(have, ", "), "")
}

func (c *Checkup) clock(h http.Header) bot.Finding {
	const check = "clock"
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return finding(check, bot.Warn, "Slack did not say what time it is", "Check that NTP sets the clock (timedatectl).")
	}
	off := now().Sub(theirs)
	if off.Abs() > clockWithin {
		return finding(check, bot.Fail, fmt.Sprintf("it is %s off Slack's", off.Abs().Round(time.Second)), "Let NTP set it (timedatectl set-ntp true): the bot needs it to tell when requests and keys expire.")
	}
	return finding(check, bot.Pass, "within "+clockWithin.String()+" of Slack's", "")
}

const (
	checkSocket = "slack connection"
	curePrivate = "Check the firewall and the proxy: the bot needs outgoing HTTPS and WebSockets to *.slack.com."
)

// Connections looks at the connections of the running bot. A probe may ask for it
// again and again.
func (c *Checkup) Connections(context.Context) []bot.Finding {
	return []bot.Finding{judgeConnections(c.Sockets.State()).InPublic("slack", true)}
}

func judgeConnections(s socketmode.State) bot.Finding {
	silent := time.Since(s.LastFrame)
	switch {
	case s.Live == 0 && s.Fault == "":
		return finding(checkSocket, bot.Fail, "no connection yet", curePrivate)
	case s.Live == 0:
		why, fix := explainFault(s.Fault)
		return finding(checkSocket, bot.Fail, "no connection: "+why, fix)
	case silent > frameFresh:
		return finding(checkSocket, bot.Fail, fmt.Sprintf("Slack has been silent for %s", silent.Round(time.Second)), curePrivate)
	}
	return finding(checkSocket, bot.Pass, bot.Count(s.Live, "connection", "connections"), "")
}

// Greet opens a connection with the app token, waits for Slack's hello and returns the
// number of the app's other connections. It answers the envelopes that Slack sends on
// it, which were meant for the running bot.
func (c *Checkup) Greet(ctx context.Context) (others int, found bot.Finding) {
	ctx, cancel := context.WithTimeout(ctx, greetWithin)
	defer cancel()
	greeted := make(chan struct{}, 1)
	failed := make(chan string, 1)
	s := &socketmode.Client{
		API: c.API, Slots: 1,
		Handle: func(_ context.Context, env socketmode.Envelope) any {
			return textAck(env, "The bot was being checked at this moment, so nothing was done. Please do that again.")
		},
		Events: socketmode.Events{
			Connected:  func() { offer(greeted, struct{}{}) },
			OpenFailed: func(reason string) { offer(failed, reason) },
		},
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(running) }()
	select {
	case <-greeted:
		what := "opened and greeted"
		if others = s.State().Counted - 1; others > 0 {
			what += "; " + bot.Count(others, "more of this app is", "more of this app are") + " open"
		}
		found = finding(checkSocket, bot.Pass, what, "")
	case err := <-done:
		stop()
		return 0, refusedApp(err)
	case <-ctx.Done():
		why, fix := "no hello within "+greetWithin.String(), curePrivate
		select {
		case word := <-failed:
			why, fix = explainFault(word)
		default:
		}
		found = finding(checkSocket, bot.Fail, why, fix)
	}
	stop()
	if err := <-done; found.Grade == bot.Fail && err != nil {
		return 0, refusedApp(err)
	}
	return max(others, 0), found
}

func offer[T any](c chan T, v T) {
	select {
	case c <- v:
	default:
	}
}

func refusedApp(err error) bot.Finding {
	const check = "slack app token"
	fatal, ok := errors.AsType[*socketmode.FatalError](err)
	if !ok {
		return finding(check, bot.Fail, "it could not be checked", "Run this again.")
	}
	cure := AppTokenCure(fatal.Code)
	return finding(check, bot.Fail, "Slack refuses it: "+fatal.Code, strings.ToUpper(cure[:1])+cure[1:]+".")
}
