package main

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy is the only way to the hosts that it knows: no name server knows them.
type proxy struct {
	ways map[string]string // host and port -> address

	mu    sync.Mutex
	asked []string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	way := p.ways[r.Host]
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	if user, password, ok := parseProxyAuth(r); way == "" || r.Method != http.MethodConnect || !ok || user != "bot" || password != "hunter2" {
		http.Error(w, "no way", http.StatusForbidden)
		return
	}
	there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", way)
	if err != nil {
		http.Error(w, "no way", http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() {
		_, _ = io.Copy(there, here)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
}

func parseProxyAuth(r *http.Request) (user, password string, ok bool) {
	return (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
}

func (p *proxy) was(asked string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.asked, asked)
}

// guarded puts the Slack and the portal of a stage behind TLS by an authority that
// nobody knows, and behind a proxy. It returns what a file of settings has to say.
func (s *oldStage) guarded() (*proxy, []string) {
	s.t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		s.t.Skip("the system alone says which authorities are known here")
	}
	web, docs := httptest.NewUnstartedServer(s.slack), httptest.NewUnstartedServer(s.portal)
	for _, server := range []*httptest.Server{web, docs} {
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // certificates that are not accepted
		server.StartTLS()
		s.t.Cleanup(server.Close)
	}
	p := &proxy{ways: map[string]string{"slack.example.com:443": web.Listener.Addr().String(), "docs.example.com:443": docs.Listener.Addr().String()}}
	way := httptest.NewServer(p)
	s.t.Cleanup(way.Close)
	authority := filepath.Join(s.t.TempDir(), "authority.pem")
	write(s.t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})))
	s.env = append(s.env, "SLACK_API_URL=https://slack.example.com/api/", "DOCSPACE_URL=https://docs.example.com")
	return p, []string{"HTTPS_PROXY=http://bot:hunter2@" + way.Listener.Addr().String(), "SSL_CERT_FILE=" + authority}
}

// Where a company's network has one way out and its portal a certificate of its
// own, all of it is in the file of settings.
func TestBinaryRestoresOverAProxyByAnAuthorityOfOurOwn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := setStage(t)
	p, settings := s.guarded()
	s.dotenv = strings.Join(settings, "\n")
	s.start(ctx)
	card := s.card(ctx)
	s.press(ctx, "UBOB", card, "restore_confirm")
	s.shows(ctx, card, "restored")
	if s.portal.Starts() != 1 {
		t.Errorf("startrestore was sent %d times", s.portal.Starts())
	}
	for _, asked := range []string{"CONNECT slack.example.com:443", "CONNECT docs.example.com:443"} {
		if !p.was(asked) {
			t.Errorf("the proxy was not asked to %s", asked)
		}
	}
}

func TestBinaryDoctorSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(settings []string) []string
		says   []string
	}{
		"an authority that is not known": {
			func(settings []string) []string { return settings[:1] },
			[]string{"fail  slack connection: ", "fail  portal docs.example.com: ", "certificate", "SSL_CERT_FILE"},
		},
		"a proxy that lets nobody through": {
			func(settings []string) []string {
				return []string{strings.Replace(settings[0], "hunter2", "swordfish", 1), settings[1]}
			},
			[]string{"fail  slack connection: ", "fail  portal docs.example.com: ", "proxy", "HTTPS_PROXY"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			s := setStage(t)
			_, settings := s.guarded()
			cmd := exec.CommandContext(ctx, os.Args[0], "doctor")
			cmd.Env, cmd.Dir = append(s.env, test.change(settings)...), t.TempDir()
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Errorf("all is well, it says:\n%s", out)
			}
			for _, words := range test.says {
				if !strings.Contains(string(out), words) {
					t.Errorf("it does not say %q:\n%s", words, out)
				}
			}
			if strings.Contains(string(out), "hunter2") || strings.Contains(string(out), "swordfish") {
				t.Errorf("it tells the proxy's password:\n%s", out)
			}
		})
	}
}
