package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"docspace-restorebot/cmd/restorebot/app"
)

func good() []string {
	return []string{
		"SLACK_APP_TOKEN=xapp-1", "SLACK_BOT_TOKEN=xoxb-1", "DOCSPACE_URL=https://docs.example.com", "DOCSPACE_API_KEY=sk-1",
		"RESTORE_USERS=U0ALICE,SONCALL", "RESTORE_CHANNELS=C0OPS",
	}
}

func TestGoodSettingsLoad(t *testing.T) {
	t.Parallel()
	s, err := loadSettings(good(), filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"SONCALL"}, s.Policy.Users.Groups); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFaultIsNamedAtOnceAndNoValueIsShown(t *testing.T) {
	t.Parallel()
	_, err := loadSettings([]string{
		"SLACK_APP_TOKEN=hunter2", "SLACK_BOT_TOKEN=hunter2", "SLACK_API_URL=hunter2", "SLACK_CONNECTIONS=hunter2", "DOCSPACE_URL=https://u:hunter2@h", "PORTALS_FILE=hunter2", "SAFETY_BACKUP=hunter2",
		"DOCSPACE_POLL_INTERVAL=hunter2", "RESTORE_USERS=hunter2", "RESTORE_CHANNELS=#hunter2", "RESTORE_CONFIRM=hunter2",
		"RESTORE_APPROVERS=hunter2", "RESTORE_APPROVALS=hunter2", "RESTORE_SELF_APPROVAL=hunter2", "RESTORE_BREAK_GLASS=hunter2",
		"RESTORE_CONFIRM_TTL=hunter2", "DATABASE_URL=hunter2", "LOG_LEVEL=hunter2", "LOG_FORMAT=hunter2",
		"RESTORE_CONFIRM_TTL=hunter2", "DATABASE_URL=hunter2", "HTTP_ADDR=hunter2", "LOG_LEVEL=hunter2", "LOG_FORMAT=hunter2",
		"HTTPS_PROXY=hunter2://h", "HTTP_PROXY=hunter2://h", "SSL_CERT_FILE=hunter2", "AUDIT_KEY=hunter2", "RESTORE_REASON=hunter2",
		"RESTORE_LOSS=hunter2", "RESTORE_LOSS_KEPT=hunter2",
	}, filepath.Join(t.TempDir(), "none"))
	if err == nil {
		t.Fatal("wrong settings were accepted")
	}
	for _, name := range names() {
		if name == "NO_PROXY" || name == "SSL_CERT_DIR" {
			continue // whatever they say means something
		}
		if !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s is not reported", name)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a value is shown: %v", err)
	}
}

func TestEmptyAllowListStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"RESTORE_USERS", "RESTORE_CHANNELS"} {
		if _, err := loadSettings(append(good(), name+"="), filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("an empty %s: got %v", name, err)
		}
	}
}

func TestGatesAreReadStrictly(t *testing.T) {
	t.Parallel()
	load := func(more ...string) (app.Settings, error) {
		return loadSettings(append(good(), more...), filepath.Join(t.TempDir(), "none"))
	}
	s, err := load()
	if err != nil || !reflect.DeepEqual(s.Policy.Approvers, s.Policy.Users) || !s.Policy.BreakGlass.Nobody() || s.Policy.Typing || !s.Policy.SelfApproval || s.Policy.Needed() != 1 {
		t.Errorf("without gates: %+v, %v", s.Policy, err)
	}
	s, err = load("RESTORE_APPROVERS=U0BOB,SLEADS", "RESTORE_APPROVALS=3", "RESTORE_SELF_APPROVAL=false", "RESTORE_CONFIRM=modal", "RESTORE_BREAK_GLASS=SLEADS")
	p := s.Policy
	if err != nil || p.Approvers.String() != "U0BOB,SLEADS" || p.Needed() != 3 || p.SelfApproval || !p.Typing || p.BreakGlass.String() != "SLEADS" {
		t.Errorf("with every rule: %+v, %v", p, err)
	}
	for setting, rule := range map[string]string{
		"RESTORE_APPROVERS=bob": "names, e-mail", "RESTORE_APPROVALS=0": "from 1 to", "RESTORE_APPROVALS=two": "from 1 to",
		"RESTORE_SELF_APPROVAL=maybe": "true or false", "RESTORE_BREAK_GLASS=*": "not *", "RESTORE_BREAK_GLASS=#leads": "names, e-mail",
		"RESTORE_CONFIRM=both": "modal",
	} {
		if _, err := load(setting); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	if _, err := load("RESTORE_APPROVERS=U0BOB,U0BOB", "RESTORE_APPROVALS=2"); err == nil || !strings.Contains(err.Error(), "more people than") {
		t.Errorf("two of one person: %v", err)
	}
}

func TestDatabaseURLsAreChecked(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"sqlite:bot.db": true, "postgres://bot:hunter2@db/bot": true, "postgresql://db/bot": true,
		"sqlite:": false, "postgres:bot": false, "mysql://db/bot": false, "bot.db": false,
	} {
		_, err := loadSettings(append(good(), "DATABASE_URL="+url), filepath.Join(t.TempDir(), "none"))
		if (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestEnvironmentWinsOverDotenvAndFilesAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	dotenv := filepath.Join(dir, ".env")
	write(t, key, "sk-from-file\n")
	write(t, dotenv, "LOG_FORMAT=json\nLOG_LEVEL=debug\nDOCSPACE_API_KEY_FILE="+key+"\n")
	s, err := loadSettings(append(slices.DeleteFunc(good(), func(v string) bool { return strings.HasPrefix(v, "DOCSPACE_API_KEY") }), "LOG_FORMAT=text"), dotenv)
	if err != nil {
		t.Fatal(err)
	}
	if s.LogFormat != "text" || s.LogLevel.String() != "DEBUG" || s.Portals[0].Key.Reveal() != "sk-from-file" {
		t.Errorf("got format %s, level %s, key from the file: %v", s.LogFormat, s.LogLevel, s.Portals[0].Key.Reveal() == "sk-from-file")
	}
}

func TestExampleAndLoaderNameTheSameSettings(t *testing.T) {
	t.Parallel()
	example, err := godotenv.Read("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range example {
		got = append(got, name)
	}
	slices.Sort(got)
	if diff := cmp.Diff(names(), got); diff != "" {
		t.Errorf("-loader +example:\n%s", diff)
	}
}

// names lists the settings that the loader reads.
func names() []string { return slices.Sorted(slices.Values(settingNames())) }

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The network code would pass over each of these in silence.
func TestNetworkSettingsThatWouldBePassedOverAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	write(t, empty, "no certificate\n")
	for _, wrong := range []string{
		"HTTPS_PROXY=http://", "HTTPS_PROXY=ftp://proxy", "HTTP_PROXY=:hunter2 @", "HTTPS_PROXY=http://bot:hunter2@%zz", "SSL_CERT_FILE=" + filepath.Join(dir, "none"), "SSL_CERT_FILE=" + empty,
	} {
		name, _, _ := strings.Cut(wrong, "=")
		_, err := loadSettings(append(good(), wrong), filepath.Join(dir, "none"))
		if err == nil || !strings.Contains(err.Error(), name+" must") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, right := range []string{
		"HTTPS_PROXY=http://bot:hunter2@proxy.example.com:3128", "HTTPS_PROXY=proxy:3128", "HTTP_PROXY=socks5://127.0.0.1:1080", "HTTPS_PROXY=", "NO_PROXY=*", "SSL_CERT_FILE=",
	} {
		if _, err := loadSettings(append(good(), right), filepath.Join(dir, "none")); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}
