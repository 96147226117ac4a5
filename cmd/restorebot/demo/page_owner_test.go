package demo_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A dialog belongs to the tab in which its person opened it: Slack shows it nowhere else.
func TestPageOpensADialogWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	ctx, _, url := open(t, 1180, 860)
	const modal = `document.getElementById("modal").open`
	step(ctx, t, "open", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")), typed("/restore"), poll(modal))
	step(ctx, t, "the same tab, loaded again", chromedp.Reload(), poll(modal))
	step(ctx, t, "another tab", chromedp.Evaluate[chromedp.Void](`sessionStorage.clear()`), chromedp.Reload(), poll(`document.querySelector("#people label") && !`+modal))
}

// A suggestion fills the line in, says what sends it, and sends nothing by itself.
func TestPageSuggestsACommandWithoutSendingIt(t *testing.T) {
	t.Parallel()
	ctx, _, url := open(t, 1180, 860)
	step(ctx, t, "suggested", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#tries button:nth-child(2)")), chromedp.Click(chromedp.CSS("#tries button:nth-child(2)")),
		poll(`document.activeElement.id === "command" && document.activeElement.value === "/restore list" && document.getElementById("hint").innerText.includes("Enter")`))
	count, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("#log article").length`))
	if err != nil || count != 0 {
		t.Fatalf("%d messages after a suggestion, %v", count, err)
	}
	step(ctx, t, "sent", chromedp.KeyEvent(kb.Enter), says("newest first"))
}
