package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"docspace-restorebot/bot/policy"
)

// Grade says how a check came out.
type Grade string

// The grades.
const (
	Pass Grade = "pass"
	Warn Grade = "warn" // a restore works today; something deserves a look
	Fail Grade = "fail" // a restore would fail, or would not be safe
)

// Finding is what one check found. It holds no secret.
type Finding struct {
	Check string `json:"check"` // what was looked at, in a few words
	Grade Grade  `json:"grade"`
	What  string `json:"what"`          // what was found
	Fix   string `json:"fix,omitempty"` // exactly what to do; "" when nothing

	// Public is the part that anybody who reaches the port of /readyz may read; nil
	// keeps the finding from them.
	Public *Public `json:"-"`
}

// Public is a [Finding] without a host, an address or foreign text.
type Public struct {
	Name   string // of the thing that was checked
	Detail string // the result
	Needed bool   // the bot is not ready while this fails
}

// InPublic returns the finding with its result public, under a name.
func (f Finding) InPublic(name string, needed bool) Finding {
	f.Public = &Public{Name: name, Detail: f.What, Needed: needed}
	return f
}

// Examiner checks itself: the chat, the store, the portals. Each knows best what it
// needs.
type Examiner interface {
	// Examine changes nothing. It returns no later than ctx ends.
	Examine(ctx context.Context) []Finding
}

// ExamineFunc is a function that is an [Examiner].
type ExamineFunc func(ctx context.Context) []Finding

// Examine implements [Examiner].
func (f ExamineFunc) Examine(ctx context.Context) []Finding { return f(ctx) }

// Examination is the answer to /restore doctor.
type Examination struct{ Findings []Finding }

// Worst is the worst grade of some findings, [Pass] for none.
func Worst(findings []Finding) Grade {
	worst := Pass
	for _, f := range findings {
		if f.Grade == Fail || worst == Pass {
			worst = f.Grade
		}
		if worst == Fail {
			break
		}
	}
	return worst
}

// examineWithin bounds an examination.
const examineWithin = 40 * time.Second

// Examine asks all examiners at once and returns their findings in order.
func Examine(ctx context.Context, examiners ...Examiner) []Finding {
	ctx, cancel := context.WithTimeout(ctx, examineWithin)
	defer cancel()
	found := make([][]Finding, len(examiners))
	var asked sync.WaitGroup
	for i, e := range examiners {
		asked.Go(func() { found[i] = e.Examine(ctx) })
	}
	asked.Wait()
	var all []Finding
	for _, f := range found {
		all = append(all, f...)
	}
	return all
}

func passed(check, what string) Finding { return Finding{Check: check, Grade: Pass, What: what} }

func warned(check, what, fix string) Finding {
	return Finding{Check: check, Grade: Warn, What: what, Fix: fix}
}

func faulty(check, what, fix string) Finding {
	return Finding{Check: check, Grade: Fail, What: what, Fix: fix}
}

// answerDoctor is /restore doctor. It also answers while Slack does not tell who anybody
// is, since it says why: to the people whom a list names by their id.
func (b *Bot) answerDoctor(ctx context.Context, c policy.Caller) Answer {
	no := b.Policy.CheckMembership(ctx, b.Directory, c)
	if no != nil && (no.Rule != policy.RuleDirectory || !b.namesByID(c.User)) {
		return b.refuse(ctx, c, "", no)
	}
	return Examination{Examine(ctx, b.Doctor...)}
}

// namesByID reports whether a list of people names somebody by their id.
func (b *Bot) namesByID(user string) bool {
	lists := []*policy.AllowList{&b.Policy.Users, &b.Policy.Approvers, &b.Policy.BreakGlass}
	for _, p := range b.Portals {
		lists = append(lists, p.Own.Users, p.Own.Approvers)
	}
	return slices.ContainsFunc(lists, func(l *policy.AllowList) bool { return l != nil && slices.Contains(l.IDs, user) })
}
