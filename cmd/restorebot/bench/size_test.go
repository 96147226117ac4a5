package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestLicencesAreToldApart(t *testing.T) {
	t.Parallel()
	const redistribution = "Redistribution and use in source\n   and binary forms, with or without modification"
	for want, text := range map[string]string{
		"MIT":             "Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software and",
		"BSD-2-Clause":    redistribution,
		"BSD-3-Clause":    redistribution + "\n3. Neither the name of the copyright holder",
		"Apache-2.0":      "   Apache License\n   Version 2.0, January 2004",
		"MPL-2.0":         "Mozilla Public License Version 2.0\n====",
		"ISC":             "Permission to use, copy, modify, and/or distribute this software for any purpose",
		"Apache-2.0, MIT": "Licensed under the Apache License, Version 2.0.\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software",
		"":                "All rights reserved.",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if _, err := licenceIn(t.TempDir()); err == nil {
		t.Error("a module without a licence passes")
	}
}

// What was taken over from elsewhere may have a licence of its own.
func TestLicenceOfAPartIsNamedToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(want string) {
		t.Helper()
		if got, err := licenceIn(dir); got != want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	write("LICENSE", "Apache License\nVersion 2.0, January 2004")
	want("Apache-2.0")
	write("NOTICE", "This product has code of others.")
	want("Apache-2.0")
	write("NOTICE", "Licensed under the Apache License, Version 2.0")
	want("Apache-2.0")
	write("NOTICE", "still covered by their original MIT license\nhttps://opensource.org/license/mit")
	want("Apache-2.0, MIT")
	write("NOTICE", "Licensed under the Apache License, Version 2.0, but for parts: https://opensource.org/license/mit")
	want("Apache-2.0, MIT")
}

func TestSymbolsHaveTheirOwners(t *testing.T) {
	t.Parallel()
	modules := []module{{Path: ownModule}, {Path: goItself}, {Path: "example.com/river"}, {Path: "example.com/river/driver"}}
	for symbol, want := range map[string]int{
		"main.main":                          0,
		"docspace-restorebot/bot.Run":        0,
		"runtime.mallocgc":                   1,
		"net/http.(*Server).Serve":           1,
		"example.com/river.New":              2,
		"example.com/river/internal.New":     2,
		"example.com/river/driver.New":       3,
		"example.com/river/driverless.New":   2,
		"example.com/rivers.New":             1,
		"type:.eq.example.com/river.Job":     2,
		"slices.Sort[example.com/river.Job]": 1,
		"type:*":                             -1,
		"runtime.pclntab":                    -1,
		"go:string.*":                        -1,
	} {
		if got := owner(modules, symbol); got != want {
			t.Errorf("%s belongs to %d, want %d", symbol, got, want)
		}
	}
}

// Every byte of the program is told once, and every module has a licence.
func TestSizeAddsUp(t *testing.T) {
	t.Parallel()
	found, err := size(t.Context(), options{})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := found.(*sized)
	if !ok {
		t.Fatalf("%T", found)
	}
	sum := s.Tables
	for _, m := range s.Modules {
		sum += m.Bytes
		if m.Bytes < 0 || m.Licence == "" && m.Path != ownModule && m.Path != goItself {
			t.Errorf("%+v", m)
		}
	}
	if runtime.GOOS == "linux" && (s.Tables <= 0 || sum > s.Bytes || sum < s.Bytes*9/10) {
		t.Errorf("modules and tables have %d bytes, the file %d", sum, s.Bytes)
	}
	if wrong := s.check(); len(wrong) > 0 {
		t.Error(wrong)
	}
	if wrong := (&sized{Bytes: mostSize + 1}).check(); len(wrong) == 0 {
		t.Error("a program that is too large passes")
	}
	var out bytes.Buffer
	s.table(&out)
	if !strings.Contains(out.String(), "| modernc.org/sqlite ") {
		t.Errorf("the table:\n%s", out.String())
	}
	if _, _, err := weigh(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a program that is not there is weighed")
	}
}
