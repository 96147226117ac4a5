package socketmode

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/slack-go/slack"
)

// FatalError means that Slack refuses the app-level token and will refuse it
// again: a person has to change something.
type FatalError struct {
	Code string // Slack's error code, or http_404
}

func (e *FatalError) Error() string { return "slack refuses the app-level token: " + e.Code }

func isFatal(err error) bool {
	_, ok := errors.AsType[*FatalError](err)
	return ok
}

// CodeNotFound is the [FatalError]'s code where no Slack is at the address.
const CodeNotFound = "http_404"

// fatalCodes are the errors of apps.connections.open after which no retry can
// succeed.
var fatalCodes = []string{
	"invalid_auth", "not_authed", "missing_args", "token_revoked", "token_expired", "account_inactive",
	"not_allowed_token_type", "missing_scope", "no_permission", "forbidden_team", "org_login_required",
	"two_factor_setup_required", CodeNotFound,
}

// The words of [State].Fault and of [Events].OpenFailed: why a connection could not be
// opened.
const (
	FaultRateLimited = "rate_limited"
	FaultSlack       = "slack_error"
	FaultHTTP        = "http_status"
	FaultTimeout     = "timeout"
	FaultAddress     = "bad_address"
	FaultHandshake   = "handshake"
	FaultNetwork     = "network"
	FaultFatal       = "refused"          // see [FatalError]
	FaultDisabled    = disconnectDisabled // Socket Mode is off for the app
	FaultTooMany     = disconnectTooMany  // the app has too many connections
)

// fault is what a failed attempt means.
type fault struct {
	word       string        // one of a closed set
	retryAfter time.Duration // as a 429 asks
	fatal      error         // nil if it is worth trying again
}

func faultOf(err error) fault {
	f := fault{word: FaultNetwork}
	code := ""
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		f.word, code = FaultSlack, refused.Err
	}
	if code == disconnectDisabled || code == disconnectTooMany {
		f.word = code
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		f.word, f.retryAfter = FaultRateLimited, limited.RetryAfter
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		switch f.word = FaultHTTP; status.Code {
		case http.StatusNotFound:
			code = CodeNotFound
		case http.StatusTooManyRequests:
			f.word = FaultRateLimited // without a Retry-After
		}
	}
	switch {
	case errors.Is(err, errUpgrade):
		f.word = FaultHandshake
	case errors.Is(err, errBadURL):
		f.word = FaultAddress
	case errors.Is(err, errOpenSlow), errors.Is(err, context.DeadlineExceeded):
		f.word = FaultTimeout
	case slices.Contains(fatalCodes, code):
		f.word, f.fatal = FaultFatal, &FatalError{Code: code}
	}
	return f
}
