package main

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"docspace-restorebot/cmd/restorebot/stage"
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
func guarded(t *testing.T, s *stage.Scene) (*proxy, []string) {
	t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the system alone says which authorities are known here")
	}
	web, docs := httptest.NewUnstartedServer(s.Slack), httptest.NewUnstartedServer(s.Portal)
	for _, server := range []*httptest.Server{web, docs} {
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // certificates that are not accepted
		server.StartTLS()
		t.Cleanup(server.Close)
	}
	p := &proxy{ways: map[string]string{"slack.example.com:443": web.Listener.Addr().String(), "docs.example.com:443": docs.Listener.Addr().String()}}
	way := httptest.NewServer(p)
	t.Cleanup(way.Close)
	authority := filepath.Join(s.Dir(), "authority.pem")
	write(t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})))
	s.Setenv("SLACK_API_URL=https://slack.example.com/api/", "DOCSPACE_URL=https://docs.example.com")
	return p, []string{"HTTPS_PROXY=http://bot:hunter2@" + way.Listener.Addr().String(), "SSL_CERT_FILE=" + authority}
}

// Where a company's network has one way out and its portal a certificate of its
// own, all of it is in the file of settings.
func TestBinaryRestoresOverAProxyByAnAuthorityOfOurOwn(t *testing.T) {
	t.Parallel()
	s := setScene(t)
	p, settings := guarded(t, s)
	write(t, filepath.Join(s.Dir(), ".env"), strings.Join(settings, "\n"))
	s.Starts()
	s.Alice.Types("/restore " + s.Newest())
	s.WantCard()
	s.Bob.Presses("Restore")
	s.WantFinalCard("restored")
	s.WantStarts(1)
	for _, asked := range []string{"CONNECT slack.example.com:443", "CONNECT docs.example.com:443"} {
		if !p.was(asked) {
			t.Errorf("the proxy was not asked to %s", asked)
		}
	}
}

func TestBinaryDoctorSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	all := atOnce{t: t}
	defer all.Wait()
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
		all.Run(name, func(t *testing.T) { //nolint:thelper // a subtest
			s := setScene(t)
			_, settings := guarded(t, s)
			s.Setenv(test.change(settings)...)
			out, errs, status := s.Runs("doctor")
			out += errs
			if status == 0 {
				t.Errorf("all is well, it says:\n%s", out)
			}
			for _, words := range test.says {
				if !strings.Contains(out, words) {
					t.Errorf("it does not say %q:\n%s", words, out)
				}
			}
			if strings.Contains(out, "hunter2") || strings.Contains(out, "swordfish") {
				t.Errorf("it tells the proxy's password:\n%s", out)
			}
		})
	}
}
