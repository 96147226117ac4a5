package socketmode

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// FatalError means that Slack refuses the app-level token and will refuse it
// again: a person has to change something.
type FatalError struct {
	Code string // Slack's error code, or http_404
}

// Error names the code and the cure.
func (e *FatalError) Error() string {
	text := "slack refuses the app-level token: " + e.Code
	if cure := fatalCodes[e.Code]; cure != "" {
		text += ": " + cure
	}
	return text
}

// Cure says what a person does about it.
func (e *FatalError) Cure() string { return cmp.Or(fatalCodes[e.Code], cureWrong) }

const (
	cureWrong   = "check SLACK_APP_TOKEN; a new one is made under Basic Information, App-Level Tokens"
	cureKind    = "SLACK_APP_TOKEN must be an app-level token (xapp-...)"
	cureScope   = "the app-level token needs the scope connections:write"
	cureInstall = "ask a Slack admin about the app's installation in this workspace"
)

const codeNotFound = "http_404"

// fatalCodes are the errors of apps.connections.open after which no retry can
// succeed, with what to do about each.
var fatalCodes = map[string]string{
	"invalid_auth":              cureWrong,
	"not_authed":                cureWrong,
	"missing_args":              cureWrong,
	"token_revoked":             cureWrong,
	"token_expired":             cureWrong,
	"account_inactive":          cureInstall,
	"not_allowed_token_type":    cureKind,
	"missing_scope":             cureScope,
	"no_permission":             cureScope,
	"forbidden_team":            cureInstall,
	"org_login_required":        cureInstall,
	"two_factor_setup_required": cureInstall,
	codeNotFound:                "check SLACK_API_URL",
}

// The words for why a connection could not be opened.
const (
	faultRateLimited = "rate_limited"
	faultSlack       = "slack_error"
	faultHTTP        = "http_status"
	faultTimeout     = "timeout"
	faultAddress     = "bad_address"
	faultHandshake   = "handshake"
	faultNetwork     = "network"
	faultFatal       = "refused"
)

// openFault is what a failed attempt means.
type openFault struct {
	word   string // one of a closed set
	detail string // for the log; holds no secret
	wait   time.Duration
	fatal  error // nil if it is worth trying again
}

func faultOf(err error) openFault {
	fault := openFault{word: faultNetwork, detail: err.Error()}
	code, isCode := errors.AsType[slack.SlackErrorResponse](err)
	status, isStatus := errors.AsType[slack.StatusCodeError](err)
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	dial, isDial := errors.AsType[*dialError](err)
	switch {
	case isCode:
		fault.word = faultSlack
		if code.Err == disconnectDisabled || code.Err == disconnectTooMany {
			fault.word = code.Err
		}
		if fatalCodes[code.Err] != "" {
			fault.word, fault.fatal = faultFatal, &FatalError{Code: code.Err}
		}
	case isStatus && status.Code == http.StatusNotFound:
		fault.word, fault.fatal = faultFatal, &FatalError{Code: codeNotFound}
	case isStatus && status.Code == http.StatusTooManyRequests:
		fault.word = faultRateLimited // without a Retry-After
	case isStatus:
		fault.word = faultHTTP
	case isLimited:
		fault.word, fault.wait = faultRateLimited, limited.RetryAfter
	case errors.Is(err, errBadURL):
		fault.word = faultAddress
	case errors.Is(err, errOpenSlow), errors.Is(err, context.DeadlineExceeded):
		fault.word = faultTimeout
	case isDial && dial.status != 0:
		fault.word = faultHandshake
	}
	return fault
}

// redactAddress takes the ticket of a connection's address out of text.
func redactAddress(text string, u *url.URL) string {
	secrets := []string{u.String(), u.RequestURI(), u.RawQuery}
	for _, values := range u.Query() {
		secrets = append(secrets, values...)
	}
	for _, secret := range secrets {
		if len(secret) > 1 { // "/" is in every path
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}
