package docspace

import (
	"bufio"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// Address returns the one spelling of a portal's address: the scheme and the
// host in lower case, an international name as its xn-- form and without the dot
// of the root, an IP address in its short form, no default port, and the path
// without its last "/". Two URLs with the same Address reach the same portal.
// The error tells which rule text breaks and never repeats text, which may hold
// a password.
func Address(text string) (string, error) {
	u, err := parseBase(text)
	if err != nil {
		return "", err
	}
	host, err := canonicalHost(u.Hostname())
	if err != nil {
		return "", err
	}
	if port := canonicalPort(u); port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host + canonicalPath(u), nil
}

// parseBase reads the URL of a portal. Its errors are rules that begin with a
// verb: those of url.Parse repeat the URL.
func parseBase(text string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("must be a URL")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return nil, errors.New("must start with https:// or http:// and name a host")
	case u.User != nil:
		return nil, errors.New("must not contain a user or a password")
	case strings.ContainsAny(text, "?#"):
		return nil, errors.New(`must not have a query or fragment, which "?" or "#" begins`)
	case !possiblePort(u.Port()):
		return nil, errors.New("must have a port from 1 to 65535, or none")
	}
	return u, nil
}

func possiblePort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return text == "" || (err == nil && n > 0)
}

// canonicalPort is "" for the port that the scheme has by itself.
func canonicalPort(u *url.URL) string {
	port := strings.TrimLeft(u.Port(), "0")
	if (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		return ""
	}
	return port
}

func canonicalHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip = ip.Unmap(); ip.Is4() {
			return ip.String(), nil
		}
		return "[" + strings.ReplaceAll(ip.String(), "%", "%25") + "]", nil
	}
	ascii, err := asciiHost(host)
	if err != nil {
		return "", err
	}
	ascii = strings.TrimSuffix(ascii, ".")
	if ascii == "" || strings.HasPrefix(ascii, ".") || strings.Contains(ascii, "..") || strings.ContainsAny(ascii, " \t%/\\") {
		return "", errors.New("must have a host that is a name or an IP address")
	}
	return ascii, nil
}

// asciiHost is the name that net/http asks for when a URL says host. It has no
// exported function for that, but writes the name into the Host line.
func asciiHost(host string) (string, error) {
	host = strings.ToLower(host)
	var wire strings.Builder
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: host, Path: "/"}, Header: http.Header{}}
	if err := r.Write(&wire); err != nil {
		return "", errors.New("must have a host that is a name or an IP address")
	}
	sent, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire.String())))
	if err != nil || sent.Host == "" {
		return "", errors.New("must have a host that is a name or an IP address")
	}
	return strings.ToLower(sent.Host), nil
}

// canonicalPath has one escape for each character, and neither "." nor ".." nor
// empty elements; "" is the root.
func canonicalPath(u *url.URL) string {
	elements := strings.Split(u.EscapedPath(), "/")
	for i, e := range elements {
		if plain, err := url.PathUnescape(e); err == nil {
			elements[i] = url.PathEscape(plain)
		}
	}
	return strings.TrimSuffix(path.Clean("/"+strings.Join(elements, "/")), "/")
}
