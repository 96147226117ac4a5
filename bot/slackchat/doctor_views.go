package slackchat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/slackchat/blockkit"
)

const (
	maxVerdict     = 1 << 20         // bytes of an answer of blocks.validate
	maxVerdictWait = time.Minute     // that Slack may ask for before the next view
	verdictWait    = 5 * time.Second // where it does not say how long
	mostProblems   = 3               // told for one view
)

// ViewCheck sends each view of this build to Slack's blocks.validate, with invented data
// and without a token.
type ViewCheck struct {
	BaseURL string // of the Web API, with the final "/"
	HTTP    interface {
		Do(r *http.Request) (*http.Response, error)
	}
}

// verdict is an answer of blocks.validate.
type verdict struct {
	OK     bool              `json:"ok"`
	Error  string            `json:"error"`
	Errors []json.RawMessage `json:"errors"`
}

// Examine implements [bot.Examiner].
func (c *ViewCheck) Examine(ctx context.Context) []bot.Finding {
	const check = "slack views"
	samples, err := blockkit.Samples()
	if err != nil {
		return []bot.Finding{finding(check, bot.Fail, "the views of this build cannot be read: "+err.Error(), "Use another build.")}
	}
	var found []bot.Finding
	var classic []string // views that are sent in their classic form
	for _, s := range samples {
		v, err := c.ask(ctx, s)
		if err != nil {
			fix := bot.NetworkFix(err, "Run this again. Look at SLACK_API_URL, and whether the proxy lets blocks.validate through.")
			found = append(found, finding(check, bot.Warn, "Slack did not say whether it accepts "+s.Name+": "+err.Error(), fix))
			break
		}
		switch {
		case v.OK:
		case v.aboutNewBlocks(s):
			classic = append(classic, s.Name+": "+v.String())
		default:
			found = append(found, finding("slack view "+s.Name, bot.Fail, "Slack refuses it: "+v.String(), "Nothing was sent to anybody. Use a newer build, or report this line to the people who make restorebot."))
		}
	}
	if len(classic) > 0 {
		found = append(found, finding(check, bot.Warn,
			fmt.Sprintf("%s new blocks that this workspace does not have yet; the bot sends their classic form. Slack says of %s", bot.Count(len(classic), "view of this build has", "views of this build have"), classic[0]),
			"You need to do nothing: the classic form has every fact and every button. If Slack refuses a classic form too, that has a line of its own."))
	}
	if len(found) == 0 {
		found = append(found, finding(check, bot.Pass, fmt.Sprintf("Slack takes all %d of this build", len(samples)), ""))
	}
	return found
}

// ask asks about one view. It waits and asks again while Slack limits it.
func (c *ViewCheck) ask(ctx context.Context, s blockkit.Sample) (verdict, error) {
	argument := "message"
	if s.Modal {
		argument = "view"
	}
	form := url.Values{argument: {string(s.Body)}}.Encode()
	for {
		v, wait, err := c.post(ctx, form)
		if err != nil || wait == 0 {
			return v, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return v, context.Cause(ctx)
		}
	}
}

// post sends one question. A wait above 0 means that it has to be sent again after it.
func (c *ViewCheck) post(ctx context.Context, form string) (v verdict, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, webTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BaseURL+"blocks.validate", strings.NewReader(form))
	if err != nil {
		return v, 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return v, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusTooManyRequests {
		return v, retryAfter(resp.Header), nil
	}
	if resp.StatusCode != http.StatusOK {
		return v, 0, fmt.Errorf("HTTP status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxVerdict))
	if err != nil {
		return v, 0, err
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, 0, fmt.Errorf("no answer of Slack's: %w", err)
	}
	switch {
	case v.OK, strings.HasPrefix(v.Error, "invalid_") && v.Error != "invalid_arguments":
		return v, 0, nil
	case v.Error == "ratelimited":
		return v, verdictWait, nil
	}
	return v, 0, fmt.Errorf("it answers %q", v.Error)
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 1 {
		return verdictWait
	}
	return min(time.Duration(seconds)*time.Second, maxVerdictWait)
}

// aboutNewBlocks reports whether a view is refused only for blocks that a workspace may
// not have yet. The bot sends such a view in its classic form, which is a sample too.
func (v verdict) aboutNewBlocks(s blockkit.Sample) bool {
	var view struct {
		Blocks []struct{ Type slack.MessageBlockType }
	}
	if json.Unmarshal(s.Body, &view) != nil || len(v.Errors) == 0 {
		return false
	}
	for _, raw := range v.Errors {
		var o struct{ Pointer string }
		_ = json.Unmarshal(raw, &o) // a text points nowhere
		at := newBlockAt.FindStringSubmatch(o.Pointer)
		if at == nil {
			return false
		}
		if i, err := strconv.Atoi(at[1]); err != nil || i >= len(view.Blocks) || !blockkit.IsNew(view.Blocks[i].Type) {
			return false
		}
	}
	return true
}

var newBlockAt = regexp.MustCompile("^" + blockPointer + "$")

// String is the code, then each problem with its place.
func (v verdict) String() string {
	told := []string{}
	for i, raw := range v.Errors {
		if i == mostProblems {
			told = append(told, fmt.Sprintf("and %d more", len(v.Errors)-i))
			break
		}
		told = append(told, problemOf(raw))
	}
	if len(told) == 0 {
		return v.Error
	}
	return v.Error + ": " + strings.Join(told, "; ")
}

// problemOf is one error in words: an object with a pointer, or a text.
func problemOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var o struct{ Pointer, Code, Message string }
	_ = json.Unmarshal(raw, &o) // anything else is told as an empty problem
	return strings.TrimSpace(o.Pointer + " " + cmp.Or(o.Message, o.Code))
}
