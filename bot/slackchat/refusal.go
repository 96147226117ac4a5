package slackchat

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/bot/slackchat/socketmode"
)

// about classifies a refusal of Slack's by its remedy: another time, another place,
// another content, or a person.
type about int

// The zero value lasts: so does every code that the table does not know.
const (
	aboutLasting about = iota // until a person changes something
	aboutToken                // lasting too, for every call: the token or the app
	aboutLimit                // passing: too many calls
	aboutSlack                // passing: Slack is not well, and may have done it all the same
	aboutAbsent               // the place: the bot is not there
	aboutClosed               // the place: it takes nothing, or the person does not
	aboutThread               // the place: it takes nothing in this thread
	aboutMessage              // the message is gone, or may not be edited
	aboutHook                 // the response_url is used up
	aboutContent              // simpler content may be taken
	aboutTrigger              // the trigger_id is used up
	aboutView                 // the modal is closed, or shows something else
)

// refusals are the codes with a remedy other than a person, and those of the token. https://docs.slack.dev/reference/methods/chat.postMessage#errors
var refusals = map[string]about{
	"invalid_auth": aboutToken, "not_authed": aboutToken, "account_inactive": aboutToken, "token_revoked": aboutToken,
	"token_expired": aboutToken, "not_allowed_token_type": aboutToken, "no_permission": aboutToken, "org_login_required": aboutToken,
	"ekm_access_denied": aboutToken, "enterprise_is_restricted": aboutToken, "access_denied": aboutToken,
	"team_access_not_granted": aboutToken, "two_factor_setup_required": aboutToken, "missing_scope": aboutToken,

	"ratelimited": aboutLimit, "rate_limited": aboutLimit, "message_limit_exceeded": aboutLimit,

	"internal_error": aboutSlack, "fatal_error": aboutSlack, "service_unavailable": aboutSlack, "request_timeout": aboutSlack,
	"team_added_to_org": aboutSlack,

	"not_in_channel": aboutAbsent, "channel_not_found": aboutAbsent,

	"is_archived": aboutClosed, "is_inactive": aboutClosed, "user_not_in_channel": aboutClosed, "user_not_found": aboutClosed,
	"users_not_found": aboutClosed, "user_not_visible": aboutClosed, "user_disabled": aboutClosed, "user_is_bot": aboutClosed,
	"messages_tab_disabled": aboutClosed, "cannot_dm_bot": aboutClosed,

	"thread_not_found": aboutThread, "cannot_reply_to_message": aboutThread, "thread_locked": aboutThread,
	"restricted_action_non_threadable_channel": aboutThread, "restricted_action_thread_locked": aboutThread,

	"message_not_found": aboutMessage, "cant_update_message": aboutMessage, "edit_window_closed": aboutMessage,

	"expired_url": aboutHook, "used_url": aboutHook, "no_service": aboutHook,

	"invalid_blocks": aboutContent, "invalid_blocks_format": aboutContent, "msg_blocks_too_long": aboutContent, "msg_too_long": aboutContent,
	"block_mismatch": aboutContent, "invalid_attachments": aboutContent, "too_many_attachments": aboutContent, "no_text": aboutContent,
	"invalid_payload": aboutContent, "markdown_text_conflict": aboutContent, "view_too_large": aboutContent, "invalid_view": aboutContent,
	"invalid_arguments": aboutContent, // what Slack says of views that it does not take

	"expired_trigger_id": aboutTrigger, "exchanged_trigger_id": aboutTrigger, "invalid_trigger_id": aboutTrigger,
	"trigger_expired": aboutTrigger, "trigger_exchanged": aboutTrigger,

	"not_found": aboutView, "hash_conflict": aboutView, "view_not_found": aboutView,
}

// aboutOf classifies a code. It knows growing families of codes by their prefix.
func aboutOf(code string) about {
	if a, ok := refusals[code]; ok {
		return a
	}
	switch {
	case strings.HasPrefix(code, "restricted_action"):
		return aboutClosed
	case strings.HasPrefix(code, "metadata_"), strings.HasPrefix(code, "invalid_metadata"):
		return aboutContent
	}
	return aboutLasting
}

// passing reports whether the same call is worth another try.
func passing(code string) bool { a := aboutOf(code); return a == aboutLimit || a == aboutSlack }

// wrongToken reports whether a code is about the token itself, not about its rights.
func wrongToken(code string) bool {
	switch code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type":
		return true
	}
	return false
}

// domainError is the domain's error for a refusal; nil for one that passes.
func (a about) domainError() error {
	switch a {
	case aboutAbsent:
		return policy.ErrNotInChannel
	case aboutClosed, aboutThread:
		return bot.ErrChannelClosed
	case aboutMessage:
		return bot.ErrCardGone
	case aboutTrigger:
		return bot.ErrTriggerGone
	case aboutView:
		return bot.ErrModalGone
	case aboutLasting, aboutToken, aboutContent: // content is asked about only after its last form
		return policy.ErrChatDenied
	case aboutLimit, aboutSlack, aboutHook:
	}
	return nil
}

// refusalOf reads Slack's refusal in err: its code and its class.
func refusalOf(err error) (code string, a about, ok bool) {
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return "", aboutLasting, false
	}
	return refused.Err, aboutOf(refused.Err), true
}

// is reports whether err is a refusal of this class.
func (a about) is(err error) bool {
	_, of, ok := refusalOf(err)
	return ok && of == a
}

// chatError wraps the error of a call in the domain's errors.
func chatError(doing, method string, err error) error {
	if err == nil {
		return nil
	}
	if o := outcomeOf(err); o.Outcome == OutcomeLimited {
		return fmt.Errorf("%s: %w", doing, &busyError{o.wait})
	}
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return &policy.ChatError{
		Doing: doing, Method: method, Code: refused.Err, Needs: refused.Needed, Detail: strings.Join(refused.ResponseMetadata.Messages, "; "),
		Fix: cure(refused.Err, method, refused.Needed), Means: aboutOf(refused.Err).domainError(), Cause: err,
	}
}

// cure says who can end a refusal, and how.
func cure(code, method, scope string) string {
	switch code {
	case "missing_scope":
		return "The manager of the Slack app adds the scope " + cmp.Or(scope, "that "+method+" needs") +
			" under OAuth & Permissions, Bot Token Scopes, and installs the app again."
	case "not_in_channel", "channel_not_found":
		return "Somebody in the channel types /invite and the bot's name."
	case "is_archived", "is_inactive":
		return "Somebody unarchives the channel."
	case "messages_tab_disabled":
		return "The manager of the Slack app switches the Messages Tab on under App Home; restorebot manifest has it."
	case "ekm_access_denied":
		return "The organization's administrators have suspended access by Enterprise Key Management; they can give it back."
	case "no_such_subteam", "subteam_not_found":
		return "The user group is not there any more: the bot's operator takes its id out of the bot's lists, or puts another one in."
	case "paid_teams_only", "plan_upgrade_required":
		return "User groups need a paid plan of Slack: the bot's operator names people by their ids instead."
	case "account_inactive":
		return "The app was removed from the workspace, or its bot switched off: install it again, and put its token in SLACK_BOT_TOKEN."
	case "no_permission", "org_login_required", "enterprise_is_restricted", "access_denied", "team_access_not_granted", "two_factor_setup_required":
		return "Ask an administrator of the Slack workspace: its rules keep the bot from this."
	}
	switch a := aboutOf(code); {
	case strings.HasPrefix(code, "restricted_action"):
		return "The manager of the channel lets the bot post there, under its posting permissions."
	case a == aboutToken:
		return "Put the Bot User OAuth Token (xoxb-...) of OAuth & Permissions in SLACK_BOT_TOKEN; install the app again if there is none."
	case a == aboutContent:
		return "The bot sends it again in a simpler form. If that is refused too, update the bot, and report it with the line of its log."
	}
	return "See what " + code + " means on Slack's page of " + method + ", and ask an administrator of the Slack workspace."
}

// busyError is a [policy.ErrChatBusy] with the time to wait.
type busyError struct{ after time.Duration }

func (e *busyError) Error() string {
	if e.after <= 0 {
		return policy.ErrChatBusy.Error()
	}
	return fmt.Sprintf("%v for %v", policy.ErrChatBusy, e.after.Round(time.Millisecond))
}
func (e *busyError) Unwrap() error             { return policy.ErrChatBusy }
func (e *busyError) RetryAfter() time.Duration { return e.after }

// AppTokenCure is the remedy for a code of [socketmode.FatalError].
func AppTokenCure(code string) string {
	switch code {
	case "not_allowed_token_type":
		return "SLACK_APP_TOKEN must be an app-level token (xapp-...)"
	case "missing_scope", "no_permission":
		return "the app-level token needs the scope connections:write"
	case "account_inactive", "forbidden_team", "org_login_required", "two_factor_setup_required":
		return "ask a Slack admin about the app's installation in this workspace"
	case socketmode.CodeNotFound:
		return "check SLACK_API_URL"
	}
	return "check SLACK_APP_TOKEN; a new one is made under Basic Information, App-Level Tokens"
}
