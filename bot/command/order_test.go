package command_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"docspace-restorebot/bot/command"
	"docspace-restorebot/docspace"
)

// why an order is refused: the words of each mark of the tables below.
var orderWords = map[byte]string{
	'f': "--param filePath=", 'm': "--param module=", 'i': "the server ignores --param", 's': "it reads only",
	'p': "a filePath is the", 'o': "knows no module", 'u': "add --unlisted", 'n': "--unlisted is for backups that the bot cannot see",
	'g': "in its history and ignores --param", 't': "ignores --storage", 'z': "all zeros",
}

var orderStorages = []string{"", "documents", "ThirdpartyDocuments", "customcloud", "Local", "DATASTORE", "ThirdPartyConsumer"}

// guidForms are a GUID in each form of .NET, and as people paste it.
func guidForms(id string) []string {
	n := strings.ReplaceAll(id, "-", "")
	x := fmt.Sprintf("{0x%s, 0x%s, 0x%s, {", n[:8], n[8:12], n[12:16])
	x += strings.TrimSuffix(regexp.MustCompile(`..`).ReplaceAllString(n[16:], "0x$0,"), ",") + "}}"
	forms := []string{id, n, "{" + id + "}", "(" + id + ")", x, strings.ReplaceAll(x, " ", "")}
	for _, form := range forms {
		forms = append(forms, strings.ToUpper(form), "  "+form+" ", "\u00a0"+form)
	}
	return forms
}

// Every id, storage, parameter and --unlisted beside each other: what is accepted
// is what the server does, and the rest is refused with why.
func TestOrdersThatTheServerWouldNotKeepToAreRefused(t *testing.T) {
	t.Parallel()
	for _, table := range []struct {
		ids      []string
		unlisted string
		rows     []struct{ params, marks string } // a mark a storage; k is accepted
	}{
		{[]string{"old.tar.gz", "a b", "{" + guid + ")"}, "", []struct{ params, marks string }{
			{"", "fffuuff"},
			{" --param filePath=12", "kkpuukm"},
			{" --param filePath=a.tar.gz", "ppkuukm"},
			{" --param filePath=012", "pppuukm"},
			{" --param filepath=12", "sssuuss"},
			{" --param module=S3", "iiiuuif"},
			{" --param filePath=12 --param module=S3", "iiiuuik"},
			{" --param filePath=12 --param module=dropbox", "iiiuuio"},
			{" --param filePath=12 --param Module=s3", "sssuuss"},
			{" --param filePath=12 --param bucket=b", "iiiuuim"},
			{" --param filePath=a --param module=S3 --param bucket=b", "iiiuuik"},
		}},
		{[]string{"old.tar.gz"}, " --unlisted", []struct{ params, marks string }{
			{"", "fffffff"},
			{" --param filePath=12", "nnnkknn"},
			{" --param filePath=a.tar.gz", "nnnkknn"},
			{" --param filepath=12", "sssssss"},
			{" --param module=S3", "iiifiif"},
			{" --param filePath=12 --param module=S3", "nnnkinn"},
			{" --param filePath=12 --param Module=s3", "nnnssnn"},
			{" --param filePath=12 --param bucket=b", "nnnkinn"},
		}},
		{guidForms(guid), "", []struct{ params, marks string }{
			{"", "kkkkkkk"}, {" --param filePath=x", "ggggggg"}, {" --param k=v", "ggggggg"}, {" --param module=s3 --param filePath=12", "ggggggg"},
		}},
		{guidForms(guid), " --unlisted", []struct{ params, marks string }{
			{"", "ktttttt"}, {" --param filePath=x", "ggggggg"},
		}},
		{guidForms("00000000-0000-0000-0000-000000000000"), "", []struct{ params, marks string }{
			{"", "zzzzzzz"}, {" --param filePath=12", "zzzzzzz"},
		}},
		{guidForms("00000000-0000-0000-0000-000000000000"), " --unlisted", []struct{ params, marks string }{{"", "zzzzzzz"}}},
	} {
		for _, id := range table.ids {
			for _, row := range table.rows {
				for i, storage := range orderStorages {
					text := `"` + id + `"` + row.params + table.unlisted
					if storage != "" {
						text += " --storage " + storage
					}
					checkMark(t, text, row.marks[i])
				}
			}
		}
	}
}

func checkMark(t *testing.T, text string, mark byte) {
	t.Helper()
	line, no := parse(text)
	switch {
	case mark == 'k' && no != nil:
		t.Errorf("%s: refused: %s %s", text, no.What, no.Do)
	case mark == 'k' && strings.Contains(text, "0x") && line.Order.BackupID != guid:
		t.Errorf("%s: the id is %q", text, line.Order.BackupID)
	case mark == 'k' && line.Order.Unlisted != strings.Contains(line.Order.Canonical(""), "--unlisted"):
		t.Errorf("%s: written as %s", text, line.Order.Canonical(""))
	case mark != 'k' && no == nil:
		t.Errorf("%s: accepted: %+v", text, line.Order)
	case mark != 'k' && !strings.Contains(no.What+" "+no.Do, orderWords[mark]):
		t.Errorf("%s: refused without %q: %s %s", text, orderWords[mark], no.What, no.Do)
	}
}

// The module is looked up to the letter: it is shown and sent as the server spells
// it. All other values are left alone.
func TestModuleIsSentInLowerCase(t *testing.T) {
	t.Parallel()
	line, no := parse("b --storage ThirdPartyConsumer --param module=GoogleCloud --param filePath=A/B.tar --param bucket=MyOwn")
	if no != nil {
		t.Fatal(no.What)
	}
	want := "b --storage ThirdPartyConsumer --param module=googlecloud --param filePath=A/B.tar --param bucket=MyOwn"
	if got := line.Order.Canonical(""); got != want || line.Order.StorageType != docspace.StorageThirdPartyConsumer {
		t.Errorf("got %s", got)
	}
}

func TestUnlistedTakesTwoPeople(t *testing.T) {
	t.Parallel()
	_, no := parse(guid + ` --unlisted --break-glass --reason "nobody awake"`)
	if no == nil || !strings.Contains(no.What, "always needs two people") {
		t.Errorf("%+v", no)
	}
	if text, _ := command.Usage("restore"); !strings.Contains(text, "[--unlisted]") {
		t.Error("the usage does not tell of it")
	}
}
