package command_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/docspace"
)

const guid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"

func parse(text string) (command.Line, *command.SyntaxError) {
	line, err := command.Parse(text)
	wrong, ok := errors.AsType[*command.SyntaxError](err)
	if err != nil && !ok {
		panic("not a syntax error: " + err.Error())
	}
	return line, wrong
}

func restoreLine(portal string, change func(*command.Order)) command.Line {
	o := command.Order{BackupID: guid}
	if change != nil {
		change(&o)
	}
	return command.Line{Verb: command.VerbRestore, Order: o, Portal: portal}
}

func reason(s string) command.Line {
	return restoreLine("", func(o *command.Order) { o.Reason = s })
}

func TestParseLineAccepts(t *testing.T) {
	t.Parallel()
	dump := restoreLine("", func(o *command.Order) { o.Dump = true })
	for text, want := range map[string]command.Line{
		"":                                     {Verb: command.VerbPick},
		" \u00a0\u200b ":                       {Verb: command.VerbPick},
		"help":                                 {Verb: command.VerbHelp},
		"--help":                               {Verb: command.VerbHelp},
		"help List":                            {Verb: command.VerbHelp, Topic: "list"},
		"help restore":                         {Verb: command.VerbHelp, Topic: "restore"},
		"Status":                               {Verb: command.VerbStatus},
		"history":                              {Verb: command.VerbHistory},
		"cancel K3VQ7X2MHD":                    {Verb: command.VerbCancel, ID: "k3vq7x2mhd"},
		"list":                                 {Verb: command.VerbList},
		"—dump list --portal=main":             {Verb: command.VerbList, Dump: true, Portal: "main"},
		guid:                                   restoreLine("", nil),
		strings.ToUpper(guid):                  restoreLine("", nil),
		"{" + guid + "}":                       restoreLine("", nil),
		"(" + guid + ")":                       restoreLine("", nil),
		"“" + guid + "”":                       restoreLine("", nil),
		strings.ReplaceAll(guid, "-", ""):      restoreLine("", nil),
		guid + " --dump":                       dump,
		guid + " --dump=YES":                   dump,
		guid + " --dump=off":                   restoreLine("", nil),
		guid + " \u2212\u2212dump":             dump,
		guid + "\u00a0\u2014dump":              dump,
		guid + "\u202f\u2013dump":              dump,
		guid + " \u2010dump\u200b":             dump,
		guid + " \u2060\u2015\u2011du\ufeffmp": dump,
		"--reason —x " + guid:                  reason("—x"),
		guid + " --reason --dump":              reason("--dump"),
		guid + " —reason=—dump":                reason("—dump"),
		guid + ` --reason "a — \"b\" \\ ‘c’"`:      reason("a — \"b\" \\ ‘c’"),
		guid + " --reason “can’t do it”":           reason("can’t do it"),
		guid + " --reason=‘don’t  stop’":           reason("don’t  stop"),
		guid + " --reason 'can't do it'":           reason("can't do it"),
		guid + ` --reason 'can'\''t do it'`:        reason("can't do it"),
		guid + " --reason can't":                   reason("can't"),
		guid + " --reason can’t":                   reason("can’t"),
		guid + ` --reason 5"disk`:                  reason(`5"disk`),
		guid + ` --reason a\ b`:                    reason("a b"),
		guid + ` --reason 'C:\new'`:                reason(`C:\new`),
		guid + " --reason a;b|c&d<e>f#g":           reason("a;b|c&d<e>f#g"),
		guid + " --reason #1":                      reason("#1"),
		guid + " --reason \"a\u00a0b\u200bc\"":     reason("a\u00a0b\u200bc"),
		guid + " --reason " + longWord("é", 500):   reason(longWord("é", 500)),
		guid + " --notify --dry-run --portal main": restoreLine("main", func(o *command.Order) { o.Notify, o.DryRun = true, true }),
		guid + " --storage thirdpartydocuments":    restoreLine("", func(o *command.Order) { o.StorageType = docspace.StorageThirdpartyDocs }),
		guid + " —unlisted":                        restoreLine("", func(o *command.Order) { o.Unlisted = true }),
		guid + " --storage CustomCloud":            restoreLine("", func(o *command.Order) { o.StorageType = docspace.StorageCustomCloud }),
		"old.tar.gz --param filePath=“a b=c” --param module=s3 --storage thirdpartyconsumer": {Verb: command.VerbRestore, Order: command.Order{
			BackupID: "old.tar.gz", StorageType: docspace.StorageThirdPartyConsumer, Params: []command.Param{{Key: "filePath", Value: "a b=c"}, {Key: "module", Value: "s3"}},
		}},
	} {
		got, no := parse(text)
		if no != nil {
			t.Errorf("%q: refused: %+v", text, *no)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func longWord(s string, n int) string { return strings.Repeat(s, n) }

func TestParseLineRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ word, suggest string }{
		"lst":                                    {"“lst”", "list"},
		"Histroy":                                {"“Histroy”", "history"},
		"floppy":                                 {"--param filePath=", ""},
		"status now":                             {"“now”", ""},
		"history --dump":                         {"--dump", ""},
		"list --reason x":                        {"--reason", ""},
		"list list":                              {"“list”", ""},
		"cancel":                                 {"needs the id", ""},
		"cancel a/b":                             {"“a/b”", ""},
		"report a b":                             {"“b”", ""},
		"help lits":                              {"“lits”", "list"},
		"help list status":                       {"“status”", ""},
		"--dump":                                 {"no backup id", ""},
		`""`:                                     {"empty", ""},
		guid + " extra":                          {"“extra”", ""},
		guid + " --dump false":                   {"“false”", ""},
		guid + " --dmup":                         {"“--dmup”", "--dump"},
		guid + " -n":                             {"“--n”", ""},
		guid + " '-n'":                           {"n”", ""},
		guid + " --dump --dump":                  {"twice", ""},
		guid + " --dump --dump=false":            {"twice", ""},
		guid + " --reason a --reason b":          {"twice", ""},
		guid + " --param a=1 --param A=2":        {"twice", ""},
		guid + " dump":                           {"one word too many", "--dump"},
		"list dmup":                              {"one word too many", "--dump"},
		"status dump":                            {"Leave it out.", ""},
		guid + " --param a":                      {"KEY=VALUE", ""},
		guid + " --param =a":                     {"KEY=VALUE", ""},
		guid + " --param a=":                     {"KEY=VALUE", ""},
		guid + " --dump=maybe":                   {"true or false", ""},
		guid + " --storage floppy":               {"ThirdpartyDocuments", ""},
		guid + " --reason":                       {"no value", ""},
		guid + ` --reason ""`:                    {"empty", ""},
		guid + ` --portal " "`:                   {"empty", ""},
		guid + " --reason " + longWord("x", 501): {"500", ""},
		guid + " --":                             {"dash", ""},
		guid + " —":                              {"dash", ""},
		guid + " '--' --dump":                    {"dash", ""},
		guid + " --=x":                           {"flag", ""},
		guid + " --reason \"a":                   {"no closing quote", ""},
		guid + " --reason 'a":                    {"no closing quote", ""},
		guid + " --reason “a\"":                  {"no closing quote", ""},
		guid + ` --reason "a"b`:                  {"goes on", ""},
		guid + ` --reason C:\new`:                {"backslash", ""},
		guid + ` --reason a\`:                    {"backslash", ""},
		guid + " --reason \"a\nb\"":              {"control", ""},
		guid + "\t--dump":                        {"control", ""},
		guid + " \u202edump":                     {"direction", ""},
		guid + "\xff":                            {"not valid", ""},
		longWord(" ", 3001):                      {"3000", ""},
		"00000000-0000-0000-0000-000000000000":   {"zeros", ""},
		"{00000000-0000-0000-0000-000000000000}": {"zeros", ""},
		"{" + guid + ")x":                        {"neither", ""},
		"a --storage DataStore --param filePath='" + longWord("\\", 1600) + "'": {"written out", ""},
	} {
		got, no := parse(text)
		switch {
		case no == nil:
			t.Errorf("%.80q: accepted: %+v", text, got)
		case !strings.Contains(no.What+no.Do, want.word) || no.Suggest != want.suggest || no.Do == "":
			t.Errorf("%.80q: %+v", text, *no)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	o := command.Order{
		BackupID: "a b", StorageType: docspace.StorageThirdpartyDocs, Params: []command.Param{{Key: "filePath", Value: `x "y" $z`}},
		Notify: true, Dump: true, Reason: "can't", DryRun: true, Unlisted: true,
	}
	want := `"a b" --portal main --storage ThirdpartyDocuments --param filePath="x \"y\" \$z" --notify --dump --reason "can't" --dry-run --unlisted`
	if d := cmp.Diff(want, o.Canonical("main")); d != "" {
		t.Error(d)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	all, ok := command.Usage("")
	if !ok {
		t.Fatal("no usage")
	}
	for _, topic := range []string{"restore", "list", "status", "history", "cancel", "help"} {
		text, ok := command.Usage(topic)
		if !ok || !strings.Contains(text, "Example: /restore") || !strings.Contains(all, text) {
			t.Errorf("%s: %q", topic, text)
		}
	}
	if _, ok := command.Usage("x"); ok {
		t.Error("usage of x")
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add(guid+" —dump --reason “can’t”", "a — b")
	f.Add(`"{0x3f2504e0, 0x4f89,0x11d3,{0x9a,0xc,0x3,0x5,0xe8,0x2c,0x33,0x1}}" --unlisted`, "x")
	f.Add(`x --storage datastore --param filePath='a b' --portal "m"`, `'\''"$`)
	f.Add("list --dump", "“x” \u200b\u00a0\\")
	f.Fuzz(func(t *testing.T, text, value string) {
		same := func(l command.Line) {
			again, no := parse(l.Order.Canonical(l.Portal))
			if no != nil {
				t.Fatalf("%q: %+v", l.Order.Canonical(l.Portal), *no)
			}
			if d := cmp.Diff(l, again); d != "" {
				t.Fatal(d)
			}
		}
		l, no := parse(text)
		if no == nil && l.Verb == command.VerbRestore {
			same(l)
		}
		// A value in quotes is never rewritten.
		escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		l, no = parse(`x --storage ThirdPartyConsumer --param filePath="` + escaped + `" --param module=s3 —reason "` + escaped + `"`)
		if no == nil {
			if l.Order.Reason != value || l.Order.Params[0].Value != value {
				t.Fatalf("%q became %+v", value, l.Order)
			}
			same(l)
		}
	})
}

// Whether a line is plain makes no difference to what it means: an invisible
// character at its end has it read the long way.
func TestParseLineReadsPlainLinesLikeOthers(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(
		rapid.SampledFrom([]string{
			" ", "  ", "-", "--", "help", "list", "restore", "cancel", "--dump", "--portal", "--portal=", "--reason=", "--param", "filePath=a", "--nothing", "-x", guid,
			strings.ReplaceAll(guid, "-", ""), "=", "k3vq7x2mhd",
		}),
		rapid.StringMatching(`[-a-zA-Z0-9 _./:@%+,=]{0,12}`))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 8).Draw(t, "parts"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		got, no := parse(text)
		want, wantNo := parse(text + "\u200b")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-long way +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(wantNo, no); diff != "" {
			t.Errorf("%q (-long way +got):\n%s", text, diff)
		}
	})
}

// One line leaves nothing behind for the next one.
func TestParseLineRemembersNothing(t *testing.T) {
	t.Parallel()
	full := "x --unlisted --portal main --storage CustomCloud --param filePath=b --notify --dump --reason x --dry-run --no-safety-backup"
	for range 100 {
		for _, text := range []string{full, guid + " --dump --dump", guid + " --nothing"} {
			_, _ = parse(text)
		}
		got, no := parse(guid + " --notify=no")
		if diff := cmp.Diff(restoreLine("", nil), got); diff != "" || no != nil {
			t.Fatalf("(-want +got):\n%s%v", diff, no)
		}
	}
}
