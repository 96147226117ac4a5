package blockkit

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// lookalikes stand for the marks of mrkdwn, which knows no way to escape them.
var lookalikes = map[rune]rune{'*': '\u2217', '~': '\u223c', '`': '\u02cb', '_': '\u02cd'}

// joiner is not seen and not a letter of an emoji's name.
const joiner = "\u2060"

// emojiCode is what Slack shows as a picture.
var emojiCode = regexp.MustCompile(`:([a-zA-Z0-9_+'-]+:)`)

// EscapeText makes a text from elsewhere plain: one line without control and
// direction characters, in which nothing is a mention, a link, bold, italic,
// struck, code, a quote or an emoji. It is cut so that the result has at most
// limit runes.
func EscapeText(s string, limit int) string {
	return CutMarkup(plainMarkup(oneLine(s)), limit)
}

// inCode is [EscapeText] for a text between code marks, where nothing but a mark
// means anything: it can be copied as it is.
func inCode(s string, limit int) string {
	return CutMarkup(strings.ReplaceAll(oneLine(s), "`", "'"), limit)
}

// plainMarkup takes what is left of mrkdwn out of a line.
func plainMarkup(s string) string {
	var out strings.Builder
	before := ' '
	for i, r := range s {
		plain, mark := lookalikes[r]
		if r == '_' { // in a name it is none
			after, _ := utf8.DecodeRuneInString(s[i+1:])
			mark = !inWord(before) || !inWord(after)
		}
		if before = r; mark {
			r = plain
		}
		out.WriteRune(r)
	}
	text := out.String()
	for range 2 { // two codes may share a colon
		text = emojiCode.ReplaceAllString(text, ":"+joiner+"$1")
	}
	if strings.HasPrefix(text, "&gt;") { // a quote, where a line begins with it
		text = joiner + text
	}
	return text
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// oneLine is one line without what cannot be seen, escaped.
func oneLine(s string) string {
	var clean strings.Builder
	clean.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = clean.Len() > 0
			continue
		case unicode.Is(unicode.Cf, r):
			continue
		}
		if space {
			clean.WriteByte(' ')
			space = false
		}
		clean.WriteRune(r)
	}
	return escapes.Replace(clean.String())
}
