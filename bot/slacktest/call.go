package slacktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"strings"
	"time"
)

// maxBody is the largest request body that is read. Slack's own limit is not documented;
// the largest legal body is a view of 250 kB.
const maxBody = 1 << 20

// Object is a JSON object: a block, a view, a payload.
type Object = map[string]any

// A Call is one Web API request or one post to a response_url, as it ended.
type Call struct {
	At     time.Time
	Method string            // chat.postMessage, or response_url
	Args   map[string]string // without the token; objects and arrays as JSON
	Status int               // HTTP status; 0: the connection was cut or the answer hung
	Error  string            // Slack's error code; empty: ok
}

// request is a decoded call.
type request struct {
	http   *http.Request
	method string
	token  string
	args   map[string]string
}

// reply is what goes back.
type reply struct {
	status     int
	retryAfter time.Duration
	header     http.Header
	body       Object
	raw        string // instead of body
	cut        bool   // close the connection without an answer
}

func (r reply) code() string {
	if code, ok := r.body["error"].(string); ok {
		return code
	}
	return ""
}

// fail is an answer with ok:false.
func fail(code string, more ...Object) reply {
	body := Object{"ok": false, "error": code}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return reply{body: body}
}

// refusal is fail, of a part of a call.
func refusal(code string) *reply {
	r := fail(code)
	return &r
}

// done is an answer with ok:true.
func done(body Object) reply {
	if body == nil {
		body = Object{}
	}
	body["ok"] = true
	return reply{body: body}
}

// decode reads a call as Slack does: arguments from the query, a form or a JSON object;
// the token from the Authorization header or, except in JSON, from the arguments.
func decode(r *http.Request, method string) (*request, string) {
	req := &request{http: r, method: method, args: map[string]string{}}
	req.token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if err := r.ParseForm(); err != nil { // leaves the body alone that is no form
		return req, "invalid_form_data"
	}
	for k, v := range r.Form {
		req.args[k] = v[0]
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media == "application/json" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return req, "request_timeout"
		}
		code := decodeJSON(body, req.args)
		delete(req.args, "token")
		return req, code
	}
	req.token = cmp.Or(req.token, req.args["token"])
	delete(req.args, "token")
	return req, ""
}

// decodeJSON puts the members of a JSON object into args: strings as they are, null not at
// all, anything else as JSON.
func decodeJSON(body []byte, args map[string]string) (code string) {
	if len(bytes.TrimSpace(body)) == 0 {
		return ""
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		if json.Valid(body) {
			return "json_not_object"
		}
		return "invalid_json"
	}
	for k, raw := range members {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			args[k] = text
		default:
			args[k] = string(raw)
		}
	}
	return ""
}

// flag reads a boolean argument: "true", "1" and so on.
func (req *request) flag(name string) bool {
	return req.args[name] == "true" || req.args[name] == "1"
}

// write sends the reply.
func (r reply) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", seconds(r.retryAfter))
	}
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	if r.body == nil {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.raw)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r.body) // a client that went away
}

// object decodes a JSON object and keeps numbers as they are written.
func object(raw []byte) (Object, bool) {
	v, ok := value(raw).(Object)
	return v, ok
}

// value decodes any JSON value; nil if it is none.
func value(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return nil
	}
	return v
}

// objects is a JSON array of objects.
func objects(v any) ([]Object, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	found := make([]Object, len(list))
	for i, item := range list {
		if found[i], ok = item.(Object); !ok {
			return nil, false
		}
	}
	return found, true
}

// str is a string member, empty if there is none.
func str(o Object, name string) string {
	text, _ := o[name].(string)
	return text
}

// textOf is the text of a text object that is a member.
func textOf(o Object, name string) string {
	t, _ := o[name].(Object)
	return str(t, "text")
}

// number is a JSON number as an int, 0 if it is none.
func number(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}
