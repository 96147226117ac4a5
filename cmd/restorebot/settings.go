package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/pflag"

	"docspace-restorebot/bot"
	"docspace-restorebot/cmd/restorebot/app"
	"docspace-restorebot/docspace"
)

const (
	defaultSlackURL = "https://slack.com/api/"
	defaultDatabase = "sqlite:restorebot.db"
)

// raw is the settings as they are spelled in the environment.
type raw struct {
	SlackAppToken  string `env:"SLACK_APP_TOKEN"`
	SlackBotToken  string `env:"SLACK_BOT_TOKEN"`
	SlackAPIURL    string `env:"SLACK_API_URL"          envDefault:"https://slack.com/api/"`
	Connections    string `env:"SLACK_CONNECTIONS"      envDefault:"2"`
	DocSpaceURL    string `env:"DOCSPACE_URL"`
	DocSpaceAPIKey string `env:"DOCSPACE_API_KEY"`
	PortalsFile    string `env:"PORTALS_FILE"`
	SafetyBackup   string `env:"SAFETY_BACKUP"          envDefault:"off"`
	Poll           string `env:"DOCSPACE_POLL_INTERVAL" envDefault:"3s"`
	Users          string `env:"RESTORE_USERS"`
	Approvers      string `env:"RESTORE_APPROVERS"`
	Approvals      string `env:"RESTORE_APPROVALS"      envDefault:"1"`
	SelfApproval   string `env:"RESTORE_SELF_APPROVAL"  envDefault:"true"`
	BreakGlass     string `env:"RESTORE_BREAK_GLASS"`
	Channels       string `env:"RESTORE_CHANNELS"`
	Confirm        string `env:"RESTORE_CONFIRM"        envDefault:"button"`
	Reason         string `env:"RESTORE_REASON"         envDefault:"optional"`
	ConfirmTTL     string `env:"RESTORE_CONFIRM_TTL"    envDefault:"15m"`
	Loss           string `env:"RESTORE_LOSS"           envDefault:"on"`
	LossKept       string `env:"RESTORE_LOSS_KEPT"      envDefault:"90d"`
	AuditKey       string `env:"AUDIT_KEY"`
	DatabaseURL    string `env:"DATABASE_URL"           envDefault:"sqlite:restorebot.db"`
	HTTPAddr       string `env:"HTTP_ADDR"`
	LogLevel       string `env:"LOG_LEVEL"              envDefault:"info"`
	LogFormat      string `env:"LOG_FORMAT"             envDefault:"text"`
}

// loadSettings reads environ and, below it, the file dotenv if there is one.
// All faults are reported at once, by name and rule, never with a value. What
// dotenv says of the network it puts into the environment of the process.
func loadSettings(environ []string, dotenv string) (app.Settings, error) {
	around := env.ToMap(environ)
	vars, faults := readDotenv(dotenv)
	if vars == nil {
		return app.Settings{}, errors.Join(faults...)
	}
	faults = append(faults, checkNames(source{dotenv, vars, true}, source{"the environment", around, false})...)
	files := []string{dotenv}
	vars = merged(vars, around)
	if err := adoptNetwork(vars, around); err != nil {
		return app.Settings{}, err
	}
	for _, name := range fromFiles() {
		files = append(files, vars[name+"_FILE"])
	}
	faults = slices.Concat(faults, checkQuotes(vars), readFiles(vars), checkNetwork(vars))
	var r raw
	if err := env.ParseWithOptions(&r, env.Options{Environment: vars}); err != nil {
		return app.Settings{}, errors.New("the settings cannot be read")
	}
	s, more := r.check()
	if file := vars["DOCSPACE_API_KEY_FILE"]; file != "" && len(s.Portals) > 0 && r.DocSpaceURL != "" {
		s.Portals[0].KeyFile, s.Portals[0].KeyFrom = file, bot.KeySource{Setting: "DOCSPACE_API_KEY_FILE", File: true}
	}
	s.Files = append(files, r.PortalsFile)
	for _, p := range s.Portals {
		s.Files = append(s.Files, p.KeyFile)
	}
	return s, errors.Join(append(faults, more...)...)
}

// merged are the settings of a file with those of the environment over them, each
// without what stands around it.
func merged(vars, around map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, vars)
	maps.Copy(all, around)
	for _, name := range knownNames() {
		if value, ok := all[name]; ok {
			all[name] = trim(value)
		}
	}
	return all
}

// envFile is the flag that names the file of settings.
type envFile struct {
	flags *pflag.FlagSet
	path  *string
}

func envFileFlag(flags *pflag.FlagSet) envFile {
	return envFile{flags, flags.String("env-file", ".env", "read settings that are not in the environment from this `FILE`")}
}

// load reads the settings of the process. A file that was named has to exist.
func (f envFile) load(p process) (app.Settings, error) {
	if f.flags.Changed("env-file") {
		if _, err := os.Stat(*f.path); err != nil {
			return app.Settings{}, unreadable(*f.path, err)
		}
	}
	return loadSettings(p.environ, *f.path)
}

// database reads where the state is kept, and nothing else: whoever looks at it
// or copies it needs no tokens.
func (f envFile) database(p process) (string, error) {
	r, err := f.only(p, "DATABASE_URL")
	return r.DatabaseURL, err
}

// guarded is database, with the key that guards what is kept there.
func (f envFile) guarded(p process) (url string, key docspace.Secret, err error) {
	r, err := f.only(p, "DATABASE_URL", "AUDIT_KEY")
	if err == nil {
		key, err = auditKey(r.AuditKey)
	}
	return r.DatabaseURL, key, err
}

// only reads those settings of the process alone.
func (f envFile) only(p process, names ...string) (r raw, err error) {
	vars, faults := readDotenv(*f.path)
	if len(faults) > 0 {
		return r, errors.Join(faults...)
	}
	vars = merged(vars, env.ToMap(p.environ))
	maps.DeleteFunc(vars, func(name, _ string) bool {
		return !slices.ContainsFunc(names, func(want string) bool { return name == want || name == want+"_FILE" })
	})
	if err := errors.Join(slices.Concat(checkQuotes(vars), readFiles(vars))...); err != nil {
		return r, err
	}
	if err := env.ParseWithOptions(&r, env.Options{Environment: vars}); err != nil {
		return r, errors.New("the settings cannot be read")
	}
	return r, nil
}

// readFiles puts the content of each NAME_FILE in the place of NAME.
func readFiles(vars map[string]string) []error {
	var faults []error
	for _, name := range fromFiles() {
		path := vars[name+"_FILE"]
		if path == "" {
			continue
		}
		if vars[name] != "" {
			faults = append(faults, fmt.Errorf("%s and %s_FILE are both set: leave one of them empty", name, name))
			continue
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			faults = append(faults, unreadable("the file that "+name+"_FILE names", err))
			continue
		}
		value, quoted := unquoted(trim(string(content)))
		switch vars[name] = value; {
		case quoted:
			faults = append(faults, fmt.Errorf("the file that %s_FILE names has quotation marks around the value: write it without them", name))
		case value == "":
			faults = append(faults, fmt.Errorf("the file that %s_FILE names is empty: put the value into it", name))
		}
	}
	return faults
}

// wrongSettings is the error of a command that starts nothing with such settings.
func wrongSettings(err error) error {
	return misuse(fmt.Errorf("the settings are wrong. Nothing was started. Correct these, or let restorebot setup ask for them:\n%w", err))
}

// unreadable says of a file that it cannot be read, and what to do. It keeps out the
// path that os writes into its errors: a value may stand in its place.
func unreadable(what string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is not there: check the name and the folder", what)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be read: give the user that runs the bot the right to read it", what)
	}
	return fmt.Errorf("%s cannot be read: check that it is a file", what)
}

// checkQuotes finds values in quotation marks, which Docker and Kubernetes keep as a part
// of the value. It takes the marks off, so that the value has no further fault.
func checkQuotes(vars map[string]string) (faults []error) {
	for _, name := range slices.Sorted(slices.Values(knownNames())) {
		if bare, quoted := unquoted(vars[name]); quoted {
			vars[name] = bare
			faults = append(faults, fmt.Errorf("%s has quotation marks around its value: write it without them", name))
		}
	}
	return faults
}

// unquoted is a value without the pair of quotation marks around it.
func unquoted(text string) (bare string, quoted bool) {
	for _, pair := range []string{`""`, `''`, "``", "\u201c\u201d", "\u2018\u2019"} {
		marks := []rune(pair)
		opened, starts := strings.CutPrefix(text, string(marks[0]))
		if inside, ends := strings.CutSuffix(opened, string(marks[1])); starts && ends {
			return strings.TrimSpace(inside), true
		}
	}
	return text, false
}
