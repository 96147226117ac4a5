package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		return nil, []error{unreadable("the file that PORTALS_FILE names", err)}
	}
	f := &portalsFile{dir: filepath.Dir(path), lists: map[string]*policy.AllowList{}}
	var root, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(content))
	switch err := documents.Decode(&root); {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, []error{fmt.Errorf("PORTALS_FILE%s is not valid YAML: check the indentation, brackets and quotation marks", atLine(err))}
	case err != nil || len(root.Content) != 1:
		return nil, []error{errors.New("PORTALS_FILE must hold a list called portals, as the operator's guide shows")}
	}
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, []error{errors.New("PORTALS_FILE must hold one YAML document: remove the line --- and put all portals into one list")}
	}
	return f.portals(root.Content[0]), f.faults
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// atLine is where an error of the YAML reader lies; the rest of it may hold a value.
func atLine(err error) string {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return " line " + m[1]
	}
	return ""
}

func (f *portalsFile) fault(n *yaml.Node, rule string) {
	f.faults = append(f.faults, fmt.Errorf("PORTALS_FILE line %d: %s", n.Line, rule))
}

// entries calls each for every key of a mapping, which must be known and given once.
func (f *portalsFile) entries(n *yaml.Node, known map[string]func(*yaml.Node)) (given map[string]bool) {
	given = map[string]bool{}
	if n.Kind != yaml.MappingNode {
		f.fault(n, "must be names with values, such as name: docs")
		return given
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok && plainWord.MatchString(key.Value):
			near, _ := nearestName(key.Value, slices.Sorted(maps.Keys(known)), editDistance)
			f.fault(key, key.Value+" is not known here (the nearest is "+near+"): correct or remove it")
		case !ok:
			f.fault(key, "this name is not known here: use "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case given[key.Value]:
			f.fault(key, key.Value+" stands here twice: remove one of them")
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
			f.fault(n, "portals must be a list with at least one portal: begin each with a dash, such as - name: docs")
			return
		}
		for _, one := range n.Content {
			list = append(list, f.portal(one))
		}
	}})
	if !given["portals"] {
		f.fault(root, "the list called portals is missing")
	}
	return list
}

func (f *portalsFile) portal(n *yaml.Node) portalSettings {
	p := portalSettings{line: n.Line}
	given := f.entries(n, map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) {
			if p.Name = f.text(n); !portalName.MatchString(p.Name) {
				f.fault(n, "name must have 1 to 63 letters, digits, dots, underscores or dashes, such as docs")
			}
		},
		"url": func(n *yaml.Node) {
			var err error
			if p.URL, err = docspace.Address(f.text(n)); err != nil {
				f.fault(n, "url "+err.Error()+"; write it like "+exampleURL)
			}
		},
		"api_key": func(n *yaml.Node) {
			key := strings.TrimSpace(f.text(n))
			if key == "" {
				f.fault(n, `api_key is empty: set it to the portal's API key, which starts with "sk-"`)
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
		f.fault(n, "set either api_key or api_key_file")
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
		f.fault(n, "api_key_file must name a file that the bot can read and that holds the key")
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
		f.fault(n, fmt.Sprintf("approvals must be a number from 1 to %d, such as 2", maxApprovals))
	}
	return v
}

func (f *portalsFile) safety(n *yaml.Node) bot.SafetyTarget {
	target, err := bot.ParseSafetyTarget(f.text(n))
	if err != nil || f.text(n) == "" {
		if err == nil {
			f.fault(n, `safety_backup is empty: write "off" if you want none`)
			return target
		}
		f.fault(n, "safety_backup "+err.Error())
	}
	return target
}
