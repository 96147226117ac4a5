//go:build !linux

package main

// dropProgram does nothing: only Linux is known to give such pages back.
func dropProgram() {}
