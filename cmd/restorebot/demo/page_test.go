package demo_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
	file := filepath.Join(t.TempDir(), "restorebot")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "..").CombinedOutput()
	if err != nil {
		t.Fatalf("the bot cannot be built: %v\n%s", err, out)
	}
	return []string{file}
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

// open serves a page of a stage whose bot runs, and opens it in a browser.
func open(t *testing.T, width, height int) (ctx context.Context, set *stage.Stage, url string) {
	t.Helper()
	browser := chromium(t)
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
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.WindowSize(width, height), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true))
	allocator, closeAllocator := chromedp.NewExecAllocator(ctx, flags...)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeTab()
		closeAllocator()
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
