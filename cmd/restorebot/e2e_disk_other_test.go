//go:build !linux

package main

import (
	"os"
	"testing"
)

func fillDisk(t *testing.T, _ *os.Process) (room func()) {
	t.Helper()
	t.Skip("only Linux lets a test fill the disk of another process")
	return nil
}
