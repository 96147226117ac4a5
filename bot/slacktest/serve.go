package slacktest

import (
	"net/http"
	"strings"
	"time"
)

// Paths, below whatever prefix the bot's base URL has.
const (
	apiPath     = "/api/"
	linkPath    = "/link/"
	commandHook = "/commands/"
	actionHook  = "/actions/"
	uploadHook  = "/upload/"
)

// ServeHTTP answers the Web API below /api/, a Socket Mode handshake, an upload or a post
// to a response_url.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	switch path := r.URL.Path; {
	case strings.Contains(path, apiPath):
		prefix, method, _ := strings.Cut(path, apiPath)
		s.serveAPI(w, r, prefix, method)
	case strings.Contains(path, linkPath):
		s.serveLink(w, r)
	case strings.Contains(path, uploadHook):
		s.serveUpload(w, r)
	case strings.Contains(path, commandHook), strings.Contains(path, actionHook):
		s.serveHook(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Slack) serveAPI(w http.ResponseWriter, r *http.Request, prefix, method string) {
	req, code := decode(r, method)
	if code != "" {
		s.finish(w, req, fail(code))
		return
	}
	s.answer(w, req, func() reply {
		s.base = baseURL(r, prefix)
		return s.call(req)
	})
}

// answer does a call, with mu held, unless a scripted failure comes first.
func (s *Slack) answer(w http.ResponseWriter, req *request, do func() reply) {
	f := s.nextFault(req.method)
	if f != nil && !f.Applied {
		switch {
		case !s.waitOut(req.http, f):
			s.finish(w, req, reply{cut: true})
			return
		case !f.onlyWaits():
			s.finish(w, req, f.reply())
			return
		}
	}
	s.mu.Lock()
	answer := do()
	s.mu.Unlock()
	if f != nil && f.Applied {
		switch {
		case !s.waitOut(req.http, f):
			answer = reply{cut: true}
		case !f.onlyWaits():
			answer = f.reply()
		}
	}
	s.finish(w, req, answer)
}

// call checks token, scopes and rate, and does what the method does. The caller holds mu.
func (s *Slack) call(req *request) reply {
	m, known := methods[req.method]
	if !known {
		return fail("unknown_method")
	}
	if code := s.checkToken(req.token, m.appToken); code != "" && !m.anybody {
		return fail(code)
	}
	header := http.Header{}
	if !m.appToken && !m.anybody {
		header.Set("X-Oauth-Scopes", strings.Join(s.world.Scopes, ","))
		header.Set("X-Accepted-Oauth-Scopes", strings.Join(m.scopes, ","))
	}
	answer := s.allowed(req, m)
	if answer.header == nil {
		answer.header = header
	}
	return answer
}

func (s *Slack) allowed(req *request, m method) reply {
	if len(m.scopes) > 0 && !s.hasAny(m.scopes) {
		return s.missingScope(m.scopes[0])
	}
	if wait := s.throttle(req, m); wait > 0 {
		return s.rateLimited(req.method, wait)
	}
	return m.do(s, req)
}

// finish records the call and answers it.
func (s *Slack) finish(w http.ResponseWriter, req *request, answer reply) {
	status := answer.status
	if status == 0 {
		status = http.StatusOK
	}
	if answer.cut {
		status = 0
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{
		At: time.Now(), Method: req.method, Args: req.args, Status: status, Error: answer.code(),
	})
	s.notify()
	s.mu.Unlock()
	if answer.cut {
		panic(http.ErrAbortHandler) // net/http's way to cut the connection without an answer
	}
	answer.write(w)
}

// Calls returns the finished calls of a method, oldest first; of every method if it is "".
func (s *Slack) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// baseURL is the address by which the client reached us.
func baseURL(r *http.Request, prefix string) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + prefix
}
