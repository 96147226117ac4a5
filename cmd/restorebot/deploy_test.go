package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

type object = map[string]any

// documents reads a YAML file of deploy/.
func documents(t *testing.T, name string) []object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []object
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var o object
		err := d.Decode(&o)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, o)
	}
}

// at walks down a document: at(o, "spec", "replicas"). A number is an index.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// wantAt compares what a path leads to.
func wantAt(t *testing.T, o, want any, path ...any) {
	t.Helper()
	if got := at(o, path...); !reflect.DeepEqual(got, want) {
		t.Errorf("%v is %v, want %v", path, got, want)
	}
}

func TestKubernetesManifestsHoldTogether(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{
		"Namespace": "v1", "ConfigMap": "v1", "Service": "v1", "Deployment": "apps/v1",
		"PodDisruptionBudget": "policy/v1", "NetworkPolicy": "networking.k8s.io/v1",
	}
	label := object{"app.kubernetes.io/name": "restorebot"}
	found := map[string]object{}
	for _, o := range slices.Concat(documents(t, "kubernetes/settings.yaml"), documents(t, "kubernetes/restorebot.yaml")) {
		kind, _ := o["kind"].(string)
		found[kind] = o
		if kinds[kind] == "" || o["apiVersion"] != kinds[kind] {
			t.Errorf("there is no %s in %v", kind, o["apiVersion"])
		}
		wantAt(t, o, "restorebot", "metadata", "name")
		if kind != "Namespace" {
			wantAt(t, o, "restorebot", "metadata", "namespace")
		}
	}
	if len(found) != len(kinds) {
		t.Fatalf("found %d kinds, want %d", len(found), len(kinds))
	}
	d := found["Deployment"]
	wantAt(t, d, 2, "spec", "replicas")
	for _, selector := range [][]any{
		{d, "spec", "selector", "matchLabels"},
		{d, "spec", "template", "metadata", "labels"},
		{d, "spec", "template", "spec", "topologySpreadConstraints", 0, "labelSelector", "matchLabels"},
		{found["Service"], "spec", "selector"},
		{found["PodDisruptionBudget"], "spec", "selector", "matchLabels"},
		{found["NetworkPolicy"], "spec", "podSelector", "matchLabels"},
	} {
		wantAt(t, selector[0], label, selector[1:]...)
	}
	pod := at(d, "spec", "template", "spec")
	wantAt(t, pod, true, "securityContext", "runAsNonRoot")
	wantAt(t, pod, "RuntimeDefault", "securityContext", "seccompProfile", "type")
	wantAt(t, pod, false, "automountServiceAccountToken")
	c := at(pod, "containers", 0)
	wantAt(t, c, object{
		"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []any{"ALL"}},
	}, "securityContext")
	wantAt(t, c, "/healthz", "livenessProbe", "httpGet", "path")
	wantAt(t, c, "/readyz", "readinessProbe", "httpGet", "path")
	wantAt(t, c, "/healthz", "startupProbe", "httpGet", "path")
	port := at(c, "ports", 0, "name")
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		wantAt(t, c, port, probe, "httpGet", "port")
	}
	wantAt(t, found["Service"], port, "spec", "ports", 0, "targetPort")
	wantAt(t, c, object{"configMapRef": object{"name": "restorebot"}}, "envFrom", 0)

	data, _ := found["ConfigMap"]["data"].(object)
	for name := range data {
		known(t, name)
	}
	env, _ := at(c, "env").([]any)
	for _, e := range env {
		name, _ := at(e, "name").(string)
		known(t, name)
		// Two replicas share a database, and what is secret is no plain value.
		value, _ := at(e, "value").(string)
		if name == "DATABASE_URL" && at(e, "valueFrom", "secretKeyRef", "name") != "restorebot" || strings.Contains(value, "://") {
			t.Errorf("%s is not taken from the secret", name)
		}
	}
	mounted := map[any]bool{}
	volumes, _ := at(pod, "volumes").([]any)
	for _, v := range volumes {
		mounted[at(v, "name")] = true
	}
	mounts, _ := at(c, "volumeMounts").([]any)
	for _, m := range mounts {
		if !mounted[at(m, "name")] {
			t.Errorf("there is no volume %v", at(m, "name"))
		}
	}
}

// known reports a setting that the loader does not read.
func known(t *testing.T, name string) {
	t.Helper()
	if !slices.Contains(knownNames(), name) {
		t.Errorf("there is no setting %s", name)
	}
}

func TestComposeFileIsHardenedAndNamesKnownSettings(t *testing.T) {
	t.Parallel()
	o := documents(t, "compose.yaml")[0]
	s := at(o, "services", "restorebot")
	wantAt(t, s, true, "read_only")
	wantAt(t, s, "65532:65532", "user")
	wantAt(t, s, []any{"ALL"}, "cap_drop")
	wantAt(t, s, []any{"no-new-privileges:true"}, "security_opt")
	wantAt(t, s, []any{"127.0.0.1:9464:9464"}, "ports")
	wantAt(t, o, true, "networks", "inside", "internal")
	wantAt(t, o, []any{"inside"}, "services", "database", "networks")
	env, _ := at(s, "environment").(object)
	for name := range env {
		known(t, name)
	}
	names, _ := at(s, "secrets").([]any)
	for _, name := range names {
		key, _ := name.(string)
		file, _ := env[strings.ToUpper(key)+"_FILE"].(string)
		if at(o, "secrets", key, "file") == nil || file != "/run/secrets/"+key {
			t.Errorf("the secret %s is not handed over", key)
		}
	}
}

func TestReleaseIsMadeForSixPlatforms(t *testing.T) {
	t.Parallel()
	o := documents(t, "goreleaser.yaml")[0]
	b := at(o, "builds", 0)
	wantAt(t, b, []any{"linux", "darwin", "windows"}, "goos")
	wantAt(t, b, []any{"amd64", "arm64"}, "goarch")
	wantAt(t, b, []any{"CGO_ENABLED=0", "GOTOOLCHAIN=go" + releaseGo(t)}, "env")
	wantAt(t, b, []any{"-s -w -X main.release={{ .Version }}"}, "ldflags")
	wantAt(t, o, "archive", "sboms", 0, "artifacts")
	files, _ := at(o, "archives", 0, "files").([]any)
	for _, f := range files {
		pattern, _ := f.(string)
		if got, _ := filepath.Glob(filepath.Join("../..", pattern)); len(got) == 0 {
			t.Errorf("there is no %s to put into the archive", pattern)
		}
	}
}

// releaseGo is the Go that the image is built with, which is the one that CI
// looks at for known vulnerabilities.
func releaseGo(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, from, _ := strings.Cut(string(text), "\nFROM golang:")
	version, _, found := strings.Cut(from, " AS build\n")
	if !found || strings.Count(version, ".") != 2 {
		t.Fatalf("the image is built with Go %q, and not with an exact version", version)
	}
	return version
}

func TestImageRunsWithoutRightsAndWithoutAShell(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(text), "\nFROM scratch\n")
	for _, line := range []string{"ENV GOMEMLIMIT=200MiB", "USER 65532:65532", `ENTRYPOINT ["/usr/local/bin/restorebot"]`, `CMD ["run"]`} {
		if !strings.Contains(last, "\n"+line+"\n") {
			t.Errorf("the image lacks %s", line)
		}
	}
	if strings.Contains(last, "\nRUN ") || !strings.Contains(string(text), "CGO_ENABLED=0 go build -trimpath") {
		t.Error("the binary is not static, or something runs in the image")
	}
}

func TestUnitIsAcceptedBySystemd(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI_REQUIRE_ALL") != "" {
			t.Fatal("systemd-analyze is missing")
		}
		t.Skip("systemd-analyze is missing")
	}
	text, err := os.ReadFile("deploy/restorebot.service")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nEnvironment=GOMEMLIMIT=200MiB\nMemoryMax=256M\n") {
		t.Error("Go's collector does not know the unit's limit of memory")
	}
	// verify wants the program to be there.
	unit := filepath.Join(t.TempDir(), "restorebot.service")
	write(t, unit, strings.Replace(string(text), "ExecStart=/usr/local/bin/restorebot", "ExecStart="+os.Args[0], 1))
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", "--recursive-errors=no", unit).CombinedOutput(); err != nil {
		t.Errorf("systemd does not accept the unit: %v\n%s", err, out)
	}
	// 0.0 is the safest, 10.0 the least; below 2.0 is what systemd calls OK.
	if out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput(); err != nil {
		t.Errorf("the unit is exposed more than it should be: %v\n%s", err, out)
	}
}

func TestAlertsFireAtTheFirstEvent(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI_REQUIRE_ALL") != "" {
			t.Fatal("promtool is missing")
		}
		t.Skip("promtool is missing: it comes with Prometheus")
	}
	for _, args := range [][]string{
		{"check", "rules", "deploy/alerts.yaml"},
		{"test", "rules", "testdata/alerts_test.yaml"},
	} {
		if out, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
