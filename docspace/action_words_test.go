package docspace_test

import (
	"strings"
	"testing"
	"unicode"

	"docspace-restorebot/docspace"
)

// The words stand after a person's name: "Ada moved a file to the trash".
func TestEveryActionHasWordsForPeople(t *testing.T) {
	t.Parallel()
	known := 0
	for id := range docspace.Action(20_000) {
		words := id.Words()
		if id.Name() == "" {
			if words != "" {
				t.Errorf("%d has no name and the words %q", id, words)
			}
			continue
		}
		known++
		first, _ := firstRune(words)
		switch {
		case words == "":
			t.Errorf("%d %s has no words", id, id.Name())
		case !unicode.IsLower(first), strings.Trim(words, " .") != words, len(words) > 60:
			t.Errorf("%d %s: %q does not go on after a name", id, id.Name(), words)
		case strings.Contains(words, id.Name()):
			t.Errorf("%d %s: %q is the server's own name", id, id.Name(), words)
		}
		verb, _, _ := strings.Cut(words, " ")
		if !strings.HasSuffix(verb, "ed") && !strings.Contains(" began forbade gave let made paid put sent set took went wrote chose read reset could opened failed ", " "+verb+" ") {
			t.Errorf("%d %s: %q does not begin with what somebody did", id, id.Name(), words)
		}
	}
	if known < 300 {
		t.Errorf("%d actions are known", known)
	}
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

func TestTheNameOfAThingIsFoundInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action docspace.Action
		text   string
		want   string
	}{
		{5000, "File Created: Plan.docx", "Plan.docx"},
		{5000, "Datei erstellt: Plan.docx", "Plan.docx"},
		{5000, "文件已创建：Plan.docx", "Plan.docx"},
		{5000, "Fichier créé : Plan.docx", "Plan.docx"},
		{5000, "Plan.docx を作成しました", "“Plan.docx を作成しました”"},
		{5000, "File Created: Plan [v2].docx", "Plan [v2].docx"},
		{5000, "File Created: Q3. Final.docx", "Q3. Final.docx"},
		{5000, "", ""},
		{5017, "Files [Plan.docx]. Moved To Trash Folder", "Plan.docx"},
		{5017, "Files [Plan [v2].docx]. Moved To Trash Folder", "Plan [v2].docx"},
		{5017, "Files [Plan [v2.docx]. Moved To Trash Folder", "Plan [v2.docx"},
		{5017, "Files [A very long name that was cu…", "A very long name that was cu…"},
		{5015, `Files [Plan.docx]. Moved From Folder "A" To Folder: "B"`, "Plan.docx"},
		{5044, "Dateien[Plan.docx].Revision:2.Version ist wiederhergestellt", "Plan.docx"},
		{5034, "Users [Ada Adams]. File Updated: Plan.docx", "Plan.docx"},
		{6046, "Benutzer [Ada Adams]. Formular abgeschickt: Leave.pdf", "Leave.pdf"},
		{5120, "File: Plan. Final.xlsx. Custom filter enabled", "Plan. Final.xlsx"},
		{5070, "Room created", ""},
		{5071, "Room renamed: Press", "Press"},
		{5075, "Ada Adams appointed: Editor", "“Ada Adams appointed: Editor”"},
		{5078, "Added tags: [red, blue]", "red, blue"},
		{5085, "Added user: Ada Adams. Role: Editor", "Ada Adams, Role: Editor"},
		{5086, "Link created. Role: Viewer", "Viewer"},
		{5061, "Trash emptied", ""},
		{4022, "Users Deleted: Ada Adams, Bob Brown", "Ada Adams, Bob Brown"},
		{4029, "Users [Ada Adams]. Mobile Number Updated: +49", "Ada Adams"},
		{4037, "User Olga Owner sent an invitation to guest@example.com to join this DocSpace", "guest@example.com"},
		{4037, "User Olga Owner sent an invitation to g… to join this DocSpace", "g…"},
		{4037, "Olga hat jemanden eingeladen", "“Olga hat jemanden eingeladen”"},
		{5028, "Third Party Created: Archive. Provider: GoogleDrive", "Archive, Provider: GoogleDrive"},
		{6004, "Password Strength Settings Updated", ""},
		{6037, "Two-factor Authentication Settings Updated: SMS confirmation was enabled", ""},
		{6044, "Set default storage quota: 5 GB", "5 GB"},
		{6049, "Rooms [Press]. Set custom storage quota for rooms: 5 GB", "Press"},
		{9902, "Client Zapier updated", "“Client Zapier updated”"},
		{9901, "Client created", ""},
	} {
		if got := c.action.Thing(c.text); got != c.want {
			t.Errorf("%d in %q: %q, want %q", c.action, c.text, got, c.want)
		}
	}
}

func FuzzThing(f *testing.F) {
	for _, text := range []string{"", "[", "]", "[]: ", ": ", "：", "Files [a]. b", "Users [a]. b: c", "x …", "@"} {
		f.Add(5000, text)
		f.Add(4037, text)
		f.Add(5034, text)
	}
	f.Fuzz(func(t *testing.T, action int, text string) {
		// A name is a part of the text, or all of it in quotation marks.
		thing := docspace.Action(action).Thing(text)
		for part := range strings.SplitSeq(strings.Trim(thing, "“”"), ", ") {
			if !strings.Contains(text, strings.Trim(part, "“”")) {
				t.Errorf("%q is not in %q", thing, text)
			}
		}
	})
}
