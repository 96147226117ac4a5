package demo_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-restorebot/bot/slacktest"
	"docspace-restorebot/cmd/restorebot/stage"
)

var looks = flag.String("looks", "", "write a screenshot of each moment of the story to this `folder`")

// screen is where somebody sits.
type screen struct {
	name          string
	width, height int64
	scheme        string
	old           bool // their Slack knows no blocks of 2026
}

// seat is one person in front of one tab.
type seat struct {
	*testing.T
	screen

	ctx  context.Context
	name string
}

// sit opens the page as a person in a tab of their own.
func (s screen) sit(ctx context.Context, t *testing.T, url, name, user string) seat {
	t.Helper()
	tab, leave := chromedp.NewContext(ctx)
	t.Cleanup(leave)
	here := seat{t, s, tab, name}
	size := []chromedp.EmulateViewportOption{}
	if s.phone() {
		size = append(size, chromedp.EmulateMobile)
	}
	here.does("opens the page", chromedp.EmulateViewport(s.width, s.height, size...), scheme(s.scheme),
		chromedp.Navigate(url+"/?as="+user), chromedp.WaitVisible(chromedp.CSS("#command")), poll(`document.querySelector("#people input:checked")`))
	return here
}

func (s screen) phone() bool { return s.width < 600 }

func (s seat) does(what string, actions ...action) {
	s.Helper()
	step(s.ctx, s.T, s.name+" "+what, actions...)
}

// looksAt keeps a screenshot of the page if the test was asked for them.
func (s seat) looksAt(what string) {
	s.Helper()
	if *looks == "" {
		return
	}
	png, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*looks, s.screen.name+"-"+what+".png"), png, 0o600)
	}
	if err != nil {
		s.Error(err)
	}
}

// asks returns what an expression is on the page.
func (s seat) asks(js string) string {
	s.Helper()
	got, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		s.Fatalf("%s: %v", js, err)
	}
	return got
}

// reveal unfolds something, and brings it on the screen.
func reveal(selector string) action {
	return poll(`(() => { const e = document.querySelector(` + "`" + selector + "`" + `); if (!e) return false; e.open = true; e.scrollIntoView({ block: "nearest" }); return true; })()`)
}

// box is the label of a thing to do, in the thread of the card: it can be clicked.
func box(item string) string { return `.thread label:has(input[value="` + item + `"])` }

// isTicked waits until a box shows a tick, or none.
func isTicked(item string, on bool) action {
	return poll(fmt.Sprintf(`document.querySelector(%q)?.checked === %t`, `.thread input[value="`+item+`"]`, on))
}

// longTests makes TestPageTellsTheWholeStory play on every screen.
const longTests = "RESTOREBOT_LONG_TESTS"

// Two people restore a portal, from the request to the last tick, each on a page of their
// own, on a telephone and on a tablet whose Slack does not know the new blocks; with
// longTests on every screen.
func TestPageTellsTheWholeStory(t *testing.T) {
	t.Parallel()
	chromium(t) // skips once
	screens := []screen{
		{name: "phone-dark", width: 375, height: 812, scheme: "dark"},
		{name: "tablet-light-old", width: 760, height: 1000, scheme: "light", old: true},
		{name: "desk-light", width: 1180, height: 860, scheme: "light"},
		{name: "phone-light-old", width: 375, height: 812, scheme: "light", old: true},
		{name: "tablet-dark", width: 760, height: 1000, scheme: "dark"},
		{name: "tablet-light", width: 760, height: 1000, scheme: "light"},
	}
	if os.Getenv(longTests) == "" && *looks == "" {
		screens = screens[:2]
	}
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ctx, set, url := open(t, int(s.width), int(s.height))
			step(ctx, t, "open", chromedp.Navigate("about:blank"))
			alice, bob := s.sit(ctx, t, url, "alice", stage.Alice), s.sit(ctx, t, url, "bob", stage.Bob)
			if s.old {
				alice.does("has an old Slack", reveal("#break"), fault("old"), poll(`document.querySelector('[data-fault="old"][aria-pressed="true"]')`))
			}
			alice.asksFor(bob, set)
			bob.confirms(alice)
			alice.watches(bob)
			alice.ticks(bob, set)
			alice.reports()
			if n := set.Portal.Starts(); n != 1 {
				t.Errorf("startrestore was sent %d times", n)
			}
			for _, who := range []seat{alice, bob} {
				if who.asks(`String(document.documentElement.scrollWidth > document.documentElement.clientWidth)`) == "true" {
					t.Errorf("the page of %s is wider than the screen", who.name)
				}
			}
		})
	}
}

// asksFor types the request and reads the card.
func (s seat) asksFor(other seat, set *stage.Stage) {
	s.Helper()
	s.does("reads the list", typed("/restore list"), says("3 backups of docs.example.com, newest first"))
	s.looksAt("backups")
	s.does("slips", typed("/restore lits"), says("Nothing was started"))
	s.looksAt("refused")
	s.does("asks", typed("/restore "+set.Portal.Backups()[0].ID+" —reason “the sales room was emptied”"),
		says("The last 3 h will be lost", "files created", "by 7 people", "Asked by: @alice: the sales room was emptied", "Who may confirm: @alice, @bob"),
		chromedp.WaitVisible(chromedp.CSS(`button[data-action="restore_loss"]`)))
	s.looksAt("card")
	details := `[data-block="details"]`
	if s.old {
		s.does("opens the details", chromedp.Click(chromedp.CSS(`button[data-action="restore_details"]`)), poll(`document.getElementById("modal").innerText.includes("Usual duration")`))
		s.looksAt("details")
		s.does("closes them", chromedp.Click(chromedp.CSS("#modal .foot button")), poll(`!document.getElementById("modal").open`))
	} else {
		folded := poll(`!document.querySelector('` + details + ` .inside').checkVisibility()`)
		s.does("opens the details", folded, chromedp.Click(chromedp.CSS(details+" summary")), says("Usual duration", "What it does"))
		s.looksAt("details")
		s.does("folds them", chromedp.Click(chromedp.CSS(details+" summary")), folded)
	}
	other.does("looks at what will be lost", chromedp.Click(chromedp.CSS(`button[data-action="restore_loss"]`)), poll(`document.getElementById("modal").innerText.includes("Plan 41.docx")`))
	other.looksAt("show-what")
	s.does("loads the page, and sees no dialog of another person", chromedp.Reload(), says("files created"), poll(`!document.getElementById("modal").open`))
	other.does("closes it", chromedp.Click(chromedp.CSS("#modal .foot button")), poll(`!document.getElementById("modal").open`))
}

// confirms presses Restore and answers Slack's question, by the keyboard alone.
func (s seat) confirms(other seat) {
	s.Helper()
	s.does("goes to Restore by the keyboard", chromedp.Focus(chromedp.CSS("#command")), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for range 60 {
			if at, err := chromedp.Evaluate[string](`document.activeElement.dataset.action || ""`)(ctx, t); err != nil || at == "restore_confirm" {
				return err
			}
			if _, err := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(8))(ctx, t); err != nil { // with Shift
				return err
			}
		}
		return errors.New("the button is not reached by Shift and Tab")
	}), chromedp.KeyEvent(kb.Enter), poll(`document.getElementById("sure").open`))
	s.looksAt("confirm")
	const asked = "Restore docs.example.com? The last 3 h of work in docs.example.com will be lost. It cannot be cancelled."
	if got := s.asks(`[...document.querySelectorAll("#sure h2, #sure p")].map((e) => e.innerText).join(" ")`); got != asked {
		s.Errorf("the question is %q", got)
	}
	other.does("sees no question of another person", poll(`!document.getElementById("sure").open`))
	s.does("confirms", chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
}

// watches the restore run, to its end in the card and in the channel.
func (s seat) watches(other seat) {
	s.Helper()
	steps := `[data-block="steps"]`
	if s.old {
		s.does("watches", says("Running for", "░", "It cannot be cancelled", "Step", "of 6"))
	} else {
		s.does("watches", chromedp.WaitVisible(chromedp.CSS(steps)), chromedp.Click(chromedp.CSS(steps+" summary")),
			says("Running for", "░", "It cannot be cancelled", "Get the backup", "Check the portal"), poll(`document.querySelector('`+steps+` .in_progress')`))
	}
	s.looksAt("running")
	for _, who := range []seat{s, other} {
		who.does("sees the end", says("Restore of docs.example.com: done", "Verified: it is Active", "Replied to a thread", "@alice, @bob", "It took"))
	}
	s.looksAt("done")
	for _, who := range []seat{s, other} {
		who.does("opens the thread", chromedp.WaitVisible(chromedp.CSS(".thread > summary")), chromedp.Click(chromedp.CSS(".thread > summary")),
			says("The restore has started", "To do after the restore", "Open a few files that matter"))
	}
}

// ticks does the list together with another person: both tick before either sees the
// tick of the other, and one takes it back.
func (s seat) ticks(other seat, set *stage.Stage) {
	s.Helper()
	s.does("goes to the list", reveal(box("files")))
	s.looksAt("list")
	seen := len(set.Slack.Log())
	show := set.Slack.Fail("chat.update", slacktest.Failure{Hang: true})
	s.does("ticks", chromedp.Click(chromedp.CSS(box("files"))))
	other.does("ticks", chromedp.Click(chromedp.CSS(box("passwords"))))
	acked(s.ctx, s.T, set, seen, 2)
	show()
	for _, who := range []seat{s, other} {
		who.does("sees both ticks", says("✓ Open a few files that matter: @alice", "✓ Tell everybody to use Forgot password: @bob", "2 of 6 done"), isTicked("files", true), isTicked("passwords", true))
	}
	s.looksAt("ticked")
	s.does("takes a tick back", chromedp.Click(chromedp.CSS(box("files"))))
	for _, who := range []seat{s, other} {
		who.does("sees it gone", says("✓ Tell everybody to use Forgot password: @bob", "1 of 6 done"), isTicked("files", false), isTicked("passwords", true))
	}
}

// acked waits until the bot has taken so many presses since an event.
func acked(ctx context.Context, t *testing.T, set *stage.Stage, since, n int) {
	t.Helper()
	for e := range set.Slack.EventsAfter(ctx, since) {
		if e.Kind == slacktest.EnvelopeAcked && e.Delivery.Kind == "block_actions" {
			if n--; n == 0 {
				return
			}
		}
	}
	t.Fatalf("%d presses were not taken", n)
}

// reports asks for the story of the restore.
func (s seat) reports() {
	s.Helper()
	id := s.asks(`document.querySelector('.thread [data-block^="list/"]').dataset.block.split("/")[1]`)
	s.does("asks for the report", typed("/restore report "+id), says("The report is in the thread of its card", "- [x] Tell everybody to use Forgot password: bob (U0BOB)", "- [ ] Open a few files that matter"))
	s.looksAt("report")
}
