package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/policy"
	"docspace-restorebot/docspace"
)

// portalsFile reads PORTALS_FILE. It walks the nodes itself: the library's own
// errors end at the first fault and quote values, which may be secrets.
type portalsFile struct {
	dir    string // paths in the file start here
	faults []error
	lists  map[string]*policy.AllowList // portals with the same people share their list
}

// plainWord is a key that can be shown: whatever else stands in its place may
// be a secret that slipped a line.
var plainWord = regexp.MustCompile(`^[a-z_]{1,30}$`)

// portalName is good in a command line without quotes.
var portalName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

func readPortals(path string) ([]portalSettings, []error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, []error{errors.New("PORTALS_FILE must name a file that can be read")}
	}
	f := &portalsFile{dir: filepath.Dir(path), lists: map[string]*policy.AllowList{}}
	var root, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(content))
	if err := documents.Decode(&root); err != nil || len(root.Content) != 1 {
		return nil, []error{errors.New("PORTALS_FILE must hold YAML: a list called portals")}
	}
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, []error{errors.New("PORTALS_FILE must hold one YAML document: what follows a line --- would not be read")}
	}
	return f.portals(root.Content[0]), f.faults
}

func (f *portalsFile) fault(n *yaml.Node, rule string) {
	f.faults = append(f.faults, fmt.Errorf("PORTALS_FILE line %d: %s", n.Line, rule))
}

// entries calls each for every key of a mapping, which must be known and given once.
func (f *portalsFile) entries(n *yaml.Node, known map[string]func(*yaml.Node)) (given map[string]bool) {
	given = map[string]bool{}
	if n.Kind != yaml.MappingNode {
		f.fault(n, "must be a list of names and values")
		return given
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok && plainWord.MatchString(key.Value):
			f.fault(key, key.Value+" is not a setting of a portal")
		case !ok:
			f.fault(key, "there is something that is not a setting of a portal")
		case given[key.Value]:
			f.fault(key, key.Value+" is given twice")
		default:
			given[key.Value] = true
			read(value)
		}
	}
	return given
}

func (f *portalsFile) portals(root *yaml.Node) []portalSettings {
	var list []portalSettings
	given := f.entries(root, map[string]func(*yaml.Node){"portals": func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
			f.fault(n, "portals must be a list of one portal at least")
			return
		}
		for _, one := range n.Content {
			list = append(list, f.portal(one))
		}
	}})
	if !given["portals"] {
		f.fault(root, "portals is missing")
	}
	return list
}

func (f *portalsFile) portal(n *yaml.Node) portalSettings {
	p := portalSettings{line: n.Line}
	given := f.entries(n, map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) {
			if p.Name = f.text(n); !portalName.MatchString(p.Name) {
				f.fault(n, "name must be letters, digits, dots, underscores and dashes, 63 at most")
			}
		},
		"url": func(n *yaml.Node) {
			var err error
			if p.URL, err = docspace.Address(f.text(n)); err != nil {
				f.fault(n, "url must be the http or https URL of the portal: it "+err.Error())
			}
		},
		"api_key": func(n *yaml.Node) {
			key := strings.TrimSpace(f.text(n))
			if key == "" {
				f.fault(n, "api_key is empty")
			}
			p.Key = docspace.NewSecret(key)
		},
		"api_key_file":  func(n *yaml.Node) { p.KeyFile, p.Key = f.keyFile(n) },
		"channels":      func(n *yaml.Node) { p.Own.Channels = f.people(n, "channels", "CG") },
		"users":         func(n *yaml.Node) { p.Own.Users = f.people(n, "users", "UWS") },
		"approvers":     func(n *yaml.Node) { p.Own.Approvers = f.people(n, "approvers", "UWS") },
		"approvals":     func(n *yaml.Node) { p.Own.Approvals = f.number(n) },
		"safety_backup": func(n *yaml.Node) { p.Safety, p.safetySet = f.safety(n), true },
	})
	if n.Kind != yaml.MappingNode {
		return p
	}
	for _, name := range []string{"name", "url"} {
		if !given[name] {
			f.fault(n, name+" is missing")
		}
	}
	p.KeyFrom = bot.KeySource{Setting: "api_key of " + p.Name + " in PORTALS_FILE"}
	if p.KeyFile != "" {
		p.KeyFrom = bot.KeySource{Setting: "api_key_file of " + p.Name + " in PORTALS_FILE", File: true}
	}
	if given["api_key"] == given["api_key_file"] {
		f.fault(n, "one of api_key and api_key_file must be set, and not both")
	}
	return p
}

func (f *portalsFile) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return trim(n.Value)
}

func (f *portalsFile) keyFile(n *yaml.Node) (string, docspace.Secret) {
	path := f.text(n)
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(f.dir, path)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil || strings.TrimSpace(string(content)) == "" {
		f.fault(n, "api_key_file must name a file that can be read and is not empty")
	}
	return path, docspace.NewSecret(strings.TrimSpace(string(content)))
}

// people reads a list of ids, or one line of them.
func (f *portalsFile) people(n *yaml.Node, name, kinds string) *policy.AllowList {
	words := []string{f.text(n)}
	if n.Kind == yaml.SequenceNode {
		words = nil
		for _, one := range n.Content {
			words = append(words, f.text(one))
		}
	}
	list, err := policy.ParseAllowList(strings.Join(words, " "), kinds)
	if err != nil {
		f.fault(n, name+" "+err.Error())
	}
	key := list.String()
	if f.lists[key] == nil {
		f.lists[key] = &list
	}
	return f.lists[key]
}

func (f *portalsFile) number(n *yaml.Node) int {
	v, err := strconv.Atoi(f.text(n))
	if err != nil || v < 1 || v > maxApprovals {
		f.fault(n, fmt.Sprintf("approvals must be a number from 1 to %d", maxApprovals))
	}
	return v
}

func (f *portalsFile) safety(n *yaml.Node) bot.SafetyTarget {
	target, err := bot.ParseSafetyTarget(f.text(n))
	if err != nil || f.text(n) == "" {
		if err == nil {
			f.fault(n, `safety_backup is empty: write "off" for none`)
			return target
		}
		f.fault(n, "safety_backup "+err.Error())
	}
	return target
}
