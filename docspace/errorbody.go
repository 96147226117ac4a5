package docspace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// shape is what the body of a failure looked like. The server has four ways to
// fail, and two of them tell a 403 from another.
type shape int

const (
	shapeOther    shape = iota
	shapeEmpty          // 401, key scope 403, 429
	shapeEnvelope       // an exception of the application
	shapeProblem        // a filter before the application: application/problem+json
	shapeText           // a bare string, or one as the response: the address filter
	shapeHTML           // a proxy
)

// failure is the union of the server's error bodies.
type failure struct {
	Error json.RawMessage `json:"error"`
	// Response holds a problem when the model validation failed, and the bare text of
	// the address filter.
	Response   json.RawMessage `json:"response"`
	StatusCode json.RawMessage `json:"statusCode"`
	problem
}

// problem is RFC 9457, which the filters before the application answer with.
type problem struct {
	Title   string              `json:"title"`
	Detail  string              `json:"detail"`
	TraceID string              `json:"traceId"`
	Errors  map[string][]string `json:"errors"`
}

// text is the first thing worth telling.
func (p problem) text() string {
	keys := make([]string, 0, len(p.Errors))
	for key := range p.Errors {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if len(p.Errors[key]) > 0 {
			return p.Errors[key][0]
		}
	}
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// describe fills e from an answer that is no success. It cannot fail: whatever
// the body is, the status stays.
func (e *Error) describe(status int, header http.Header, body []byte, now time.Time) {
	e.Status = status
	e.RetryAfter = retryAfter(header.Get("Retry-After"), now)
	e.RequestID = oneLine(header.Get("X-Request-Id")) // a proxy's; the body knows the server's
	body = bytes.TrimSpace(body)
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch {
	case len(body) == 0:
		e.shape = shapeEmpty
	case kind == "text/html" || body[0] == '<':
		e.shape, e.Proxy = shapeHTML, true
	case body[0] == '{':
		e.describeJSON(kind, body)
	default:
		e.shape = shapeText
		text := string(body)
		if json.Unmarshal(body, &text) != nil {
			text = string(body)
		}
		e.Message = oneLine(text)
	}
	// The application stamps its answers with Server-Timing; nginx does not.
	if status >= http.StatusBadGateway && e.shape != shapeEnvelope && header.Get("Server-Timing") == "" {
		e.Proxy = true
	}
}

func (e *Error) describeJSON(kind string, body []byte) {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		// One field of an unexpected type must not cost the others.
		f = failure{}
		var raw map[string]json.RawMessage
		if json.Unmarshal(body, &raw) != nil {
			return
		}
		f.Error, f.Response = raw["error"], raw["response"]
		_ = json.Unmarshal(raw["title"], &f.Title)
	}
	if n, err := strconv.Atoi(string(f.StatusCode)); err == nil {
		e.claimed = n
	}
	switch {
	case present(f.Error):
		e.shape = shapeEnvelope
		e.Message, e.Type = exception(f.Error)
	case present(f.Response):
		e.shape = shapeEnvelope
		var p problem
		var text string
		if json.Unmarshal(f.Response, &text) == nil { // the address filter, as later servers wrap it
			e.shape, e.Message = shapeText, oneLine(text)
		} else if json.Unmarshal(f.Response, &p) == nil {
			e.Message, e.RequestID = oneLine(p.text()), cmp.Or(oneLine(p.TraceID), e.RequestID)
		}
	case kind == "application/problem+json" || f.Title != "" || f.TraceID != "":
		e.shape = shapeProblem
		e.Message, e.RequestID = oneLine(f.text()), cmp.Or(oneLine(f.TraceID), e.RequestID)
	}
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// exception reads the server's exception without its stack. Some answers hold
// a bare string.
func exception(raw json.RawMessage) (message, class string) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return oneLine(text), ""
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields) // not an object: nothing to tell
	_ = json.Unmarshal(fields["message"], &message)
	_ = json.Unmarshal(fields["type"], &class)
	if strings.ContainsFunc(class, func(r rune) bool { return r <= ' ' || r > '~' }) || len(class) > 200 {
		class = ""
	}
	return oneLine(message), class
}

// maxMessage bounds a foreign text in runes; it is meant for a line in a chat.
const maxMessage = 300

// oneLine makes a foreign text fit to print: without the stack trace that .NET
// appends, without control characters, and not long.
func oneLine(s string) string {
	for _, frame := range []string{"\n   at ", "\r\n   at ", "   at ", "\n--- End of"} {
		if i := strings.Index(s, frame); i >= 0 {
			s = s[:i]
		}
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage-1]) + "…"
	}
	return s
}

// maxRetryAfter keeps a foolish header from overflowing; the longest honest one
// is a day's window.
const maxRetryAfter = 48 * time.Hour

// retryAfter reads a Retry-After header: seconds from the server, a date from
// some proxies. 0 is absent, past or unreadable.
func retryAfter(value string, now time.Time) time.Duration {
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n <= 0 {
		return 0
	}
	return time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second
}
