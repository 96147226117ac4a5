package slackchat

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
)

// Outcome is what became of a call of the Web API.
type Outcome string

// The outcomes.
const (
	OutcomeOK          Outcome = "ok"
	OutcomeHeld        Outcome = "held"        // not made: it was not its turn
	OutcomeLimited     Outcome = "limited"     // 429
	OutcomeRefused     Outcome = "refused"     // slack said no, to this call
	OutcomeUnreachable Outcome = "unreachable" // ... because of the channel
	OutcomeGone        Outcome = "gone"        // ... because the message is gone
	OutcomeDenied      Outcome = "denied"      // ... because of the token
	OutcomeLost        Outcome = "lost"        // no answer: it may have been done
	OutcomeFailed      Outcome = "failed"      // no answer, and it was not done
)

// result is an [Outcome] with the wait that a 429 asks for.
type result struct {
	Outcome

	wait time.Duration
}

// What Slack says of a call that would succeed elsewhere or at another time.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	tokenCodes = []string{
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
		"no_permission", "org_login_required", "ekm_access_denied", "enterprise_is_restricted", "access_denied",
		"team_access_not_granted", "two_factor_setup_required", "missing_scope",
	}
	absentCodes = []string{"not_in_channel", "channel_not_found"}
	closedCodes = []string{
		"is_archived", "is_inactive", "restricted_action", "restricted_action_read_only_channel",
		"restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
	}
	goneCodes = []string{"message_not_found", "cant_update_message", "edit_window_closed"}
	// passingCodes come from a Slack that is not well, and may have done what was
	// asked: its documentation says so.
	passingCodes = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
	limitCodes   = []string{"ratelimited", "rate_limited", "message_limit_exceeded"}
)

func among(code string, codes []string) bool { return slices.Contains(codes, code) }

func passing(code string) bool { return among(code, passingCodes) || among(code, limitCodes) }

// outcomeOf tells what an error of slack-go means.
func outcomeOf(err error) result {
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	status, isStatus := errors.AsType[slack.StatusCodeError](err)
	refused, isRefused := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil:
		return result{Outcome: OutcomeOK}
	case isLimited:
		return result{OutcomeLimited, limited.RetryAfter}
	case isStatus && status.Code == http.StatusTooManyRequests:
		return result{Outcome: OutcomeLimited} // without a Retry-After
	case isStatus && status.Code < http.StatusInternalServerError:
		return result{Outcome: OutcomeFailed}
	case isRefused:
		return result{Outcome: outcomeOfCode(refused.Err)}
	case unsent(err):
		return result{Outcome: OutcomeFailed}
	}
	return result{Outcome: OutcomeLost}
}

func outcomeOfCode(code string) Outcome {
	switch {
	case among(code, limitCodes):
		return OutcomeLimited
	case among(code, passingCodes):
		return OutcomeLost
	case among(code, tokenCodes):
		return OutcomeDenied
	case among(code, absentCodes), among(code, closedCodes):
		return OutcomeUnreachable
	case among(code, goneCodes):
		return OutcomeGone
	}
	return OutcomeRefused
}

// unsent reports whether a request never left: there was no connection.
func unsent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// chatError puts what Slack said in the domain's words.
func chatError(doing string, err error) error {
	if err == nil {
		return nil
	}
	o := outcomeOf(err)
	refused, isRefused := errors.AsType[slack.SlackErrorResponse](err)
	var means error
	switch {
	case o.Outcome == OutcomeLimited:
		return fmt.Errorf("%s: %w", doing, &busyError{o.wait})
	case !isRefused:
		return fmt.Errorf("%s: %w", doing, err)
	case among(refused.Err, absentCodes):
		means = bot.ErrNotInChannel
	case among(refused.Err, closedCodes):
		means = bot.ErrChannelClosed
	case among(refused.Err, goneCodes):
		means = bot.ErrCardGone
	case among(refused.Err, tokenCodes):
		means = bot.ErrChatDenied
	}
	return &saidError{doing: doing, said: refused, means: means}
}

// saidError is what Slack said, and what that means to the domain.
type saidError struct {
	doing string
	said  slack.SlackErrorResponse
	means error // nil if nothing in particular
}

func (e *saidError) Error() string {
	text := e.doing + ": "
	if e.means != nil {
		text += e.means.Error() + ": "
	}
	text += "slack says " + e.said.Err
	if e.said.Needed != "" {
		text += " (needed: " + e.said.Needed + ")"
	}
	if m := e.said.ResponseMetadata.Messages; len(m) > 0 {
		text += " [" + strings.Join(m, "; ") + "]"
	}
	return text
}

func (e *saidError) Unwrap() []error {
	if e.means == nil {
		return []error{e.said}
	}
	return []error{e.means, e.said}
}

// busyError is a [bot.ErrChatBusy] with the time to wait.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string {
	if e.after <= 0 {
		return bot.ErrChatBusy.Error()
	}
	return fmt.Sprintf("%v for %v", bot.ErrChatBusy, e.after.Round(time.Millisecond))
}
func (e *busyError) Unwrap() error             { return bot.ErrChatBusy }
func (e *busyError) RetryAfter() time.Duration { return e.after }

// errOutdated: the card shows something newer already.
var errOutdated = errors.New("the card shows something newer")

// judge tells what became of a call, and who wants to know: channel is where it
// went, "" where that says nothing. Only messages say how the chat is: a search
// may lack its scope, and a response_url be too old.
func (c *Chat) judge(method, channel string, err error, begun time.Time) result {
	o := outcomeOf(err)
	c.observe(method, o.Outcome, time.Since(begun))
	if method == methodPost || method == methodUpdate || method == methodEphemeral {
		c.health.note(channel, o.Outcome, time.Now())
	}
	return o
}

func (c *Chat) observe(method string, o Outcome, took time.Duration) {
	if c.Observe != nil {
		c.Observe(method, o, took)
	}
}
