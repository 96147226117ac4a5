package slackchat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/bot/slackchat/blockkit"
)

// typesWithin bounds the installation of Slack's types and the compilation.
const typesWithin = 5 * time.Minute

// untyped are members that Slack documents and the types do not have yet, by the type of
// the object.
var untyped = map[string][]string{
	"header":         {"level"},
	"task_card":      {"hide_title"},
	"card":           {"subtext", "slack_icon"},
	"rich_text_list": {"offset"},
}

// TestViewsAndManifestHaveSlacksTypes compiles each view against @slack/types, and the
// manifest against the type that @slack/web-api validates one by. Node and npm do it;
// where one is missing the test is skipped, or fails if CI_REQUIRE_ALL is set.
func TestViewsAndManifestHaveSlacksTypes(t *testing.T) {
	t.Parallel()
	samples, err := blockkit.Samples()
	if err != nil {
		t.Fatal(err)
	}
	installed := slacksTypes(t)
	var source strings.Builder
	source.WriteString("import type { KnownBlock, ModalView } from '@slack/types';\n" +
		"import type { AppsManifestValidateArguments } from '@slack/web-api/dist/types/request/apps.js';\n" + // not all of the package
		"type Message = { text: string; blocks: KnownBlock[] };\n" +
		"type Manifest = AppsManifestValidateArguments['manifest'];\n")
	names := []string{}
	constant := func(name, kind string, body []byte) {
		fmt.Fprintf(&source, "export const v%d: %s = %s;\n", len(names), kind, typed(t, body))
		names = append(names, name)
	}
	for _, s := range samples {
		kind := "Message"
		if s.Modal {
			kind = "ModalView"
		}
		constant(s.Name, kind, s.Body)
	}
	for name, f := range map[string]Features{"least": {}, "groups": {Groups: true}, "all": {Groups: true, Search: true}} {
		constant("manifest, "+name, "Manifest", Manifest(f))
	}
	// What is wrong has to be found, or nothing is looked at.
	for i, wrong := range []string{
		`Message = {text: "x", blocks: [{type: "section", text: {type: "html", text: "x"}}]}`,
		`Message = {text: "x", blocks: [{type: "actions", elements: [{type: "button", text: {type: "plain_text", text: "x"}, style: "warn"}]}]}`,
		`ModalView = {type: "modal", blocks: []}`,
		`Manifest = {display_information: {name: "x"}, oauth_config: {scopes: {bot: ["chat:shout"]}}}`,
	} {
		fmt.Fprintf(&source, "// @ts-expect-error\nexport const w%d: %s;\n", i, wrong)
	}
	dir, err := os.MkdirTemp(installed, "check-") //nolint:usetesting // tsc looks for modules in the folders above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, content := range map[string]string{"check.ts": source.String(), "tsconfig.json": tsconfig} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := run(t, dir, filepath.Join(installed, "node_modules", ".bin", "tsc"), "--project", ".")
	if err != nil {
		for i, name := range names {
			out = strings.ReplaceAll(out, fmt.Sprintf("check.ts(%d,", i+5), name+" (")
		}
		t.Errorf("%v\n%s", err, out)
	}
}

// tsconfig leaves out the types of Node and of the browser, which take most of the time.
const tsconfig = `{"compilerOptions": {"noEmit": true, "strict": true, "skipLibCheck": true,
	"module": "nodenext", "moduleResolution": "nodenext", "types": [], "lib": ["es2022"]}, "files": ["check.ts"]}`

// slacksTypes installs what testdata/types names, exactly, in the user's cache, and
// returns the folder of it.
func slacksTypes(t *testing.T) string {
	t.Helper()
	absent := func(why string) {
		t.Helper()
		if os.Getenv("CI_REQUIRE_ALL") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			absent(program + " is not installed")
		}
	}
	lock, err := os.ReadFile(filepath.Join("testdata", "types", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "restorebot-types", hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "new-") //nolint:usetesting // it becomes dir
	if err == nil {
		err = os.CopyFS(fresh, os.DirFS(filepath.Join("testdata", "types")))
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, fresh, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		_ = os.RemoveAll(fresh)
		absent("Slack's types cannot be installed: " + err.Error() + "\n" + out)
	}
	if os.Rename(fresh, dir) != nil { // other tests may have been quicker
		t.Cleanup(func() { _ = os.RemoveAll(fresh) })
		return fresh
	}
	return dir
}

func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), typesWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// typed is a body in one line, without what the types do not have yet.
func typed(t *testing.T, body []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	strip(v)
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func strip(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			strip(item)
		}
	case map[string]any:
		kind, _ := v["type"].(string)
		maps.DeleteFunc(v, func(name string, _ any) bool { return slices.Contains(untyped[kind], name) })
		for _, item := range v {
			strip(item)
		}
	}
}
