package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"docspace-restorebot/docspace"
)

const (
	shortestKey  = 32
	longestKey   = 512
	fewestInAKey = 8 // different characters: fewer were not made at random
)

// auditKey reads AUDIT_KEY; empty is none.
func auditKey(text string) (docspace.Secret, error) {
	different := map[rune]bool{}
	for _, r := range text {
		different[r] = true
	}
	n := utf8.RuneCountInString(text)
	odd := func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) || r == utf8.RuneError }
	if text != "" && (n < shortestKey || n > longestKey || len(different) < fewestInAKey || strings.ContainsFunc(text, odd)) {
		return docspace.Secret{}, errors.New("AUDIT_KEY must have 32 to 512 random characters and no spaces; openssl rand -hex 32 makes one")
	}
	if text == "" {
		return docspace.Secret{}, nil
	}
	return docspace.NewSecret(text), nil
}

// newAuditKey makes a key.
func newAuditKey() string {
	b := make([]byte, shortestKey)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
