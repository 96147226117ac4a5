package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
)

// served is how a bot tells where it serves health and metrics.
var served = regexp.MustCompile(`health and metrics are served.* addr=(\S+)`)

// Get asks the bot for a page of its health, such as /readyz. HTTP_ADDR has to be
// set. It waits until the bot serves.
func (b *Bot) Get(ctx context.Context, path string) (status int, text string, err error) {
	host, transport := "bot.test", &http.Transport{DisableKeepAlives: true}
	if b.pages != nil {
		transport.DialContext = b.pages.DialContext
	} else if host, err = b.serves(ctx); err != nil {
		return 0, "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil)
	if err != nil {
		return 0, "", err
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

// serves waits for the address in the log, which comes through a pipe.
func (b *Bot) serves(ctx context.Context) (addr string, err error) {
	for {
		if m := served.FindStringSubmatch(b.Log()); m != nil {
			return m[1], nil
		}
		select {
		case <-time.After(glance):
		case <-b.ended:
			return "", errors.Join(errors.New("stage: the bot ended before it served"), b.err)
		case <-ctx.Done():
			return "", fmt.Errorf("stage: the bot did not say where it serves: %w", context.Cause(ctx))
		}
	}
}

// glance is between two looks at what nobody tells of when it changes.
const glance = 20 * time.Millisecond

// WantPage waits until a page of the bot's health, such as /readyz, is as ok wants
// it, and returns its text. HTTP_ADDR has to be set.
func (s *Scene) WantPage(path string, ok func(status int, text string) bool) string {
	s.t.Helper()
	ctx, cancel := s.patient()
	defer cancel()
	pause := glance
	if s.options.Load != nil {
		pause = time.Second // it costs nothing
	}
	for {
		status, text, err := s.newest().Get(ctx, path)
		if err == nil && ok(status, text) {
			return text
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			s.t.Fatalf("%s is not as it should be but %d, %v: %s", path, status, err, text)
		}
	}
}

// newest is the bot that was started last.
func (s *Scene) newest() *Bot {
	s.t.Helper()
	living := s.living()
	if len(living) == 0 {
		s.t.Fatalf("no bot runs")
	}
	return living[len(living)-1]
}
