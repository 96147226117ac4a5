package bot

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// ProxyError is the error of a call that a proxy refused.
type ProxyError struct{ Status string } // such as "407 Proxy Authentication Required"

func (e *ProxyError) Error() string { return "the proxy answers " + e.Status }

// atProxy reports whether a call failed at the proxy.
func atProxy(err error) bool {
	var refusal *ProxyError
	var dial *net.OpError
	return errors.As(err, &refusal) || errors.As(err, &dial) && dial.Op == "proxyconnect"
}

// NetworkFix is the cure of a call that failed at the proxy or at a certificate, and
// otherwise for any other error.
func NetworkFix(err error, otherwise string) string {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case atProxy(err):
		return "Look at HTTPS_PROXY and NO_PROXY, and let the proxy allow CONNECT to this host, port 443."
	case errors.As(err, &authority):
		return "If the certificate is of an authority of your own, or of a proxy that reads along, name the file of that authority (PEM) in SSL_CERT_FILE."
	case errors.As(err, &certificate):
		return "Its certificate is not accepted: renew it, or make it out for this name."
	default:
		return otherwise
	}
}
