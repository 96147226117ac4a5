package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// marks are sentences that stand in one licence only, and in every copy of it.
// The spaces between their words are single.
var marks = []struct{ spdx, text string }{
	{"Apache-2.0", "Apache License Version 2.0, January 2004"},
	{"Apache-2.0", "Licensed under the Apache License, Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"MIT", "https://opensource.org/license/mit"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-3-Clause", "Neither the names of"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
	{"ISC", "Permission to use, copy, modify, and distribute this software"},
}

// licenceOf names the licences of a text; empty if none is known.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var found []string
	for _, mark := range marks {
		if !strings.Contains(text, mark.text) {
			continue
		}
		named := strings.Join(found, ", ")
		// The three clauses hold the two.
		if strings.Contains(named, mark.spdx) || mark.spdx == "BSD-2-Clause" && strings.Contains(named, "BSD-3-Clause") {
			continue
		}
		found = append(found, mark.spdx)
	}
	return strings.Join(found, ", ")
}

// addLicences reads the licence of each module of others where its source is.
func addLicences(ctx context.Context, modules []module) error {
	out, err := goForLinux(ctx, "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", botPackage)
	if err != nil {
		return err
	}
	folders := map[string]string{}
	for line := range bytes.Lines(out) {
		path, dir, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		folders[path] = dir
	}
	for n, m := range modules {
		if m.Path == ownModule || m.Path == goItself {
			continue
		}
		if modules[n].Licence, err = licenceIn(folders[m.Path]); err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
	}
	return nil
}

// licenceIn names the licences in a module's folder: that of the whole first, then
// those of parts, which stand in its NOTICE.
func licenceIn(dir string) (string, error) {
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return "", err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path) //nolint:gosec // a module's source
			if err != nil {
				continue // a folder of licences
			}
			name := licenceOf(string(text))
			if name == "" {
				continue
			}
			notice, err := os.ReadFile(filepath.Join(dir, "NOTICE")) //nolint:gosec // as above
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			for part := range strings.SplitSeq(licenceOf(string(notice)), ", ") {
				if !strings.Contains(name, part) { // as the empty one is
					name += ", " + part
				}
			}
			return name, nil
		}
	}
	return "", fmt.Errorf("no licence that is known in %s", dir)
}
