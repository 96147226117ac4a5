package slackchat

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/slack-go/slack"
)

// Outcome classifies the result of a call of the Web API.
type Outcome string

// The outcomes.
const (
	OutcomeOK          Outcome = "ok"
	OutcomeHeld        Outcome = "held"        // not made yet, to keep to Slack's limits
	OutcomeLimited     Outcome = "limited"     // 429
	OutcomeRefused     Outcome = "refused"     // Slack refused the content
	OutcomeUnreachable Outcome = "unreachable" // Slack refused the channel, the thread or the person
	OutcomeGone        Outcome = "gone"        // the message, the modal or the response_url is gone
	OutcomeDenied      Outcome = "denied"      // Slack refuses until a person changes something
	OutcomeLost        Outcome = "lost"        // no answer: it may have been done
	OutcomeFailed      Outcome = "failed"      // no answer, and it was not done
)

// result is an [Outcome] with the wait that a 429 asks for.
type result struct {
	Outcome

	wait  time.Duration
	about about // of a refusal
}

// outcomeOf classifies an error of slack-go.
func outcomeOf(err error) result {
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	status, isStatus := errors.AsType[slack.StatusCodeError](err)
	_, a, isRefused := refusalOf(err)
	switch {
	case err == nil:
		return result{Outcome: OutcomeOK}
	case isLimited:
		return result{Outcome: OutcomeLimited, wait: limited.RetryAfter}
	case isStatus && status.Code == http.StatusTooManyRequests:
		return result{Outcome: OutcomeLimited} // without a Retry-After
	case isStatus && status.Code < http.StatusInternalServerError:
		return result{Outcome: OutcomeFailed}
	case isRefused:
		return result{Outcome: a.outcome(), about: a}
	case unsent(err):
		return result{Outcome: OutcomeFailed}
	}
	return result{Outcome: OutcomeLost}
}

func (a about) outcome() Outcome {
	switch a {
	case aboutLimit:
		return OutcomeLimited
	case aboutSlack:
		return OutcomeLost
	case aboutAbsent, aboutClosed, aboutThread:
		return OutcomeUnreachable
	case aboutMessage, aboutHook, aboutTrigger, aboutView:
		return OutcomeGone
	case aboutContent:
		return OutcomeRefused
	case aboutLasting, aboutToken:
	}
	return OutcomeDenied
}

// unsent reports whether a request never left this machine: there was no connection.
func unsent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// judge classifies a call and reports it to Observe, to the health and to the faults.
// channel is where the call went, "" where that does not matter. Only posts and edits
// count for the health: a search may lack its scope, a response_url may be too old.
func (c *Chat) judge(ctx context.Context, method, channel string, err error, begun time.Time) result {
	o := outcomeOf(err)
	c.observe(method, o.Outcome, time.Since(begun))
	switch method {
	case methodHistory, methodReplies, methodUpload: // the bot works without
		return o
	case methodPost, methodUpdate, methodEphemeral:
		c.health.record(channel, o, time.Now())
	}
	c.faults().Note(ctx, method, err)
	return o
}

func (c *Chat) observe(method string, o Outcome, took time.Duration) {
	if c.Observe != nil {
		c.Observe(method, o, took)
	}
}
