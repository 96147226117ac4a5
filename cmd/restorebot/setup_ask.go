package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// asker asks a person at a terminal.
type asker struct {
	in  *os.File
	out io.Writer
}

// newAsker returns nil where nobody can be asked.
func newAsker(p process) *asker {
	in, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return nil
	}
	return &asker{in, p.stdout}
}

var errNoMore = errors.New("the input has ended. Nothing was written")

// line asks for one line; a secret one is not shown.
func (a *asker) line(ctx context.Context, text string, secret bool) (string, error) {
	_, _ = fmt.Fprintf(a.out, "%s: ", text)
	if !secret {
		return a.read()
	}
	fd := int(a.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("the terminal cannot hide what is typed: %w", err)
	}
	type typed struct {
		text []byte
		err  error
	}
	done := make(chan typed, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		done <- typed{text, err}
	}()
	select {
	case got := <-done:
		_, _ = fmt.Fprintln(a.out)
		if got.err != nil {
			return "", errNoMore
		}
		return strings.TrimSpace(string(got.text)), nil
	case <-ctx.Done(): // whoever interrupts wants to see what they type again
		_ = term.Restore(fd, before)
		return "", errors.New("interrupted. Nothing was written")
	}
}

// read takes one line, byte by byte: what comes after it may be a secret.
func (a *asker) read() (string, error) {
	var line []byte
	for b := make([]byte, 1); ; {
		n, err := a.in.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return strings.TrimSpace(string(line)), nil
		case n == 1:
			line = append(line, b[0])
		case err != nil:
			return "", errNoMore
		}
	}
}

// yes asks a question whose default is no.
func (a *asker) yes(text string) bool {
	_, _ = fmt.Fprintf(a.out, "%s [y/N] ", text)
	answer, err := a.read()
	return err == nil && (strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"))
}
