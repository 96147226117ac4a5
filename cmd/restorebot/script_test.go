package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScript plays testdata/script: each file is one use of the command line,
// readable as its documentation.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
	})
}
