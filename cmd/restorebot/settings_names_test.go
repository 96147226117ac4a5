package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"
)

func TestNamesThatLookLikeOursAreRefused(t *testing.T) {
	t.Parallel()
	for name, near := range map[string]string{
		"RESTORE_APPROVER": "RESTORE_APPROVERS", "RESTORE_APPROVAL": "RESTORE_APPROVALS", "RESTORE_APROVALS": "RESTORE_APPROVALS",
		"RESTORE_SELF_APPROVALS": "RESTORE_SELF_APPROVAL", "RESTORE_USER": "RESTORE_USERS", "RESTORE_CHANNEL": "RESTORE_CHANNELS",
		"RESTORE_TTL": "RESTORE_CONFIRM_TTL", "RESTORE_BREAKGLASS": "RESTORE_BREAK_GLASS", "restore_approvals": "RESTORE_APPROVALS",
		"Restore_Users": "RESTORE_USERS", "RESTORE_USERS_FILE": "RESTORE_USERS", "RESTORE_": "RESTORE_LOSS", "RESTORE_USERS2": "RESTORE_USERS",
		"DOCSPACE_KEY": "DOCSPACE_API_KEY", "DOCSPACE_APIKEY_FILE": "DOCSPACE_API_KEY_FILE", "DOCSPACE_POLL": "DOCSPACE_POLL_INTERVAL",
		"SLACK_TOKEN": "SLACK_APP_TOKEN", "SLACK_API_URL_FILE": "SLACK_API_URL", "SAFETY_BACKUPS": "SAFETY_BACKUP", "PORTALS_FILES": "PORTALS_FILE",
		"PORTAL_FILE": "PORTALS_FILE", "RESTOREUSERS": "RESTORE_USERS", "ERSTORE_APPROVALS": "RESTORE_APPROVALS", "RESTOR_APPROVALS": "RESTORE_APPROVALS",
	} {
		_, err := loadSettings(append(good(), name+"="), filepath.Join(t.TempDir(), "none"))
		if err == nil || err.Error() != name+" in the environment is not a setting (the nearest is "+near+"): correct or remove it" {
			t.Errorf("%s: %v", name, err)
		}
		dotenv := filepath.Join(t.TempDir(), "env")
		write(t, dotenv, name+"=hunter2\n")
		if _, err := loadSettings(good(), dotenv); err == nil || !strings.Contains(err.Error(), name+" in "+dotenv+" is not a setting") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s in a file: %v", name, err)
		}
	}
}

// A container's environment holds much that is not ours.
func TestNamesOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	others := []string{
		"PATH", "HOME", "http_proxy", "HTTP_PORT", "HTTP_HOST", "LOG_LEVELS", "LOG_FILE", "DATABASE_URI", "DATABASE_PASSWORD", "RESTOREBOT_SERVICE_HOST", "RESTORE", "SLACK",
		"STORE_USER", "AUTH_KEY", "EDIT_KEY", "PORTAL_URL", "PORTAL_KEY", "KUBERNETES_SERVICE_HOST", "POSTGRES_PASSWORD", "X",
	}
	var set []string
	for _, name := range others {
		set = append(set, name+"=x")
	}
	if _, err := loadSettings(append(good(), set...), filepath.Join(t.TempDir(), "none")); err != nil {
		t.Error(err)
	}
	dotenv := filepath.Join(t.TempDir(), "env")
	write(t, dotenv, "POSTGRES_PASSWORD=x\nTZ=UTC\nCOMPOSE_PROJECT_NAME=x\nHTTP_PORT=1\n")
	if _, err := loadSettings(good(), dotenv); err != nil {
		t.Error(err)
	}
}

func TestEveryNameThatMeansSomethingIsTaken(t *testing.T) {
	t.Parallel()
	for _, name := range knownNames() {
		if faults := checkNames(source{"here", map[string]string{name: ""}, true}); len(faults) > 0 {
			t.Error(faults)
		}
	}
	for _, name := range []string{"SLACK_APP_TOKEN_FILE", "SLACK_BOT_TOKEN_FILE", "DOCSPACE_API_KEY_FILE", "DATABASE_URL_FILE"} {
		if !slices.Contains(knownNames(), name) {
			t.Errorf("%s is not known", name)
		}
	}
}

// What slipped into the place of a name may be a secret.
func TestNamesThatMayBeSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	dotenv := filepath.Join(t.TempDir(), "env")
	secret := strings.Repeat("hunter2", 6)
	write(t, dotenv, "SLACK_BOT_TOKEN "+secret+" =\nDOCSPACE_"+secret+"=1\n")
	_, err := loadSettings(append(good(), "SLACK_\x1b[31mhunter2=1"), dotenv)
	if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Count(err.Error(), "a name that begins with ") != 3 {
		t.Errorf("got %v", err)
	}
}

func TestValuesAreTrimmed(t *testing.T) {
	t.Parallel()
	var padded []string
	for _, set := range good() {
		name, value, _ := strings.Cut(set, "=")
		padded = append(padded, name+"= \t"+value+"\r\n")
	}
	padded = append(padded, "DATABASE_URL=postgres://bot:hunter2@db/bot\n", "LOG_FORMAT=json\n", "RESTORE_APPROVERS=\n")
	s, err := loadSettings(padded, filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	if s.DatabaseURL != "postgres://bot:hunter2@db/bot" || s.BotToken.Reveal() != "xoxb-1" || s.Portals[0].URL != "https://docs.example.com" || s.Portals[0].Key.Reveal() != "sk-1" {
		t.Error("a value is not trimmed")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "url"), "\ufeffsqlite:x.db\r\n")
	if s, err = loadSettings(append(good(), "DATABASE_URL_FILE= "+filepath.Join(dir, "url")+"\n"), "none"); err != nil || s.DatabaseURL != "sqlite:x.db" {
		t.Errorf("of a file: %q, %v", s.DatabaseURL, err)
	}
}

func TestLinesOfAFileOfSettingsAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for text, want := range map[string]string{
		"\ufeffA=1\r\nB=2\r\n":                     "",
		"A=1\n\n# A=2\nexport B=\"x\nA=3\n\"":      "",
		"A=1\nA=1":                                 "A in F is set twice, in lines 1 and 2: remove one of them",
		"A='x\ny'\n B = 2\nexport  A: 3\nB=4":      "A in F is set twice, in lines 1 and 4: remove one of them\nB in F is set twice, in lines 3 and 5: remove one of them",
		"A=1\nhunter2\nB=2":                        "F line 2 is not understood: write NAME=value, or # for a remark",
		"A=1\nhunter2":                             "F line 2 is not understood: write NAME=value, or # for a remark",
		"A=1\nB=\"hunter2\n":                       "F line 2 is not understood: write NAME=value, or # for a remark",
		"A=\"1\" B=\"2\"":                          "F line 1 is not understood: write NAME=value, or # for a remark",
		"=hunter2":                                 "F line 1 is not understood: write NAME=value, or # for a remark",
		"sk-hunter2=1":                             "F line 1 is not understood: write NAME=value, or # for a remark",
		"A=1\n" + strings.Repeat("A=hunter2\n", 2): "A in F is set twice, in lines 1 and 2: remove one of them\nA in F is set twice, in lines 1 and 3: remove one of them",
	} {
		path := filepath.Join(dir, "env")
		write(t, path, text)
		_, faults := readDotenv(path)
		var said []string
		for _, f := range faults {
			said = append(said, strings.ReplaceAll(f.Error(), path, "F"))
		}
		if got := strings.Join(said, "\n"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if _, faults := readDotenv(dir); len(faults) != 1 || !strings.Contains(faults[0].Error(), "cannot be read") {
		t.Errorf("a folder: %v", faults)
	}
}

// FuzzDotenvLines holds the way that finds the lines against the library's.
func FuzzDotenvLines(f *testing.F) {
	for _, seed := range []string{"A=1\nB='2\n3'\n", "export A=\"\\\"\nB\"#\nC: 1", "A\nB=1", "# x\n\nA=$B\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, bad := dotenvLines(text)
		vars, err := godotenv.Unmarshal(text)
		if bad > 0 {
			return
		}
		if err != nil {
			t.Fatalf("%q: every line is one, and the library says %v", text, err)
		}
		names := map[string]bool{}
		for _, l := range lines {
			names[l.name] = true
		}
		if got, want := slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(vars)); !slices.Equal(got, want) {
			t.Errorf("%q sets %q, and these lines were found: %q", text, want, got)
		}
	})
}
