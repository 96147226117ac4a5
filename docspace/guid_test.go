package docspace

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

const sampleGUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"

// forms writes a GUID of 36 characters in each form that .NET has.
func forms(id string) map[string]string {
	n := strings.ReplaceAll(id, "-", "")
	x := fmt.Sprintf("{0x%s,0x%s,0x%s,{", n[:8], n[8:12], n[12:16])
	x += strings.TrimSuffix(regexp.MustCompile(`..`).ReplaceAllString(n[16:], "0x$0,"), ",") + "}}"
	return map[string]string{"D": id, "N": n, "B": "{" + id + "}", "P": "(" + id + ")", "X": x}
}

func TestGUIDIsReadInEachFormOfDotNet(t *testing.T) {
	t.Parallel()
	for name, s := range forms(sampleGUID) {
		for _, text := range []string{s, strings.ToUpper(s), " " + s + " ", "\u00a0" + s + "\u2003\t", "\n" + s + "\u0085"} {
			if got, ok := ParseGUID(text); !ok || got != sampleGUID {
				t.Errorf("%s: %q was read as %q, %v", name, text, got, ok)
			}
		}
	}
	for text, want := range map[string]string{
		"{ 0x3F2504E0 , 0x4f89, 0x11d3,\u00a0{0x9a,0xc,0x3,0x5,0xe8,0x2c,0x33,0x1 } }": sampleGUID,
		"{0x03f2504e0,0x4f89,0x11d3,{0x9a,0x000c,0x03,0x05,0xe8,0x2c,0x33,0x01}}":      sampleGUID,
		"{0x0x3f2504e0,0x+4f89,0x+0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}":   sampleGUID,
		"{0x3f2504e0,0xff4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}":       sampleGUID, // 16 bits are kept
		"{0x0,0x0,0x0,{0x0,0x0,0x0,0x0,0x0,0x0,0x0,0x0}}":                              zeroGUID,
		"{0x0,0x10000,0x0,{0x0,0x0,0x0,0x0,0x0,0x0,0x0,0x0}}":                          zeroGUID,
		"0x000000-0x00-+000-+0x0-0x0000000000":                                         zeroGUID,
		"+f2504e0-0x89-+0xd-0X0c-+30500000000":                                         "0f2504e0-0089-000d-000c-030500000000",
	} {
		if got, ok := ParseGUID(text); !ok || got != want {
			t.Errorf("%q was read as %q, %v, want %s", text, got, ok, want)
		}
	}
	n := strings.ReplaceAll(sampleGUID, "-", "")
	for _, text := range []string{
		"", " ", "latest", n[1:], n + "0", "{" + n + "}", "(" + n + ")", "{" + sampleGUID + ")", "(" + sampleGUID + "}", "{" + sampleGUID, sampleGUID + "}",
		"{{" + sampleGUID[1:35] + "}}", "[" + sampleGUID + "]", "3f2504e04-f89-11d3-9a0c-0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c330g",
		"3f2504e0-4f89-11d3-9a0c-03050x2c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c33\u0661", "3f25 04e0-4f89-11d3-9a0c-0305e82c3301", sampleGUID + "\u200b",
		"{0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}}", "{0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}",
		"{0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x100}}", "{0x13f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}",
		"{3f2504e0,4f89,11d3,{9a,0c,03,05,e8,2c,33,01}}", "{0x,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}", "{0x1,0x2,0x3,{0x1,0x2,0x3,0x4,0x5,0x6,0x7}}",
		"{0x1,0x2,0x3,0x1,0x2,0x3,0x4,0x5,0x6,0x7,0x8}", "{",
	} {
		if got, ok := ParseGUID(text); ok {
			t.Errorf("%q was read as %q", text, got)
		}
	}
}

func FuzzParseGUID(f *testing.F) {
	for _, s := range forms(sampleGUID) {
		f.Add(s)
		f.Add(" " + strings.ToUpper(s))
	}
	for _, s := range []string{zeroGUID, "", "latest", "{0x0,0x+0,0x0x0,{0x0,0x0,0x0,0x0,0x0,0x0,0x0,0x0}}", "+x", "{0x", "(-)", "{-}"} {
		f.Add(s)
	}
	plain := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	const dashed = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	strict := regexp.MustCompile(`(?i)^\s*([0-9a-f]{32}|` + dashed + `|\{` + dashed + `\}|\(` + dashed + `\))\s*$`)
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := ParseGUID(s)
		switch {
		case !ok && id != "":
			t.Errorf("%q is none and %q", s, id)
		case !ok && strict.MatchString(s):
			t.Errorf("%q is not taken for a GUID", s)
		case !ok:
			return
		case !plain.MatchString(id):
			t.Fatalf("%q became %q", s, id)
		}
		for name, again := range forms(id) {
			if back, ok := ParseGUID(again); !ok || back != id {
				t.Errorf("%q became %q, which in form %s is %q", s, id, name, back)
			}
		}
	})
}
