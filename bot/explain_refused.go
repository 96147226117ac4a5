package bot

import (
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/docspace"
)

// explainRefusal explains a refusal of a portal.
func (k KeySource) explainRefusal(err error) explanation {
	switch e := portalError(err); {
	case errors.Is(err, docspace.ErrRateLimited):
		wait := "a minute"
		if e.RetryAfter > time.Minute {
			wait = age(e.RetryAfter)
		}
		return explanation{"it asks for fewer requests (429)", "Try again in " + wait + "."}
	case errors.Is(err, docspace.ErrUnauthorized):
		return explanation{"it does not accept the bot's API key (401): it is wrong, expired, switched off, or a restore has ended its life", k.newKeyHint()}
	case errors.Is(err, docspace.ErrPlan):
		return explainUnpaid(e)
	case errors.Is(err, docspace.ErrForbidden):
		return k.explainForbidden(err, e)
	case errors.Is(err, docspace.ErrNoPortal):
		return explanation{
			"no portal is at its address (404), or it is suspended or removed",
			"Check " + portalAddress + "; else the server's operator has to make it active again.",
		}
	case errors.Is(err, docspace.ErrNotFound) && e.Op == docspace.OpStart:
		return explanation{"it does not find the backup, or its file, any more (404)", "Choose another one from /restore list."}
	case errors.Is(err, docspace.ErrNotFound):
		return explanation{"it does not know what it is asked (404)", "Check " + portalAddress + ", and the server's version: API keys need 3.1 or newer."}
	case errors.Is(err, docspace.ErrBadRequest) && e.Status != 0:
		return explanation{fmt.Sprintf("it does not take what it is asked (%d)", e.Status), "Check what was asked for. If it is right, this version of the server may be one that the bot does not know."}
	}
	return explanation{}
}

// explainUnpaid explains a 402: the portal, its plan, or its quota.
func explainUnpaid(e docspace.Error) explanation {
	switch {
	case e.Type == "ASC.Core.Tenants.TenantQuotaException":
		return explanation{"its quota is used up (402)", "The portal's owner has to make room or raise the quota."}
	case e.Type != "":
		return explanation{"its plan does not include this (402)", "The portal's owner has to change the plan under Payments."}
	}
	return explanation{"it is not paid for (402)", "The portal's owner has to settle that under Payments."}
}

// explainForbidden explains a 403. The server has four kinds of it.
func (k KeySource) explainForbidden(err error, e docspace.Error) explanation {
	switch {
	case e.Op == docspace.OpRestoreProgress: // asked without the key
		return explanation{"it refuses to say how far it is (403)", "The server's operator, or what is in front of it, has to let the bot ask."}
	case errors.Is(err, docspace.ErrScope):
		return explanation{"the bot's API key lacks the permission for this (403)", k.writeKeyHint()}
	case errors.Is(err, docspace.ErrAddress):
		return explanation{"it lets nobody in from the bot's address (403)", "An admin of the portal has to add the address of the bot's machine in Settings, Security, IP restrictions."}
	case errors.Is(err, docspace.ErrRestoring):
		return explanation{"it is locked while it is restored, moved or encrypted (403)", "Wait for the end of that; /restore status shows how far a restore is."}
	}
	return explanation{"the person whose key the bot has may not do this there (403)", "If it is the portal's owner or a DocSpace admin, the server does not offer this: ask its operator. Else: " + k.newKeyHint()}
}

// explainStatus explains the state of a portal that is not active.
func explainStatus(s docspace.TenantStatus) explanation {
	wait := "Wait for the end of that, then ask again."
	said := " (" + string(s) + ")"
	switch s {
	case docspace.TenantRestoring:
		return explanation{"a restore of it runs or has broken off" + said, "See /restore status. If none runs, a worker died: the server's operator sets the state back to Active."}
	case docspace.TenantSuspended:
		return explanation{"it is suspended" + said, "The server's operator, or the portal's owner, has to make it active again: nothing can be restored before."}
	case docspace.TenantRemovePending:
		return explanation{"it is about to be removed" + said, "Ask the server's operator: nothing can be restored there."}
	case docspace.TenantTransferring:
		return explanation{"it is being moved" + said, wait}
	case docspace.TenantMigrating:
		return explanation{"it is being migrated" + said, wait}
	case docspace.TenantEncryption:
		return explanation{"its storage is being encrypted or decrypted" + said, wait}
	case docspace.TenantActive:
		return explanation{}
	}
	return explanation{"its state is one that the bot does not know" + said, "Make the portal active again: nothing can be restored before."}
}

// inactive reports whether a portal says that it is not active. Old versions do not say.
func inactive(s docspace.Settings) bool {
	return s.TenantStatus != docspace.TenantActive && s.TenantStatus != ""
}
