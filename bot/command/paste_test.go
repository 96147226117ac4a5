package command_test

import (
	"strings"
	"testing"

	"docspace-restorebot/bot/command"
)

const (
	pastedGUID    = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
	pastedRestore = "k3vq7x2mhd"
)

// An id is understood with what stands around it where it was copied; a value is
// never rewritten.
func TestParseLineReadsPastedIDs(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		"%", "`%`", "```%```", "` % `", "*%*", "_%_", "~%~", "*_%_*", "\"%\"", "'%'", "\u201c%\u201d", "\u2018%\u2019", "\u00ab%\u00bb",
		"<%>", "> %", "%.", "%,", "%!", "`%`.", "\"%\",", "*%*;", "%\n", "%\r\n", "\n%", "\t% ", "\u200b%\u200b", "\ufeff`%`",
	} {
		for before, id := range map[string]string{"": pastedGUID, "cancel ": pastedRestore, "report ": pastedRestore, "CANCEL  ": pastedRestore} {
			text := before + strings.ReplaceAll(form, "%", id)
			line, no := parse(text)
			if got := line.Order.BackupID + line.ID; no != nil || got != id {
				t.Errorf("%q is read as %q, %+v", text, got, no)
			}
		}
		text := strings.TrimSpace(strings.ReplaceAll(form, "%", pastedGUID)) + " --reason \"`*x*`\u2013.\""
		if line, no := parse(text); no != nil || line.Order.BackupID != pastedGUID || line.Order.Reason != "`*x*`\u2013." {
			t.Errorf("%q is read as %+v, %+v", text, line, no)
		}
	}
	for _, dash := range "\u2010\u2011\u2012\u2013\u2014\u2015\u2212" {
		if line, no := parse(strings.ReplaceAll(pastedGUID, "-", string(dash))); no != nil || line.Order.BackupID != pastedGUID {
			t.Errorf("with %U: %+v, %+v", dash, line, no)
		}
	}
}

// What is no id stays refused, and the answer shows what cannot be seen.
func TestParseLineShowsOddCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"abc\u2011def":                                "abc[U+2011]def",
		"cancel \u00fcber\u2013x":                     "\u00fcber[U+2013]x",
		"`" + pastedGUID:                              "`" + pastedGUID,
		pastedGUID + "*":                              pastedGUID + "*",
		"x\u2013" + pastedGUID:                        "x[U+2013]",
		strings.Replace(pastedGUID, "-", "\u00ad", 1): "[U+00AD]",
	} {
		if _, no := parse(text); no == nil || !strings.Contains(no.What, want) {
			t.Errorf("%q: %+v", text, no)
		}
	}
}

// Whatever stands around an id, no other one is read.
func FuzzParseLinePastedID(f *testing.F) {
	for _, s := range [][2]string{{"`", "`"}, {"*", "*."}, {"\u201c", "\u201d"}, {"", "0"}, {"a", ""}, {"", "\u20131"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		line, no := parse(before + pastedGUID + after)
		if no != nil || line.Verb != command.VerbRestore || len(line.Order.Params) > 0 || line.Order.Unlisted {
			return
		}
		if strings.ContainsAny(before+after, "0123456789abcdefABCDEF") {
			return // it may make another id
		}
		if line.Order.BackupID != pastedGUID {
			t.Errorf("%q + id + %q is read as %q", before, after, line.Order.BackupID)
		}
	})
}
