package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"
)

// write puts the settings into the file, whole or not at all.
func (s *setup) write() error {
	vars := map[string]string{}
	maps.Copy(vars, s.old)
	// What setup has reached over a proxy the bot reaches over none but that one.
	around := env.ToMap(s.process.environ)
	for _, name := range networkSettings() {
		if around[name] != "" && vars[name] == "" {
			vars[name] = around[name]
		}
	}
	for name, value := range s.have {
		if value != "" {
			vars[name] = value
			delete(vars, name+"_FILE") // both must not be set
		}
	}
	if vars["AUDIT_KEY"] == "" && vars["AUDIT_KEY_FILE"] == "" {
		vars["AUDIT_KEY"], s.madeKey = newAuditKey(), true
	}
	text, err := godotenv.Marshal(vars)
	if err != nil {
		return fmt.Errorf("the settings could not be written: %w", err)
	}
	path := *s.flags.file
	if s.old != nil {
		if err := keepCopy(path); err != nil {
			return fmt.Errorf("a copy of %s cannot be kept, so it was not replaced: %w", path, err)
		}
	} else if err := claim(path); err != nil {
		return err
	}
	return replace(path, "# Written by restorebot setup; .env.example explains each setting.\n"+text+"\n")
}

// claim makes an empty file, and fails if there is one by now.
func claim(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists by now. Nothing was changed", path)
	case err != nil:
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return f.Close()
}

func keepCopy(path string) error {
	old, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return replace(path+".bak", string(old))
}

// replace writes a file beside path and moves it there.
func replace(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".restorebot-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
