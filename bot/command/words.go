package command

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a command line, without its quotes.
type word struct {
	text string
	// unquoted means that its first character was typed as is, not quoted.
	unquoted bool
}

const (
	curlySingles  = "\u2018\u2019\u201a\u201b"
	curlyDoubles  = "\u201c\u201d\u201e\u201f"
	invisible     = "\u200b\u200c\u200d\u2060\ufeff"
	dashes        = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
	doubleEscaped = "\"\\$`"
)

// splitWords splits a line as a shell does, with the quotes and spaces of a phone.
// It refuses an ambiguous line.
func splitWords(text string) ([]word, error) {
	if no := CheckText(text); no != nil {
		return nil, no
	}
	var words []word
	s := scanner{rest: []rune(text)}
	for {
		w, ok, no := s.next()
		if no != nil || !ok {
			return words, no
		}
		words = append(words, w)
	}
}

// CheckText refuses a text that a card cannot show as it is.
func CheckText(text string) error {
	if !utf8.ValidString(text) {
		return refuse("The command is not valid text.", "Type it again.")
	}
	if utf8.RuneCountInString(text) > maxLine {
		return refuse("The command is longer than 3000 characters.", "Shorten it.")
	}
	for _, r := range text {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return refuse("The command contains a line break, a tab or another control character.", "Type it on one line.")
		case unicode.Is(unicode.Bidi_Control, r):
			return refuse("The command contains a character that changes the direction of text.", "Type it again without it.")
		}
	}
	return nil
}

type scanner struct {
	rest []rune
	word strings.Builder // without its quotes
}

func space(r rune) bool { return unicode.Is(unicode.Zs, r) }

// wordEndsAt reports whether a word ends before rest[i].
func (s *scanner) wordEndsAt(i int) bool {
	for ; i < len(s.rest); i++ {
		if !strings.ContainsRune(invisible, s.rest[i]) {
			return space(s.rest[i])
		}
	}
	return true
}

func (s *scanner) skip() {
	for len(s.rest) > 0 && (space(s.rest[0]) || strings.ContainsRune(invisible, s.rest[0])) {
		s.rest = s.rest[1:]
	}
}

func (s *scanner) next() (w word, ok bool, no error) {
	s.skip()
	if len(s.rest) == 0 {
		return word{}, false, nil
	}
	s.word.Reset()
	w.unquoted = strings.ContainsRune(dashes, s.rest[0])
	opens := true
	for len(s.rest) > 0 && !space(s.rest[0]) {
		r := s.rest[0]
		switch {
		case strings.ContainsRune(invisible, r):
			s.rest = s.rest[1:]
			continue
		case opens && strings.ContainsRune(`'"`+curlySingles+curlyDoubles, r):
			if no := s.quoted(); no != nil {
				return word{}, false, no
			}
		case r == '\\':
			if no := s.escaped(); no != nil {
				return word{}, false, no
			}
		default:
			s.word.WriteRune(r)
			s.rest = s.rest[1:]
		}
		opens = r == '='
	}
	w.text = s.word.String()
	return w, true, nil
}

// escaped reads a backslash outside quotes. Before a letter it is refused: it most
// likely belongs to a Windows path, which a shell would spoil.
func (s *scanner) escaped() error {
	if len(s.rest) < 2 || s.rest[1] > '~' || unicode.IsLetter(s.rest[1]) || unicode.IsDigit(s.rest[1]) {
		return refuse(`A backslash (\) stands outside quotes.`, "If it is part of a value, put the whole value in single quotes ('...').")
	}
	s.word.WriteRune(s.rest[1])
	s.rest = s.rest[2:]
	return nil
}

// quoted reads a quoted part. The closing quote ends the word.
func (s *scanner) quoted() error {
	open := s.rest[0]
	for i := 1; i < len(s.rest); i++ {
		r := s.rest[i]
		switch {
		case open == '\'' && strings.HasPrefix(string(s.rest[i:min(i+4, len(s.rest))]), `'\''`):
			s.word.WriteByte('\'')
			i += 3
			continue
		case open == '"' && r == '\\' && i+1 < len(s.rest) && strings.ContainsRune(doubleEscaped, s.rest[i+1]):
			s.word.WriteRune(s.rest[i+1])
			i++
			continue
		case !closes(open, r):
		case s.wordEndsAt(i + 1):
			s.rest = s.rest[i+1:]
			return nil
		case open == '"':
			return refuse("A quoted value goes on after its closing quote.", `Put a space after it, or write \" for a quote inside the value.`)
		}
		s.word.WriteRune(r)
	}
	return refuse("A quote ("+string(open)+") has no closing quote.", "Put the same kind of quote at the end of the value.")
}

// closes reports whether r can end what open began.
func closes(open, r rune) bool {
	switch {
	case open == '\'' || open == '"':
		return r == open
	case strings.ContainsRune(curlySingles, open):
		return strings.ContainsRune(curlySingles, r)
	default:
		return strings.ContainsRune(curlyDoubles, r)
	}
}

// Quote writes a value so that [splitWords] and a shell read it back.
func Quote(value string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_./:@%+,-", r))
	}
	if value != "" && strings.IndexFunc(value, func(r rune) bool { return !plain(r) }) < 0 {
		return value
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		if strings.ContainsRune(doubleEscaped, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
