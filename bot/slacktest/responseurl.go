package slacktest

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"path"
	"time"
)

const (
	// hookUses and hookLife are what a response_url is good for
	// (docs: Handling user interaction, Message responses).
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is a response_url.
type hook struct {
	url     string
	until   time.Time
	uses    int
	channel *room
	user    string
	origin  *Message // that held the pressed button; nil for a command
	typed   string   // the command
	shown   bool     // the command was shown above an in_channel answer
}

// newHook makes a response_url. The caller holds mu.
func (s *Slack) newHook(kind string, c *room, user string, origin *Message) *hook {
	base := cmp.Or(s.base, "http://slack.test") // where nothing is connected nothing hears of it
	token := uuid()
	h := &hook{
		url:   base + kind + s.world.TeamID + "/1/" + token,
		until: time.Now().Add(hookLife), channel: c, user: user, origin: origin,
	}
	s.hooks[token] = h
	return h
}

// serveHook takes a post to a response_url.
func (s *Slack) serveHook(w http.ResponseWriter, r *http.Request) {
	req := &request{http: r, method: "response_url", args: map[string]string{}}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		s.finish(w, req, reply{cut: true})
		return
	}
	decodeJSON(body, req.args) // only for the record
	s.answer(w, req, func() reply { return s.useHook(path.Base(r.URL.Path), body) })
}

// useHook does one post to a response_url. The caller holds mu.
func (s *Slack) useHook(token string, body []byte) reply {
	h := s.hooks[token]
	switch {
	case h == nil:
		return hookError(http.StatusNotFound, "no_service")
	case time.Now().After(h.until):
		return hookError(http.StatusNotFound, "expired_url")
	case h.uses >= hookUses:
		return hookError(http.StatusNotFound, "used_url")
	}
	h.uses++
	if code := s.respond(h, body); code != "" {
		return hookError(http.StatusBadRequest, code)
	}
	return done(nil)
}

func hookError(status int, code string) reply {
	answer := fail(code)
	answer.status = status
	return answer
}

// respond does what a payload of a response_url, or of the ack of a command, says.
// The caller holds mu.
func (s *Slack) respond(h *hook, body []byte) (code string) {
	req := &request{method: "response_url", args: map[string]string{}}
	if code := decodeJSON(body, req.args); code != "" {
		return "invalid_payload"
	}
	if h.origin != nil && !h.origin.Deleted && req.flag("replace_original") {
		return s.replace(h.origin, req)
	}
	if len(req.args) == 0 || onlyFlags(req.args) {
		return "" // an ack with {} shows nothing
	}
	content, bad := s.content(req)
	if bad != nil {
		return bad.code()
	}
	m := &Message{User: s.botUser, Content: content, ThreadTS: req.args["thread_ts"]}
	if req.args["response_type"] != "in_channel" {
		m.To = h.user
	} else if !h.shown && h.typed != "" {
		h.shown = true
		m.Typed, m.TypedBy = h.typed, h.user
	}
	s.put(h.channel, m)
	return ""
}

// onlyFlags reports whether there is nothing to show.
func onlyFlags(args map[string]string) bool {
	rest := maps.Clone(args)
	for _, flag := range []string{"replace_original", "response_type"} {
		delete(rest, flag)
	}
	return len(rest) == 0
}

// replace edits the message that held the pressed button; an ephemeral one stays so.
func (s *Slack) replace(m *Message, req *request) string {
	content, bad := s.content(req)
	if bad != nil {
		return bad.code()
	}
	s.edit(m, content)
	return ""
}

// ResponseURLUses returns how often a response_url was used.
func (s *Slack) ResponseURLUses(url string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.hooks[path.Base(url)]; h != nil {
		return h.uses
	}
	return 0
}

// ResponseURL makes the response_url of something that a person did in a
// channel, without an envelope that tells of it.
func (s *Slack) ResponseURL(user, channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return ""
	}
	return s.newHook(commandHook, c, user, nil).url
}
