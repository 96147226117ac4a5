package command

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"docspace-restorebot/docspace"
)

// Verb is the action that a command line names.
type Verb string

// The verbs. [VerbRestore] is not typed: a backup's id stands in its place.
const (
	VerbHelp    Verb = "help"
	VerbStatus  Verb = "status"
	VerbList    Verb = "list"
	VerbHistory Verb = "history"
	VerbCancel  Verb = "cancel"
	VerbReport  Verb = "report"
	// VerbPick is no word at all: a backup is chosen in a dialog.
	VerbPick     Verb = "pick"
	VerbFreeze   Verb = "freeze"
	VerbUnfreeze Verb = "unfreeze"
	VerbDoctor   Verb = "doctor"
	VerbRestore  Verb = "restore"
)

// Line is a parsed command line.
type Line struct {
	Verb   Verb
	Order  Order  // of a restore
	Portal string // --portal, "" when not given
	Dump   bool   // --dump of a list
	Topic  string // what to help with, "" for everything
	ID     string // the restore to cancel or to report on
	Reason string // of a freeze or of a cancel
}

const (
	maxLine = 3000
	// MaxReason is how many characters a reason may have.
	MaxReason = 500
)

var (
	flagNames = []string{"portal", "storage", "param", "notify", "dump", "reason", "dry-run", "no-safety-backup", "break-glass", "unlisted"}
	allowed   = map[Verb][]string{VerbRestore: flagNames, VerbList: {"dump", "portal"}}

	// ParamKey matches the KEY of --param KEY=VALUE.
	ParamKey     = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	restoreShape = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

// Parse reads the text after the command. A text that it does not understand in full
// is a [*SyntaxError].
func Parse(text string) (Line, error) {
	words, no := splitWords(unpaste(text))
	if no != nil {
		return Line{}, no
	}
	args, no := arguments(words)
	if no != nil {
		return Line{}, no
	}
	f := newFlags()
	if err := f.parse(args); errors.Is(err, pflag.ErrHelp) {
		return Line{Verb: VerbHelp}, nil
	} else if err != nil {
		return Line{}, explainFlagError(err)
	}
	return f.line()
}

// arguments writes each phone's dash at the start of a flag as "--". The value of a
// flag stays as typed.
func arguments(words []word) ([]string, error) {
	args := make([]string, 0, len(words))
	value := false
	for _, w := range words {
		if value {
			args, value = append(args, w.text), false
			continue
		}
		text := w.text
		if w.unquoted && strings.EqualFold(strings.TrimLeft(text, dashes), "h") {
			text = "--help" // pflag's own word for it
		} else if w.unquoted {
			text = "--" + strings.TrimLeft(text, dashes)
		}
		if strings.Trim(text, "-") == "" && text != "" {
			return nil, refuse("A dash stands alone.", "Write the flag's name right after it, without a space.")
		}
		switch text {
		case "--portal", "--storage", "--param", "--reason":
			value = true
		}
		args = append(args, text)
	}
	return args, nil
}

// flags are all flags of all verbs; which a verb takes is checked afterwards.
type flags struct {
	Line

	given map[string]bool
	args  []string
	set   *pflag.FlagSet // writes to all of the above
}

// errTwice is the error for a flag that the command has already.
var errTwice = errors.New("write it once")

// onceFlag is a [pflag.Value] that can be set once.
type onceFlag struct {
	set   func(string) error
	kind  string
	flags *flags
	name  string
}

func (s onceFlag) String() string { return "" }
func (s onceFlag) Type() string   { return s.kind }

// Set implements [pflag.Value].
func (s onceFlag) Set(v string) error {
	if s.flags.given[s.name] && s.name != "param" {
		return errTwice
	}
	s.flags.given[s.name] = true
	return s.set(v)
}

func newFlags() *flags {
	fs := pflag.NewFlagSet("restore", pflag.ContinueOnError)
	fs.Usage = func() {}
	f := &flags{set: fs, given: map[string]bool{}}
	for name, set := range map[string]func(string) error{
		"portal": nonEmpty(&f.Portal), "reason": f.setReason, "storage": f.setStorage, "param": f.setParam,
	} {
		fs.Var(onceFlag{set: set, kind: "string", flags: f, name: name}, name, "")
	}
	for name, p := range map[string]*bool{
		"notify": &f.Order.Notify, "dump": &f.Order.Dump, "dry-run": &f.Order.DryRun, "no-safety-backup": &f.Order.NoSafety,
		"break-glass": &f.Order.BreakGlass, "unlisted": &f.Order.Unlisted,
	} {
		fs.VarPF(onceFlag{set: boolFlag(p), kind: "bool", flags: f, name: name}, name, "", "").NoOptDefVal = "true"
	}
	return f
}

func (f *flags) parse(args []string) error {
	err := f.set.Parse(args)
	f.args = f.set.Args()
	return err
}

func nonEmpty(p *string) func(string) error {
	return func(v string) error {
		if *p = v; strings.TrimSpace(v) == "" {
			return errors.New("is empty: write a value, or leave the flag out")
		}
		return nil
	}
}

func boolFlag(p *bool) func(string) error {
	return func(v string) error {
		switch strings.ToLower(v) {
		case "true", "yes", "on", "1":
			*p = true
		case "false", "no", "off", "0":
			*p = false
		default:
			return errors.New("takes true or false (also yes, no, on, off, 1, 0)")
		}
		return nil
	}
}

func (f *flags) setReason(v string) error {
	if utf8.RuneCountInString(v) > MaxReason {
		return errors.New("is longer than " + strconv.Itoa(MaxReason) + " characters: shorten it")
	}
	return nonEmpty(&f.Order.Reason)(v)
}

func (f *flags) setStorage(v string) (err error) {
	if f.Order.StorageType, err = docspace.ParseStorageType(v); err != nil {
		return errors.New("takes one of Documents, ThirdpartyDocuments, CustomCloud, Local, DataStore, ThirdPartyConsumer")
	}
	return nil
}

func (f *flags) setParam(v string) error {
	key, value, ok := strings.Cut(v, "=")
	if !ok || !ParamKey.MatchString(key) || value == "" {
		return errors.New("takes KEY=VALUE, such as filePath=1234")
	}
	for _, p := range f.Order.Params {
		if strings.EqualFold(p.Key, key) {
			return fmt.Errorf("names %s twice: write each key once", key)
		}
	}
	f.Order.Params = append(f.Order.Params, Param{Key: key, Value: value})
	return nil
}

// explainFlagError says in plain words which flag is wrong.
func explainFlagError(err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		near := Nearest(name, flagNames)
		if near != "" {
			near = "--" + near
		}
		return refuseWith(fmt.Sprintf("There is no flag %s.", QuoteForeign("--"+name)), "The flags are --"+strings.Join(flagNames, ", --")+".", near)
	case errors.As(err, &missing):
		return refuse("--"+missing.GetFlag().Name+" has no value.", "Write the value after it.")
	case errors.As(err, &invalid):
		name := "--" + invalid.GetFlag().Name
		if errors.Is(invalid.Unwrap(), errTwice) {
			return refuse("The command has "+name+" twice.", "Write it once.")
		}
		return refuse(fmt.Sprintf("The bot cannot use %s %s.", name, QuoteForeign(invalid.GetValue())), fmt.Sprintf("%s %s.", name, invalid.Unwrap()))
	default:
		return refuse("The bot does not understand a flag: "+QuoteForeign(err.Error())+".", "A flag is two dashes and its name, such as --dump.")
	}
}

func (f *flags) line() (Line, error) {
	if len(f.args) == 0 {
		for name := range f.given {
			if name != "portal" {
				return Line{}, refuse("The command has flags and no backup id.", "Put the id of a backup before them; /restore list shows the ids.")
			}
		}
		return Line{Verb: VerbPick, Portal: f.Portal}, nil
	}
	verb, rest := VerbRestore, f.args[1:]
	if v := Verb(strings.ToLower(f.args[0])); v != VerbRestore && usages[string(v)] != "" {
		verb = v
	}
	for _, name := range flagNames {
		if f.given[name] && !slices.Contains(allowed[verb], name) {
			return Line{}, refuse(fmt.Sprintf("%s takes no --%s.", verb, name), "Leave it out.")
		}
	}
	l := Line{Verb: verb, Portal: f.Portal}
	var no error
	switch verb {
	case VerbRestore:
		l.Order, no = f.order()
	case VerbList:
		l.Dump = f.Order.Dump
	case VerbHelp:
		l.Topic, rest, no = topic(rest)
	case VerbCancel, VerbReport:
		if l.ID, rest, no = restoreID(verb, rest); no == nil && verb == VerbCancel {
			l.Reason, no = reasonFrom(rest)
			rest = nil
		}
	case VerbFreeze:
		if l.Reason, no = reasonFrom(rest); no == nil && l.Reason == "" {
			no = refuse("freeze needs a reason.", "Say why, for the people it stops: /restore freeze migration until 04:00.")
		}
		rest = nil
	default: // status, history, unfreeze and doctor take nothing
	}
	if no != nil {
		return Line{}, no
	}
	if len(rest) > 0 {
		return Line{}, tooMany(verb, rest[0])
	}
	if verb == VerbRestore && utf8.RuneCountInString(l.Order.Canonical(l.Portal)) > maxLine {
		return Line{}, refuse("The command is longer than 3000 characters when every flag is written out.", "Shorten it.")
	}
	return l, nil
}

// tooMany refuses a word behind all that the verb takes. It may be a flag without its
// dashes, or belong to a value with spaces.
func tooMany(verb Verb, word string) error {
	what, do := QuoteForeign(word)+" is one word too many.", "Leave it out."
	if verb != VerbRestore && verb != VerbList {
		return refuse(what, do)
	}
	near := Nearest(strings.ToLower(word), allowed[verb])
	if near != "" {
		near = "--" + near
	}
	return refuseWith(what, "Leave it out, or put a value with spaces in double quotes.", near)
}

func topic(rest []string) (string, []string, error) {
	if len(rest) == 0 {
		return "", nil, nil
	}
	name := strings.ToLower(rest[0])
	if _, ok := Usage(name); !ok || name == "" {
		return "", nil, refuseWith(fmt.Sprintf("There is no help for %s.", QuoteForeign(rest[0])), "There is help for "+strings.Join(topics, ", ")+".", Nearest(name, topics))
	}
	return name, rest[1:], nil
}

func restoreID(verb Verb, rest []string) (string, []string, error) {
	if len(rest) == 0 {
		return "", nil, refuse(string(verb)+" needs the id of a restore.", "/restore status and /restore history show the ids.")
	}
	id := strings.ToLower(rest[0])
	if !restoreShape.MatchString(id) {
		return "", nil, refuse(QuoteForeign(rest[0])+" is not the id of a restore.", "/restore status and /restore history show the ids.")
	}
	return id, rest[1:], nil
}

// reasonFrom takes all the words: a reason is a sentence.
func reasonFrom(rest []string) (string, error) {
	reason := strings.TrimSpace(strings.Join(rest, " "))
	if utf8.RuneCountInString(reason) > MaxReason {
		return "", refuse("The reason is longer than "+strconv.Itoa(MaxReason)+" characters.", "Shorten it.")
	}
	return reason, nil
}

// checkBreakGlass refuses the flags that do not go with --break-glass.
func (o Order) checkBreakGlass() error {
	switch {
	case !o.BreakGlass:
		return nil
	case o.Dump:
		return refuse("--dump replaces the whole server and always needs two people, even with --break-glass.", "Leave --break-glass out, and ask somebody else to confirm.")
	case o.Unlisted:
		return refuse("--unlisted restores what the bot cannot see and always needs two people, even with --break-glass.", "Leave --break-glass out, and ask somebody else to confirm.")
	case o.Reason == "":
		return refuse("--break-glass needs a --reason.", "Say why you can ask nobody else: --reason \"nobody awake\".")
	}
	return nil
}

func (f *flags) order() (Order, error) {
	o := f.Order
	o.BackupID = f.args[0]
	if no := o.checkBreakGlass(); no != nil {
		return o, no
	}
	o = o.normalize()
	return o, o.Check()
}

// Canonical writes the order as a command line that [Parse] reads back.
func (o Order) Canonical(portal string) string {
	parts := []string{Quote(o.BackupID)}
	if portal != "" {
		parts = append(parts, "--portal", Quote(portal))
	}
	if o.StorageType != "" {
		parts = append(parts, "--storage", Quote(storageName(o.StorageType)))
	}
	for _, p := range o.Params {
		parts = append(parts, "--param", p.Key+"="+Quote(p.Value))
	}
	if o.Notify {
		parts = append(parts, "--notify")
	}
	if o.Dump {
		parts = append(parts, "--dump")
	}
	if o.Reason != "" {
		parts = append(parts, "--reason", Quote(o.Reason))
	}
	if o.DryRun {
		parts = append(parts, "--dry-run")
	}
	if o.NoSafety {
		parts = append(parts, "--no-safety-backup")
	}
	if o.BreakGlass {
		parts = append(parts, "--break-glass")
	}
	if o.Unlisted {
		parts = append(parts, "--unlisted")
	}
	return strings.Join(parts, " ")
}

// QuoteForeign quotes a foreign word for a message: invisible characters are shown,
// and the word is cut.
func QuoteForeign(s string) string {
	s = visibleForm(s)
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return "“" + s + "”"
}
