package docspace

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The meanings of an [*Error]; ask with [errors.Is]. One error can have several:
// every ErrScope is an ErrForbidden, and an error of a POST is also exactly one
// of ErrRefused and ErrAmbiguous.
var (
	// ErrUnauthorized is 401: the key is wrong, expired, switched off, or gone
	// with the tenant that a restore replaced.
	ErrUnauthorized = errors.New("docspace: credential not accepted")
	// ErrForbidden is every 403.
	ErrForbidden = errors.New("docspace: forbidden")
	// ErrScope is a 403 because the key's permissions are too narrow.
	ErrScope = errors.New("docspace: key lacks the scope")
	// ErrRestoring is a 403 because the portal is locked: a restore, a transfer or
	// an encryption runs. [Client.Settings] tells which.
	ErrRestoring = errors.New("docspace: portal is locked by a restore")
	// ErrAddress is a 403 because this machine's address is not allowed.
	ErrAddress = errors.New("docspace: address not allowed")
	// ErrPlan is 402: the plan, the quota or the payment does not cover the call.
	ErrPlan = errors.New("docspace: not covered by the plan")
	// ErrNotFound is every 404.
	ErrNotFound = errors.New("docspace: not found")
	// ErrNoPortal is a 404 because no portal answers to this host, which is
	// also seen for a moment while a restore swaps the tenants.
	ErrNoPortal = errors.New("docspace: no portal at this address")
	// ErrBadRequest is 400, 405, 413, 415 or 422, or a request that the client
	// itself would not send.
	ErrBadRequest = errors.New("docspace: bad request")
	// ErrRateLimited is 429, or a request that had to wait longer than it may for
	// the client's own limits.
	ErrRateLimited = errors.New("docspace: too many requests")
	// ErrServer is 500: the application failed.
	ErrServer = errors.New("docspace: server error")
	// ErrUnavailable is 502, 503, 504, any other page of a proxy, or no answer
	// within the time, or half of one.
	ErrUnavailable = errors.New("docspace: portal unavailable")
	// ErrRedirected is a 3xx: redirects are not followed, so that no key goes
	// where it does not belong. Usually BaseURL should say https.
	ErrRedirected = errors.New("docspace: redirected")
	// ErrAnswer is an answer that cannot be read or is longer than allowed.
	ErrAnswer = errors.New("docspace: unreadable answer")
	// ErrTooLarge is an ErrAnswer that is longer than [MaxBody] or [MaxHistory].
	ErrTooLarge = errors.New("docspace: answer too large")

	// ErrRefused is a write that certainly was not done.
	ErrRefused = errors.New("docspace: refused, nothing was done")
	// ErrAmbiguous is a write that may have been done.
	ErrAmbiguous = errors.New("docspace: outcome unknown")
)

// Operations of an [*Error], for programs that explain it; see [Error.Op].
const (
	OpHistory         = "backup history"
	OpRestoreProgress = "restore progress"
	OpStart           = "start restore"
)

// Error is a call that did not succeed.
type Error struct {
	Op         string        // the operation, such as "start restore"
	Status     int           // HTTP status, 0 when no answer came
	Type       string        // the server's .NET exception class, "" when it named none; independent of language
	Message    string        // the server's words on one line, at most 300 runes, localized, never a stack trace
	RequestID  string        // the server's trace id, else the proxy's X-Request-Id, "" when there is none
	Proxy      bool          // something in front of the portal answered
	RetryAfter time.Duration // how long the server, or the client's own limit, asks to wait; 0 is not told
	Attempts   int           // how often the request was sent, 0 when it never was
	Err        error         `json:"-"` // the cause when there is no answer, or none that can be read

	claimed int // the status that a 2xx answer claimed in its body
	shape   shape
	write   bool // the call changes something
	unsent  bool // certainly nothing reached the server
	cut     bool // the answer broke off after its status
}

// Error is one line: the operation, the status and the detail.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("docspace: ")
	b.WriteString(e.Op)
	b.WriteString(": ")
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
		if e.Proxy {
			b.WriteString(" from a proxy")
		}
		if e.Message != "" || e.Err != nil {
			b.WriteString(": ")
		}
	}
	switch {
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(oneLine(e.Err.Error()))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns the cause, nil when the server answered.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether the error means target, one of the Err values of this
// package.
func (e *Error) Is(target error) bool {
	status := e.meant()
	switch target {
	case ErrUnauthorized:
		return status == http.StatusUnauthorized
	case ErrForbidden:
		return status == http.StatusForbidden
	case ErrScope:
		return status == http.StatusForbidden && e.shape == shapeEmpty
	case ErrRestoring:
		return status == http.StatusForbidden && e.shape == shapeProblem
	case ErrAddress:
		return status == http.StatusForbidden && e.shape == shapeText
	case ErrPlan:
		return status == http.StatusPaymentRequired
	case ErrNotFound:
		return status == http.StatusNotFound
	case ErrNoPortal:
		return status == http.StatusNotFound && e.shape == shapeProblem
	case ErrRateLimited:
		return status == http.StatusTooManyRequests || errors.Is(e.Err, errThrottled)
	case ErrServer:
		return status == http.StatusInternalServerError
	case ErrRedirected:
		return status >= 300 && status < 400
	case ErrAnswer:
		return errors.Is(e.Err, errUnreadable) || errors.Is(e.Err, errTooLong)
	case ErrTooLarge:
		return errors.Is(e.Err, errTooLong)
	case ErrBadRequest:
		return badRequest(status) || errors.Is(e.Err, errInvalid)
	case ErrUnavailable:
		return e.unavailable()
	case ErrRefused:
		return e.write && e.refused()
	case ErrAmbiguous:
		return e.write && !e.refused()
	}
	return false
}

// meant is the status that counts: a 2xx may carry an error that names another.
func (e *Error) meant() int {
	if e.Status < 300 && e.claimed >= 400 {
		return e.claimed
	}
	return e.Status
}

func badRequest(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

func (e *Error) unavailable() bool {
	switch e.meant() {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 0:
		for _, ours := range []error{errInvalid, errCanceled, errThrottled, errUnreadable} {
			if errors.Is(e.Err, ours) {
				return false
			}
		}
		return true
	}
	return e.cut && !errors.Is(e.Err, errCanceled) || e.Proxy && (e.Status < 300 || e.Status >= 500)
}

// refused reports whether the request certainly changed nothing: it was never
// sent, or the application itself said no. A proxy's page does not prove what
// the application behind it did, and a 500 may come after the deed.
func (e *Error) refused() bool {
	if e.unsent {
		return true
	}
	status := e.meant()
	if status >= 300 && status < 400 {
		return true
	}
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && !e.Proxy
}
