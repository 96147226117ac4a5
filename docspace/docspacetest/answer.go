package docspacetest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// exchange is one request and the answer to it, which is put together here and
// written at the end, when the lock is free.
type exchange struct {
	r      *http.Request
	op     string // the path below the base, in lower case
	body   []byte
	who    caller
	faults Faults

	status      int
	contentType string
	header      http.Header
	answer      []byte
	proxy       bool
	cut         bool // the connection ends without an answer
}

// The server's answers have this order of fields and leave null out.
type envelope struct {
	Response   any    `json:"response,omitempty"`
	Count      int    `json:"count"`
	Total      *int   `json:"total,omitempty"`
	Links      []link `json:"links"`
	Status     int    `json:"status"`
	StatusCode int    `json:"statusCode"`
}

type link struct {
	Href   string `json:"href"`
	Action string `json:"action"`
}

func (x *exchange) links() []link {
	scheme := "http"
	if x.r.TLS != nil || x.r.URL.Scheme == "https" || x.r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return []link{{scheme + "://" + x.r.Host + x.r.URL.RequestURI(), x.r.Method}}
}

func (x *exchange) json(status int, contentType string, v any) {
	x.status, x.contentType = status, contentType
	x.answer, _ = json.Marshal(v) // only maps and structs of plain values
}

// ok is success; a nil response is left out.
func (x *exchange) ok(response any, count int) {
	x.json(http.StatusOK, "application/json; charset=utf-8",
		envelope{Response: response, Count: count, Links: x.links(), StatusCode: http.StatusOK})
}

// list is a part of a list, of which the server tells the whole length.
func (x *exchange) list(response any, count, total int) {
	x.json(http.StatusOK, "application/json; charset=utf-8",
		envelope{Response: response, Count: count, Total: &total, Links: x.links(), StatusCode: http.StatusOK})
}

// empty is how 401, a narrow scope and 429 look.
func (x *exchange) empty(status int) {
	x.status, x.contentType, x.answer = status, "", nil
}

// addressRefused is the answer of the address filter, bare or as a response.
func (x *exchange) addressRefused(wrapped bool) {
	var body any = "The access to the portal is restricted"
	if wrapped {
		body = map[string]any{"response": body, "count": 1, "status": 1, "statusCode": http.StatusForbidden}
	}
	x.json(http.StatusForbidden, "application/json; charset=utf-8", body)
}

// exception is an error of the application, with the stack that must go no
// further.
func (x *exchange) exception(status int, class, message string) {
	stack := "   at Portal.Api.Controller.Method() in /build/Controller.cs:line 42\n   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)"
	if x.faults.LeakStack {
		message += " " + x.who.secret + "\n" + stack
		stack += x.who.secret
	}
	x.json(status, "application/json; charset=utf-8", map[string]any{
		"error":  map[string]any{"message": message, "type": class, "stack": stack, "hresult": -2146233088},
		"status": 1, "statusCode": status,
	})
}

// missingKey is a parameter that the storage needs.
func (x *exchange) missingKey(key string) {
	x.exception(http.StatusInternalServerError, "System.Collections.Generic.KeyNotFoundException", "The given key '"+key+"' was not present in the dictionary.")
}

// problem is how the filters in front of the application refuse.
func (x *exchange) problem(status int) {
	x.json(status, "application/problem+json; charset=utf-8", map[string]any{
		"type":  "https://tools.ietf.org/html/rfc9110#section-15.5." + strconv.Itoa(status-399),
		"title": http.StatusText(status), "status": status, "traceId": "00-" + hexes(16) + "-" + hexes(8) + "-00",
	})
}

// invalid is the model validation's 400.
func (x *exchange) invalid(field, message string) {
	x.json(http.StatusBadRequest, "application/problem+json; charset=utf-8", envelope{
		Response: map[string]any{
			"type": "https://tools.ietf.org/html/rfc9110#section-15.5.1", "title": "One or more validation errors occurred.",
			"status": 400, "errors": map[string][]string{field: {message}}, "traceId": "00-" + hexes(16) + "-" + hexes(8) + "-00",
		},
		Count: 1, Links: x.links(), Status: 1, StatusCode: http.StatusBadRequest,
	})
}

// page is the proxy's.
func (x *exchange) page(status int) {
	x.status, x.contentType, x.proxy = status, "text/html", true
	x.answer = []byte("<!DOCTYPE html><html><head><title>500 Error Page</title></head><body><h1>" +
		http.StatusText(status) + "</h1></body></html>\n")
}

// html is a page of the portal itself.
func (x *exchange) html(title string) {
	x.status, x.contentType = http.StatusOK, "text/html; charset=utf-8"
	x.answer = []byte("<!DOCTYPE html><html><head><title>" + title + "</title></head><body></body></html>\n")
}

const hugeBody = 64 << 20

// write sends the answer, or breaks the connection.
func (x *exchange) write(w http.ResponseWriter) {
	if x.cut {
		panic(http.ErrAbortHandler)
	}
	if !x.proxy {
		w.Header().Set("Server-Timing", "aspnetcore-request-time;dur=3")
	}
	maps.Copy(w.Header(), x.header)
	isJSON := strings.Contains(x.contentType, "json")
	if x.contentType != "" {
		w.Header().Set("Content-Type", x.contentType)
	}
	if isJSON && x.faults.Garbage {
		x.answer = x.answer[:len(x.answer)/2]
	}
	if len(x.answer) == 0 {
		w.Header().Set("Content-Length", "0")
	}
	if x.faults.CutAnswer && isJSON {
		w.Header().Set("Content-Length", strconv.Itoa(len(x.answer)))
		w.WriteHeader(x.status)
		_, _ = w.Write(x.answer[:len(x.answer)/2])
		_ = http.NewResponseController(w).Flush() // not every writer can
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(x.status)
	if _, err := w.Write(x.answer); err != nil || !x.faults.HugeBody {
		return
	}
	blank := []byte(strings.Repeat(" ", 64<<10))
	for n := len(x.answer); n < hugeBody; n += len(blank) {
		if _, err := w.Write(blank); err != nil {
			return
		}
	}
}
