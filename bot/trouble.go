package bot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"

	"docspace-restorebot/docspace"
)

// trouble says in plain words why a portal could not be asked. The server's own
// words are left out: they are in its language and may be a stack trace.
func trouble(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		host        x509.HostnameError
		record      tls.RecordHeaderError
		timeout     net.Error
	)
	switch {
	case atProxy(err):
		return "the proxy on the way to it does not let the bot through"
	case errors.As(err, &name):
		return "its name cannot be found (DNS)"
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &host):
		return "its certificate is not accepted (TLS)"
	case errors.As(err, &record):
		return "it does not speak TLS where it should"
	case errors.Is(err, docspace.ErrRateLimited):
		return "it asks for fewer requests (429)"
	case errors.Is(err, docspace.ErrRedirected):
		return "its address leads elsewhere (a redirect)"
	case errors.Is(err, docspace.ErrAnswer):
		return "its answer cannot be read"
	case errors.Is(err, docspace.ErrNotFound), errors.Is(err, docspace.ErrNoPortal):
		return "no portal is at its address (404)"
	case errors.Is(err, docspace.ErrForbidden), errors.Is(err, docspace.ErrRestoring), errors.Is(err, docspace.ErrUnauthorized):
		return "it refuses to say how far it is (403)"
	case errors.Is(err, docspace.ErrPlan):
		return "it says that it is not paid for (402)"
	case errors.Is(err, docspace.ErrServer):
		return "it answers with an error of its own (500)"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it does not answer in time"
	}
	var e *docspace.Error
	switch {
	case !errors.As(err, &e) || e.Status == 0:
		return "it does not answer"
	case e.Status >= http.StatusInternalServerError:
		return "the server behind its proxy cannot be reached"
	default:
		return "its answer breaks off"
	}
}
