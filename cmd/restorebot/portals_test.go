package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// without drops settings from a good environment.
func without(names ...string) []string {
	return slices.DeleteFunc(good(), func(v string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(v, n+"=") })
	})
}

func TestPortalsFileGivesEachPortalItsOwnRules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "wiki.Key"), "sk-wiki\n")
	write(t, filepath.Join(dir, "portals.yaml"), `
portals:
  - name: docs
    url: https://docs2.example.com
    api_key: sk-docs
  - name: wiki
    url: http://wiki.example.com/office
    api_key_file: wiki.Key
    channels: [C0WIKI]
    users: U0ONE, SOPS
    approvers: "*"
    approvals: 2
    safety_backup: Local:/backups
`)
	env := append(without("DOCSPACE_URL", "DOCSPACE_API_KEY"), "PORTALS_FILE="+filepath.Join(dir, "portals.yaml"),
		"SAFETY_BACKUP=ThirdPartyConsumer:S3,bucket=b")
	s, err := loadSettings(env, filepath.Join(dir, "none"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Portals) != 2 {
		t.Fatalf("got %d portals", len(s.Portals))
	}
	docs, wiki := s.Portals[0], s.Portals[1]
	if docs.Name != "docs" || docs.Key.Reveal() != "sk-docs" || docs.Own.Channels != nil || docs.Safety.Place() != "ThirdPartyConsumer s3" {
		t.Errorf("docs: %+v", docs)
	}
	if wiki.URL != "http://wiki.example.com/office" || wiki.Key.Reveal() != "sk-wiki" || wiki.Own.Channels.IDs[0] != "C0WIKI" ||
		wiki.Own.Users.Groups[0] != "SOPS" || !wiki.Own.Approvers.Any || wiki.Own.Approvals != 2 || wiki.Safety.Place() != "Local /backups" {
		t.Errorf("wiki: %+v", wiki)
	}
	s, err = loadSettings(append(good(), env[len(env)-2]), filepath.Join(dir, "none"))
	if err != nil || len(s.Portals) != 3 || s.Portals[0].Name != "docs.example.com" {
		t.Errorf("with DOCSPACE_URL as well: %d portals, %v", len(s.Portals), err)
	}
}

func TestEveryFaultOfThePortalsFileIsNamedAtOnceWithoutItsValue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "portals.yaml")
	write(t, path, `portals:
  - name: hunter2 hunter2
    url: hunter2
    api_key: ""
    channels: ["#hunter2"]
    users: hunter2@example.com
    approvers: []
    approvals: hunter2
    safety_backup: Documents:hunter2
    colour: hunter2
    sk-hunter2: x
  - url: https://u:hunter2@h
    api_key: hunter2
    api_key_file: hunter2
    api_key: hunter2
  - [hunter2]
more: hunter2
`)
	_, err := loadSettings(append(good(), "PORTALS_FILE="+path), filepath.Join(dir, "none"))
	if err == nil {
		t.Fatal("a file full of faults was accepted")
	}
	for _, want := range []string{
		"line 2: name must", "line 3: url must", "line 4: api_key is empty", "line 5: channels ", "line 6: users ", "line 7: approvers ",
		"line 8: approvals must", "line 9: safety_backup must", "line 10: colour is not known here", "line 11: this name is not known here",
		"line 12: url must", "line 14: api_key_file must", "line 15: api_key stands here twice", "line 12: name is missing",
		"line 12: set either api_key or api_key_file", "line 16: must be names with values", "line 17: more is not known here",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported", want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a value is shown: %v", err)
	}
}

func TestPortalsFileThatIsNoListIsRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"no YAML": "portals: [hunter2", "empty": "", "no portals": "portals: []", "a word": "hunter2", "nothing in it": "portals:",
		"names twice": "portals:\n- {name: a, url: 'https://a', api_key: hunter2}\n- {name: A, url: 'https://a', api_key: hunter2}\n",
	} {
		path := filepath.Join(t.TempDir(), "portals.yaml")
		write(t, path, content)
		_, err := loadSettings(append(without("DOCSPACE_URL", "DOCSPACE_API_KEY"), "PORTALS_FILE="+path), "none")
		if err == nil || !strings.Contains(err.Error(), "PORTALS_FILE") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What the guide shows as a file of portals is one, with every key that there is.
func TestPortalsFileOfTheGuideIsRead(t *testing.T) {
	t.Parallel()
	_, example, found := strings.Cut(content(t, "docs/operator.md"), "```yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("the guide shows no file of portals")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"keys/docs", "keys/wiki"} {
		write(t, filepath.Join(dir, key), "sk-1")
	}
	path := filepath.Join(dir, "portals.yaml")
	write(t, path, example)
	portals, faults := readPortals(path)
	if len(faults) > 0 || len(portals) != 2 {
		t.Fatalf("%d portals, faults %v", len(portals), faults)
	}
	wiki := portals[1]
	if wiki.Own.Users == nil || wiki.Own.Channels == nil || wiki.Own.Approvers == nil || wiki.Own.Approvals != 2 || wiki.Safety.IsZero() || wiki.Key.Reveal() != "sk-1" {
		t.Errorf("not every key was read: %+v", wiki)
	}
}
