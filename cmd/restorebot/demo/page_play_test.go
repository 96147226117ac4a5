package demo_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-restorebot/cmd/restorebot/stage"
)

var pictures = flag.String("pictures", "", "write the pictures of the README to this `folder`")

// says waits until the channel, as the person sees it, says all the words.
func says(words ...string) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		const js = `(() => { const t = document.getElementById("log").innerText; return %s.every((w) => t.includes(w)); })()`
		list := `["` + strings.Join(words, `","`) + `"]`
		if _, err := poll(fmt.Sprintf(js, list))(ctx, t); err != nil {
			text, _ := chromedp.Text(chromedp.CSS("#log"))(ctx, t)
			return fmt.Errorf("the channel does not say %s but:\n%s", list, text)
		}
		return nil
	})
}

// poll waits until something is true of the page.
func poll(js string) action {
	return chromedp.Poll[chromedp.Void](js, chromedp.WithPollingTimeout(patience/2))
}

// be makes the page that of another person.
func be(user string) action {
	return chromedp.Click(chromedp.CSS(`#people input[value="` + user + `"]`))
}

// typed types a command and sends it, by the keyboard alone.
func typed(text string) action {
	return chromedp.Steps(chromedp.Focus(chromedp.CSS("#command")), chromedp.SendKeys(chromedp.CSS("#command"), text+kb.Enter))
}

const restoreButton = `button[data-action="restore_confirm"]`

// confirmed presses the danger button and says yes to Slack's question.
func confirmed() action {
	return chromedp.Steps(
		chromedp.WaitVisible(chromedp.CSS(restoreButton)), chromedp.Click(chromedp.CSS(restoreButton)),
		chromedp.WaitVisible(chromedp.CSS(`#sure button[data-action="confirmed"]`)), chromedp.Click(chromedp.CSS(`#sure button[data-action="confirmed"]`)))
}

func fault(id string) action {
	return chromedp.Click(chromedp.CSS(`button[data-fault="` + id + `"]`))
}

// picture keeps a screenshot if the test was asked for pictures.
func picture(name string) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if *pictures == "" {
			return nil
		}
		shot, err := chromedp.CaptureScreenshot()(ctx, t)
		if err != nil {
			return err
		}
		small, err := paletted(shot)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(*pictures, name+".png"), small, 0o600)
	})
}

// paletted is a screenshot in its 256 most frequent colours: a quarter of the bytes.
func paletted(shot []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	count := map[color.RGBA]int{}
	size := from.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			count[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	palette := color.Palette{}
	for _, c := range colours[:min(256, len(colours))] {
		palette = append(palette, c)
	}
	to := image.NewPaletted(size, palette)
	draw.Draw(to, size, from, size.Min, draw.Src)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to)
	return out.Bytes(), err
}

func scheme(name string) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	})
}

func TestPageGoesFromTheRequestThroughACrashToTheEnd(t *testing.T) {
	t.Parallel()
	ctx, set, url := open(t, 1080, 860)
	step(ctx, t, "open", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")), scheme("light"))
	step(ctx, t, "list", typed("/restore list"), says("newest first", "Only visible to you"))
	step(ctx, t, "request", typed("/restore "+set.Portal.Backups()[0].ID+" —reason “the sales room was emptied”"), says("Everything changed since", "by 7 people", "the sales room was emptied"),
		chromedp.WaitVisible(chromedp.CSS(restoreButton)), picture("card-light"), scheme("dark"), picture("card-dark"), scheme("light"))
	step(ctx, t, "stranger", be(stage.Eve), confirmed(), says("You are not on the list"))
	step(ctx, t, "others' answers", be(stage.Mallory), says("Everything changed since"), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		text, err := chromedp.Text(chromedp.CSS("#log"))(ctx, t)
		if err != nil {
			return err
		}
		if strings.Contains(text, "You are not on the list") {
			return fmt.Errorf("mallory sees what only eve may see:\n%s", text)
		}
		return nil
	}), confirmed(), says("another"))
	step(ctx, t, "confirm", be(stage.Bob), confirmed(), says("Running for"))
	step(ctx, t, "crash", fault("kill"), poll(`document.getElementById("status").innerText.includes("The bot is down")`),
		fault("start"), poll(`document.getElementById("status").innerText.includes("The bot runs")`))
	step(ctx, t, "end", says("done", "The portal was restored in", "Replied to a thread", "What to do now: the list in the thread"), picture("done-light"))
	if n := set.Portal.Starts(); n != 1 {
		t.Errorf("startrestore was sent %d times", n)
	}
}

// A modal is filled in, refused in its field, and submitted, on the page as in Slack.
func TestPageFillsInAModal(t *testing.T) {
	t.Parallel()
	ctx, set, url := open(t, 1080, 860)
	step(ctx, t, "open", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")), scheme("light"), typed("/restore"))
	step(ctx, t, "picker", poll(`document.getElementById("modal").open && document.querySelectorAll("#modal select option, #modal input[type=radio]").length > 3`), picture("picker-light"))
	step(ctx, t, "choose", poll(`(() => {
		const menu = [...document.querySelectorAll("#modal select")].at(-1);
		if (!menu || menu.options.length < 2) return false;
		menu.value = menu.options[1].value;
		menu.dispatchEvent(new Event("change"));
		return true;
	})()`), chromedp.Click(chromedp.CSS(`#modal button[type="submit"]`)),
		poll(`document.getElementById("modal").innerText.includes("Nothing was started")`), chromedp.Click(chromedp.CSS("#modal .foot button")),
		poll(`!document.getElementById("modal").open`))
	step(ctx, t, "card", chromedp.WaitVisible(chromedp.CSS(restoreButton)))
	if n := set.Portal.Starts(); n != 0 {
		t.Errorf("choosing a backup started %d restores", n)
	}
}

func TestPageFitsATelephone(t *testing.T) {
	t.Parallel()
	ctx, set, url := open(t, 375, 812)
	step(ctx, t, "open", chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile), scheme("dark"), chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")),
		typed("/restore "+set.Portal.Backups()[0].ID), says("by 7 people"), picture("phone-dark"))
	overflow, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
	if err != nil || overflow {
		t.Errorf("the page is wider than a telephone: %t, %v", overflow, err)
	}
}

func TestPageIsUsedByTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	ctx, set, url := open(t, 1180, 860)
	step(ctx, t, "open", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")),
		typed("/restore "+set.Portal.Backups()[0].ID), says("by 7 people"))
	step(ctx, t, "the safe answer has the focus", chromedp.Focus(chromedp.CSS(restoreButton)), chromedp.KeyEvent(kb.Enter),
		poll(`document.activeElement.closest("#sure") && document.activeElement.innerText === "Cancel"`), chromedp.KeyEvent(kb.Escape),
		poll(`!document.getElementById("sure").open`))
	if n := set.Portal.Starts(); n != 0 {
		t.Fatal("Escape started a restore")
	}
	step(ctx, t, "confirm", chromedp.Focus(chromedp.CSS(restoreButton)), chromedp.KeyEvent(kb.Enter),
		poll(`document.getElementById("sure").open`), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), says("Running for"))
}

// Every control must have a name that a screen reader can say.
func TestPageNamesEveryControl(t *testing.T) {
	t.Parallel()
	ctx, set, url := open(t, 1180, 860)
	step(ctx, t, "open", chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#command")),
		typed("/restore "+set.Portal.Backups()[0].ID), chromedp.WaitVisible(chromedp.CSS(restoreButton)))
	nameless, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("button, input, select, textarea, a, img")].filter((e) =>
			!(e.textContent || "").trim() && !e.getAttribute("aria-label") && !e.alt && !(e.labels && e.labels.length)).map((e) => e.outerHTML)`))
	if err != nil || len(nameless) > 0 {
		t.Errorf("controls without a name: %q, %v", nameless, err)
	}
}
