package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"docspace-restorebot/bot"
)

// networkSettings are what Go's own network code reads, and reads from nowhere
// but the environment of the process. It passes over what it cannot use.
func networkSettings() []string {
	return []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
}

// adoptNetwork puts what the settings say of the network where the network code
// finds it, unless the environment around says just that. It has to come before
// the first call: what is read then stays.
func adoptNetwork(vars, around map[string]string) error {
	var errs []error
	for _, name := range networkSettings() {
		if value := vars[name]; value != around[name] {
			errs = append(errs, os.Setenv(name, value))
		}
	}
	return errors.Join(errs...)
}

// explainProxies lets calls that a proxy refuses say so: by itself such an error
// is no more than the words of the status, such as "Forbidden".
func explainProxies() {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			return &bot.ProxyError{Status: strconv.Itoa(answer.StatusCode) + " " + http.StatusText(answer.StatusCode)}
		}
	}
}

// checkNetwork says what the network code would pass over in silence. A proxy's
// address may hold a password: it is not quoted.
func checkNetwork(vars map[string]string) (faults []error) {
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		if value := vars[name]; value != "" && !isProxy(value) {
			faults = append(faults, fmt.Errorf("%s must be the address of a proxy, such as http://proxy.example.com:3128", name))
		}
	}
	if file := vars["SSL_CERT_FILE"]; file != "" {
		content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		if err != nil || !x509.NewCertPool().AppendCertsFromPEM(content) {
			faults = append(faults, errors.New("SSL_CERT_FILE must name a readable file with certificates in PEM form, such as /etc/ssl/our-authority.pem"))
		}
	}
	return faults
}

// isProxy reports whether the network code can use value. Without a scheme it is
// an http proxy.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || strings.ContainsAny(value, "?#") || (u.Port() != "" && !possiblePort(u.Port())) {
		return false
	}
	return u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}
