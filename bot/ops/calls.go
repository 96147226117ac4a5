package ops

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// calls are the outgoing calls to one kind of server.
type calls struct {
	done *prometheus.CounterVec
	took *prometheus.HistogramVec
}

func newCalls(f factory, server, help, label string) calls {
	return calls{
		done: f.counters(server+"_calls_total", help+", by outcome.", label, "outcome"),
		took: f.histograms(server+"_call_duration_seconds", help+": time to the head of the answer.",
			[]float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10}, label),
	}
}

// The outcomes of a call.
const (
	callOK           = "ok"
	callRefused      = "refused"      // Slack's ok:false, or another 4xx
	callUnauthorized = "unauthorized" // 401: the key is wrong or dead
	callForbidden    = "forbidden"
	callRateLimited  = "rate_limited"
	callServerError  = "server_error" // 5xx
	callRedirected   = "redirected"
	callNoAnswer     = "no_answer"
)

// SlackTransport counts the calls that go through next, nil for the default.
func (m *Metrics) SlackTransport(next http.RoundTripper) http.RoundTripper {
	return counting{orDefault(next), m.slackDone, slackMethod, slackOutcome}
}

// PortalTransport counts the calls that go through next, nil for the default.
func (m *Metrics) PortalTransport(next http.RoundTripper) http.RoundTripper {
	return counting{orDefault(next), m.portal, portalOperation, statusOutcome}
}

func orDefault(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		return http.DefaultTransport
	}
	return next
}

type counting struct {
	next    http.RoundTripper
	calls   calls
	label   func(*http.Request) string
	outcome func(*http.Response) string
}

// RoundTrip implements [http.RoundTripper].
func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := c.next.RoundTrip(r)
	label, outcome := c.label(r), callNoAnswer
	if err == nil {
		outcome = c.outcome(resp)
	}
	c.calls.done.WithLabelValues(label, outcome).Inc()
	c.calls.took.WithLabelValues(label).Observe(time.Since(began).Seconds())
	return resp, err
}

func statusOutcome(resp *http.Response) string {
	switch code := resp.StatusCode; {
	case code < 300:
		return callOK
	case code < 400:
		return callRedirected
	case code == http.StatusUnauthorized:
		return callUnauthorized
	case code == http.StatusForbidden:
		return callForbidden
	case code == http.StatusTooManyRequests:
		return callRateLimited
	case code < 500:
		return callRefused
	default:
		return callServerError
	}
}

// peeked bounds the bytes of Slack's answer that are examined: "ok" comes first.
const peeked = 512

// slackOutcome looks at the beginning of the answer: Slack refuses with HTTP
// 200 and ok:false.
func slackOutcome(resp *http.Response) string {
	outcome := statusOutcome(resp)
	if outcome != callOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return outcome
	}
	head := make([]byte, peeked)
	n, _ := io.ReadFull(resp.Body, head) // the reader of the body meets the same error
	resp.Body = body{io.MultiReader(bytes.NewReader(head[:n]), resp.Body), resp.Body}
	if ok, known := okMember(head[:n]); known && !ok {
		return callRefused
	}
	return callOK
}

type body struct {
	io.Reader
	io.Closer
}

// okMember finds the member "ok" of an object that may be cut off.
func okMember(head []byte) (ok, known bool) {
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false, false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return false, false
		}
		if name == "ok" {
			return ok, d.Decode(&ok) == nil
		}
		var skip json.RawMessage
		if d.Decode(&skip) != nil {
			return false, false
		}
	}
	return false, false
}

const otherCall = "other"

// slackMethod is the method of the Web API that a request calls.
func slackMethod(r *http.Request) string {
	method := path.Base(r.URL.Path)
	switch {
	case slices.Contains(slackMethods, method):
		return method
	case strings.Contains(r.URL.Path, "/commands/"), strings.Contains(r.URL.Path, "/actions/"):
		return "response_url"
	}
	return otherCall
}

var slackMethods = []string{
	"apps.connections.open", "auth.test", "chat.delete", "chat.getPermalink", "chat.postEphemeral", "chat.postMessage",
	"chat.update", "conversations.history", "conversations.info", "conversations.members", "conversations.open",
	"conversations.replies", "files.completeUploadExternal", "files.getUploadURLExternal", "usergroups.users.list",
	"users.conversations", "users.info", "views.open", "views.push", "views.update",
}

// portalOperation is the operation of a portal's API that a request calls.
func portalOperation(r *http.Request) string {
	_, op, ok := strings.Cut(strings.ToLower(r.URL.Path), "/api/2.0/")
	if !ok {
		return "page"
	}
	op = strings.TrimPrefix(op, "backup/")
	if strings.HasPrefix(op, "deletebackup/") {
		op = "deletebackup"
	}
	if strings.HasPrefix(op, "files/folder/") {
		op = "files/folder/log"
	}
	if slices.Contains(portalOperations, op) {
		return op
	}
	return otherCall
}

var portalOperations = []string{
	"cancelbackup", "capabilities", "clients", "createbackupschedule", "deletebackup", "deletebackuphistory", "deletebackupschedule",
	"files/filesusedspace", "files/folder/log", "files/rooms", "getbackuphistory", "getbackupprogress", "getbackupschedule",
	"getbackupscount", "getrestoreprogress", "getservicestate", "keys", "keys/@self", "people/@self", "people/filter", "portal/quota",
	"portal/tariff", "portal/userscount", "security/audit/events/filter", "security/oauth2/token", "settings",
	"settings/iprestrictions", "settings/iprestrictions/settings", "settings/tfaapp", "settings/webhook", "smtpsettings/smtp",
	"startbackup", "startrestore",
}
