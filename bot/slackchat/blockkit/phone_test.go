package blockkit

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// phoneWidth is how many characters stand in a line of a telephone.
const phoneWidth = 44

// What a view may take of a telephone, in lines.
const (
	linesToButtons = 22 // from the headline of a request to its buttons
	linesAtEnd     = 16 // a card whose restore has ended
	linesInChannel = 8  // the word at the end
	linesOfAnswer  = 6  // what one person is told
	linesOfAlarm   = 22 // and of any other card: one screen
)

var (
	dateToken = regexp.MustCompile(`<!date\^[0-9]+\^([^|>]*)\|([^>]*)>`)
	anyToken  = regexp.MustCompile(`<[@#!][^>|]*>`)
	linkToken = regexp.MustCompile(`<[^>|]*\|([^>]*)>`)
	picture   = regexp.MustCompile(`:[a-z_]+:`)
	marks     = regexp.MustCompile("[*_~`]")
)

// seen is mrkdwn as people see it, as far as its length goes.
func seen(text string) string {
	text = dateToken.ReplaceAllStringFunc(text, func(token string) string {
		form := dateToken.FindStringSubmatch(token)[1]
		return strings.NewReplacer("{date_short_pretty}", "yesterday", "{date_pretty}", "yesterday", "{time_secs}", "10:04:05 PM", "{time}", "10:04 PM").Replace(form)
	})
	text = anyToken.ReplaceAllString(text, "@alice.smith")
	text = linkToken.ReplaceAllString(text, "$1")
	text = picture.ReplaceAllString(text, "⚠️")
	text = marks.ReplaceAllString(text, "")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// wrapped are the lines of a text in a width, broken between words where that goes.
func wrapped(text string, width int) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		now := ""
		for word := range strings.SplitSeq(line, " ") {
			for utf8.RuneCountInString(word) > width {
				if now != "" {
					out, now = append(out, now), ""
				}
				out, word = append(out, string([]rune(word)[:width])), string([]rune(word)[width:])
			}
			if n := utf8.RuneCountInString(now); n > 0 && n+1+utf8.RuneCountInString(word) > width {
				out, now = append(out, now), ""
			}
			if now != "" {
				now += " "
			}
			now += word
		}
		out = append(out, now)
	}
	return out
}

// phone is a message as a telephone shows it; buttons is the line with the first ones.
func phone(t *testing.T, m Message) (out []string, buttons int) {
	t.Helper()
	body, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []map[string]any
	if err := json.Unmarshal(body, &blocks); err != nil {
		t.Fatal(err)
	}
	text := func(v any) string {
		o, _ := v.(map[string]any)
		s, _ := o["text"].(string)
		return s
	}
	list := func(v any) []any { l, _ := v.([]any); return l }
	for _, b := range blocks {
		switch b["type"] {
		case "header":
			out = append(out, wrapped(seen(text(b["text"])), phoneWidth*4/5)...) // which stands larger
		case "section":
			out = append(out, wrapped(seen(text(b["text"])), phoneWidth)...)
			if e, ok := b["accessory"].(map[string]any); ok {
				out = append(out, "[ "+text(e["text"])+" ]") // a telephone puts it below
			}
		case "context":
			var parts []string
			for _, e := range list(b["elements"]) {
				parts = append(parts, text(e))
			}
			out = append(out, wrapped(seen(strings.Join(parts, " ")), phoneWidth*6/5)...) // smaller
		case "actions":
			var row []string
			for _, e := range list(b["elements"]) {
				o, _ := e.(map[string]any)
				for _, option := range list(o["options"]) {
					o, _ := option.(map[string]any)
					out = append(out, wrapped("[ ] "+seen(text(o["text"])), phoneWidth)...)
					out = append(out, wrapped("    "+seen(text(o["description"])), phoneWidth)...)
				}
				if o["type"] == "button" {
					row = append(row, "[ "+text(o["text"])+" ]")
				}
			}
			if len(row) > 0 {
				out = append(out, wrapped(strings.Join(row, " "), phoneWidth)...)
				if buttons == 0 {
					buttons = len(out)
				}
			}
		case "container":
			out = append(out, "▸ "+text(b["title"]))
		case "plan":
			title, _ := b["title"].(string)
			out = append(out, wrapped("▸ "+title, phoneWidth)...)
		default:
			t.Fatalf("how a telephone shows %v is not known", b["type"])
		}
	}
	return out, buttons
}

// wantLines fails if there are more lines than a telephone has for them, and shows them.
func wantLines(t *testing.T, name string, shown []string, most int) {
	t.Helper()
	if len(shown) > most {
		t.Errorf("%s takes %d lines of a telephone, %d at most:\n%s", name, len(shown), most, strings.Join(shown, "\n"))
	}
}

// worst is a card on which as much is said as can be.
func worst(c *bot.Card) {
	planned(c)
	c.Safety = ""
	c.Portal.Name = "docs.engineering.example.com"
	c.Rules = policy.ConfirmRules{Needed: 2, OthersOnly: true, Typing: true, Approvers: policy.AllowList{IDs: []string{"U2", "U3", "U4", "U5", "U6", "U7"}, Groups: []string{"S1"}}}
	c.Restore.Order.Reason = strings.Repeat("the sales room was emptied by mistake ", 12)
	c.Restore.Confirmations = []bot.Confirmation{{User: "U2", At: viewNow}}
	c.Restore.Backup.FileName = strings.Repeat("docs_2026_", 12) + ".tar.gz"
}

// A card, an answer and the word at the end fit a telephone.
func TestViewsFitATelephone(t *testing.T) {
	t.Parallel()
	all := views()
	for name, s := range situations() {
		all["situation "+name] = s.shown
	}
	all["requested-worst"] = Card(viewCard(bot.Requested, worst))
	all["requested-worst-frozen"] = Card(viewCard(bot.Requested, worst, func(c *bot.Card) {
		c.Freeze.Freeze = bot.Freeze{By: "U3", Reason: strings.Repeat("a migration that takes the whole night ", 9), At: viewNow}
	}))
	all["requested-worst-dump"] = Card(viewCard(bot.Requested, worst, dump))
	all["requested-worst-unlisted"] = Card(viewCard(bot.Requested, worst, unlisted))
	all["failed-worst"] = Card(viewCard(bot.Failed, worst, because(strings.Repeat("the portal said no ", 60), strings.Repeat("look at its log ", 60))))
	for name, m := range all {
		shown, buttons := phone(t, m)
		switch plain := strings.TrimPrefix(name, "situation "); {
		case strings.HasPrefix(name, "requested"):
			wantLines(t, name, shown[:buttons], linesToButtons)
			if buttons == 0 {
				t.Errorf("%s has no buttons", name)
			}
		case strings.HasPrefix(name, "succeeded"), strings.HasPrefix(name, "failed"), strings.HasPrefix(name, "expired"), strings.HasPrefix(name, "dismissed"), strings.HasPrefix(name, "rehearsed"):
			wantLines(t, name, shown, linesAtEnd)
		case strings.HasPrefix(name, "note-end"), plain == "done, to be announced":
			wantLines(t, name, shown, linesInChannel)
		case strings.HasPrefix(name, "answer-refusal"), name == "answer-accepted", name == "answer-said", name == "answer-unfrozen", plain == "recorded", plain == "a busy portal":
			wantLines(t, name, shown, linesOfAnswer)
		case strings.HasPrefix(name, "answer-"), strings.HasPrefix(name, "note-list"), strings.HasPrefix(name, "modal"), plain == "backups", plain == "to do", strings.Contains(plain, "whole server"): // as long as what they list
		default:
			wantLines(t, name, shown, linesOfAlarm)
		}
		if testing.Verbose() {
			t.Logf("%s: %d lines, buttons at %d\n%s\n", name, len(shown), buttons, strings.Join(shown, "\n"))
		}
	}
}

// The loss stands before who asked, and the buttons before what is folded.
func TestRequestSaysTheLossFirst(t *testing.T) {
	t.Parallel()
	for _, form := range []Form{FormWhole, FormSimple, FormText} {
		m := Card(viewCard(bot.Requested, planned)).In(form)
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		words := []string{"Restore docs from a backup?", "The last 26 h will be lost", "Asked by:", "Who may confirm:", "Until:"}
		if form != FormText {
			words = append(words, `"Restore"`, `"Dismiss"`, "etails")
		}
		for _, word := range words {
			i := strings.Index(string(body[at:]), word)
			if i < 0 {
				t.Fatalf("form %d does not say %q after the others:\n%s", form, word, body)
			}
			at += i
		}
	}
}

// The question before a press names the portal and what it loses.
func TestConfirmDialogNamesThePortalAndTheLoss(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		card bot.Card
		want string
	}{
		"known":   {viewCard(bot.Requested), "The last 26 h of work in docs will be lost. It cannot be cancelled."},
		"unknown": {viewCard(bot.Requested, func(c *bot.Card) { c.Restore.Backup.CreatedOn = time.Time{} }), "Everything changed in docs since the backup will be lost. It cannot be cancelled."},
		"ahead":   {viewCard(bot.Requested, func(c *bot.Card) { c.Restore.Backup = docspace.Backup{CreatedOn: viewNow.Add(time.Hour)} }), "Everything changed in docs since the backup will be lost. It cannot be cancelled."},
	} {
		body, err := json.Marshal(Card(c.card).Blocks)
		if err != nil || !strings.Contains(string(body), `"Restore docs?"`) || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %s, %v", name, body, err)
		}
	}
}
