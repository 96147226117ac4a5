package blockkit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextOfAMessageFitsAnEdit(t *testing.T) {
	t.Parallel()
	for _, one := range []string{"a", "é", "日", "🙂", "&amp;", "<@U1>"} {
		for n := 3000 / len(one); n < 9000/len(one); n += 37 {
			got := cutText(strings.Repeat(one, n))
			if len(got) > maxText || !utf8.ValidString(got) || strings.Count(got, "&") != strings.Count(got, ";") {
				t.Fatalf("%d times %s is cut to %d bytes", n, one, len(got))
			}
		}
	}
}
