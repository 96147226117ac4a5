package demo_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"docspace-restorebot/cmd/restorebot/demo"
	"docspace-restorebot/cmd/restorebot/stage"
	"docspace-restorebot/docspace/docspacetest"
)

// patience is what a slow machine is given; nothing waits for it to pass.
const patience = 2 * time.Minute

// program builds the bot once for all tests of the package.
func program(t *testing.T) []string {
	t.Helper()
	shared.build.Do(func() {
		dir, err := os.MkdirTemp("", "restorebot-page") //nolint:usetesting // all tests run it
		if err != nil {
			t.Fatal(err)
		}
		shared.close = append(shared.close, func() { _ = os.RemoveAll(dir) })
		shared.program = filepath.Join(dir, "restorebot")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", shared.program, "..").CombinedOutput(); err != nil {
			t.Fatalf("the bot cannot be built: %v\n%s", err, out)
		}
	})
	return []string{shared.program}
}

// chromium finds a browser, or skips the test where none has to be.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "Chromium is missing: install it to have the demo's page tested (Debian: chromium)"
	if os.Getenv("CI_REQUIRE_ALL") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// TestMain ends what the tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range slices.Backward(shared.close) {
		end()
	}
	os.Exit(code)
}

// shared is the one bot and the one browser of all tests: to build or to start one
// takes longer than most of them.
var shared struct {
	build, start sync.Once
	program      string
	ctx          context.Context //nolint:containedctx // chromedp's handle of a browser
	close        []func()        // the last one first
}

func browser(t *testing.T) context.Context {
	t.Helper()
	path := chromium(t)
	shared.start.Do(func() {
		flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true))
		allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), flags...)
		ctx, closeBrowser := chromedp.NewContext(allocator)
		step(ctx, t, "the browser", chromedp.Navigate("about:blank"))
		shared.ctx = ctx //nolint:fatcontext // set once
		shared.close = append(shared.close, closeAllocator, closeBrowser)
	})
	return shared.ctx
}

// open serves a page of a stage whose bot runs, and opens it in a browser.
func open(t *testing.T, width, height int) (ctx context.Context, set *stage.Stage, url string) {
	t.Helper()
	chromium(t) // skips
	portal := demo.BusyPortal(time.Now())
	portal.Script = docspacetest.Total(6 * time.Second)
	set, err := stage.Open(stage.Options{Program: program(t), Log: t.Output(), Portal: portal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	if err := set.StartBot(ctx); err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	serving, stop := context.WithCancel(ctx)
	go func() { served <- demo.NewPage(set).Serve(serving, listener) }()
	inBrowser, leave := context.WithTimeout(browser(t), patience)
	tab, closeTab := chromedp.NewContext(inBrowser)
	step(tab, t, "a screen", chromedp.EmulateViewport(int64(width), int64(height)))
	t.Cleanup(func() {
		closeTab()
		leave()
		stop()
		if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return tab, set, "http://" + listener.Addr().String()
}

// action is something done in the browser.
type action = chromedp.Action[chromedp.Void]

// step does things in the browser, one after the other.
func step(ctx context.Context, t *testing.T, name string, actions ...action) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
