package bot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// explanation says why a portal does not do a task, in a clause whose "it" is the portal,
// and what to do, in sentences. Both are the bot's words: the server's are in its own
// language and may be a stack trace.
type explanation struct{ why, do string }

// explain explains an error of a portal, in the same words everywhere. Its clause ends
// with the portal's own detail.
func (p Portal) explain(err error) explanation {
	if another, ok := errors.AsType[alias](err); ok {
		return explanation{another.Error(), "Look whether the portal itself is still locked: while it is, the server lets another one answer. Its own host name in " + portalAddress + " ends that."}
	}
	c := p.explainInPublic(err)
	c.why += portalDetail(err)
	return c
}

// explainInPublic explains an error of a portal to anybody: its clause names no host and
// holds no foreign text.
func (p Portal) explainInPublic(err error) explanation {
	for _, explain := range []func(error) explanation{explainNetwork, p.KeyFrom.explainRefusal, explainNoAnswer} {
		if c := explain(err); c.why != "" {
			return c
		}
	}
	return explanation{"it does not answer", "Check that the portal is up and that " + portalAddress + " is right."}
}

// portalAddress names the settings that hold the address of a portal.
const portalAddress = "DOCSPACE_URL (or the url in PORTALS_FILE)"

// refusal refuses a request that the portal did not answer; what is the failed task.
func (c explanation) refusal(what string) *policy.Refusal {
	return &policy.Refusal{Rule: policy.RulePortal, What: what + ": " + c.why + ".", Do: c.do}
}

// refuseUnanswered refuses because the portal gave no usable answer.
func (p Portal) refuseUnanswered(err error) *policy.Refusal {
	return p.refuseUnansweredBy("The portal could not be asked", err)
}

func (p Portal) refuseUnansweredBy(what string, err error) *policy.Refusal {
	no := p.explain(err).refusal(what)
	no.Do += unlistedHint(err)
	if errors.Is(err, docspace.ErrUnauthorized) || errors.Is(err, docspace.ErrScope) {
		no.Rule = policy.RuleKey
	}
	return no
}

// refuseUnlisted refuses because the backups of a portal cannot be read. It names the
// state of a locked portal.
func refuseUnlisted(ctx context.Context, p Portal, err error) *policy.Refusal {
	what := "The backups of " + p.Name + " could not be read"
	if errors.Is(err, docspace.ErrRestoring) {
		if s, look := p.API.Settings(ctx); look == nil && inactive(s) {
			return explainStatus(s.TenantStatus).refusal(what)
		}
	}
	return p.refuseUnansweredBy(what, err)
}

// refusedStart is the reason of a restore that the portal refused to start.
func (p Portal) refusedStart(err error) Reason {
	c := p.explain(err)
	return Reason{Rule: policy.RuleAnswer, What: "The portal refused to start: " + c.why + ".", Do: c.do + " Then ask again with /restore."}
}

// explainNetwork explains a call that did not reach the portal.
func explainNetwork(err error) explanation {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		host        x509.HostnameError
		record      tls.RecordHeaderError
	)
	switch e := portalError(err); {
	case atProxy(err):
		return explanation{"the proxy on the way to it does not let the bot through", NetworkFix(err, "")}
	case errors.As(err, &name):
		return explanation{"its name cannot be found (DNS)", "Check " + portalAddress + " and the name server of the bot's machine."}
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &host):
		return explanation{"its certificate is not accepted (TLS)", NetworkFix(err, "Its certificate is not accepted: renew it, or make it out for this name.")}
	case errors.As(err, &record):
		return explanation{"it does not speak TLS where it should", "Check " + portalAddress + ": http:// or another port may be meant."}
	case errors.Is(err, docspace.ErrRedirected):
		return explanation{"its address leads elsewhere (a redirect)", "Put the address that it leads to in " + portalAddress + ", often https:// for http://."}
	case e.Proxy && e.Status >= http.StatusBadRequest && e.Status < http.StatusInternalServerError:
		return explanation{fmt.Sprintf("something in front of it refuses the bot (%d)", e.Status), "The proxy or firewall before the portal has to let the bot's calls to /api/2.0/ through: ask its operator."}
	case e.Proxy && e.Status < http.StatusMultipleChoices && e.Status > 0:
		return explanation{"a page comes where its answer should be", "Open the portal in a browser: a maintenance or login page stands before it. Or check " + portalAddress + "."}
	}
	return explanation{}
}

// portalError is the portal's answer in an error; the zero value if there was no
// answer.
func portalError(err error) docspace.Error {
	if e, ok := errors.AsType[*docspace.Error](err); ok {
		return *e
	}
	return docspace.Error{}
}

// explainNoAnswer explains a missing or unreadable answer.
func explainNoAnswer(err error) explanation {
	var timeout net.Error
	e := portalError(err)
	switch {
	case e.Op == docspace.OpHistory && slow(err):
		return explanation{"its list of backups takes too long: it looks for the file of each, and with many on a cloud that takes minutes", "Try again later; an admin of the portal can delete old backups there."}
	case errors.Is(err, docspace.ErrTooLarge):
		return explanation{"its answer is too large to be read", "An admin of the portal has to delete old backups there."}
	case errors.Is(err, docspace.ErrAnswer):
		return explanation{"its answer cannot be read", "Check " + portalAddress + ". If it is right, the portal or something in front of it is broken: ask the server's operator."}
	case errors.Is(err, docspace.ErrServer) && !e.Proxy:
		return explainServerError(e)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return explanation{"it does not answer in time", "Look whether the portal is up and not overloaded, then try again."}
	case e.Status == 0 && errors.Is(err, docspace.ErrBadRequest):
		return explanation{"the bot cannot ask it with its settings", "The bot's operator has to look at the address and the key that it has: restorebot doctor tells more."}
	case e.Status >= http.StatusInternalServerError:
		return explanation{fmt.Sprintf("the server behind its proxy cannot be reached (%d)", e.Status), "The server's operator has to look whether DocSpace's services run."}
	case e.Status != 0:
		return explanation{"its answer breaks off", "Try again; if it goes on, look at what is in front of the portal."}
	}
	return explanation{}
}

// explainServerError explains a 500 of the application. One backup whose storage cannot
// be read makes the whole history fail with it.
func explainServerError(e docspace.Error) explanation {
	c := explanation{fmt.Sprintf("it failed with an error of its own (%d)", e.Status), "The server's operator has to look at its log; try again then."}
	if e.Op == docspace.OpHistory {
		c = explanation{
			fmt.Sprintf("it cannot put its list of backups together (%d)", e.Status),
			"One backup whose storage cannot be read is enough: an admin of the portal checks the storages, the server's operator its log.",
		}
	}
	return c
}

// portalDetail is the portal's own detail of an error, after a colon: the target of a
// redirect, or the class of the server's exception, which no language changes.
func portalDetail(err error) string {
	const most = 80
	e := portalError(err)
	switch failed := errors.Is(err, docspace.ErrServer) || errors.Is(err, docspace.ErrBadRequest); {
	case errors.Is(err, docspace.ErrRedirected) && e.Message != "":
		return ": " + e.Message
	case failed && e.Type != "" && len(e.Type) <= most:
		return ": " + e.Type
	}
	return ""
}
