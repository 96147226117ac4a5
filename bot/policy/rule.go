package policy

// Rule names why something was refused: a word for metrics and the audit trail,
// stable across releases.
type Rule string

// The rules, in the order in which a request meets them.
const (
	RuleWorkspace  Rule = "workspace"
	RuleApp        Rule = "app"
	RuleChannel    Rule = "channel"
	RulePerson     Rule = "person"
	RuleFreeze     Rule = "freeze"
	RuleSyntax     Rule = "syntax"
	RuleBusy       Rule = "busy"     // a restore is open or running on the portal
	RulePortal     Rule = "portal"   // the portal does not answer or is not active
	RuleKey        Rule = "key"      // the key may not restore
	RuleBackup     Rule = "backup"   // unknown, expired or contradicted
	RuleSafety     Rule = "safety"   // the safety backup cannot be taken
	RuleStale      Rule = "stale"    // the button is of another time
	RuleApprover   Rule = "approver" // not one of those who may confirm
	RuleSecond     Rule = "second"   // somebody else has to
	RuleBreakGlass Rule = "break_glass"
	RuleTyping     Rule = "typing"    // the portal's name was not typed
	RuleConsent    Rule = "consent"   // what people agreed to is too old to start
	RulePlan       Rule = "plan"      // what was confirmed is not what would be done
	RuleRecord     Rule = "record"    // it could not be written down
	RuleChat       Rule = "chat"      // the chat does not take the card
	RuleDirectory  Rule = "directory" // the chat cannot say who somebody is
	RuleUnknown    Rule = "unknown"   // no such restore
	RuleAnswer     Rule = "answer"    // the portal's answer to the start
	RuleTask       Rule = "task"      // the portal's task failed
	RuleVerify     Rule = "verify"    // the restored portal does not look right
	RuleReason     Rule = "reason"    // it was not said why
	RuleAltered    Rule = "altered"   // the database was changed outside the bot
)

// Rules lists the rules.
func Rules() []Rule {
	return []Rule{
		RuleWorkspace, RuleApp, RuleChannel, RulePerson, RuleFreeze, RuleSyntax,
		RuleBusy, RulePortal, RuleKey, RuleBackup, RuleSafety, RuleStale,
		RuleApprover, RuleSecond, RuleBreakGlass, RuleTyping, RuleConsent, RulePlan,
		RuleRecord, RuleChat, RuleDirectory, RuleUnknown, RuleAnswer, RuleTask, RuleVerify,
		RuleReason, RuleAltered,
	}
}
