package docspace_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode"
)

// pages are the operations by the name that the official description gives
// them, which is also that of their page.
var pages = map[string]string{
	"StartRestore": "startBackupRestore", "RestoreProgress": "getRestoreProgress",
	"StartBackup": "startBackup", "BackupProgress": "getBackupProgress", "CancelBackup": "cancelBackup",
	"BackupHistory": "getBackupHistory", "DeleteBackup": "deleteBackup", "DeleteBackupHistory": "deleteBackupHistory",
	"BackupSchedule": "getBackupSchedule", "SetBackupSchedule": "createBackupSchedule", "DeleteBackupSchedule": "deleteBackupSchedule",
	"BackupServiceEnabled": "getBackupsServiceState", "BackupsCount": "getBackupsCount",
	"Settings": "getPortalSettings", "KeySelf": "getApiKey", "PersonSelf": "getSelfProfile",
	"UsersCount": "getPortalUsersCount", "RoomsCount": "getRoomsFolder",
	"AuditEvents": "getAuditEventsByFilter", "RoomLog": "getFolderHistory", "Rooms": "getRoomsFolder",
	"Quota": "getPortalQuota", "Tariff": "getPortalTariff", "Usage": "getQuotaPaymentInformation", "UsedSpace": "getFilesUsedSpace",
	"Capabilities": "getPortalCapabilities", "Keys": "getApiKeys", "WebhooksCount": "getTenantWebhooks",
	// Their pages could not be told by name.
	"Accounts": "", "TwoFactor": "", "IPRestrictions": "", "Mail": "", "OAuthAppsCount": "",
}

// TestEachOperationSaysWhatItNeeds reads the documentation: what the caller
// needs, since which release it is there, what goes wrong, and the official page.
func TestEachOperationSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	client := documented(t)
	told := 0
	for _, m := range client.Methods {
		id, operation := pages[m.Name]
		if !operation {
			continue
		}
		told++
		text := strings.Join(strings.Fields(m.Doc), " ")
		for what, one := range map[string][]string{
			"what the caller needs": {"It needs "},
			"the releases":          {"Every release has it", "3.1", "first releases", "Not every release"},
			"the errors":            {"Errors, in the order of the server's checks: ", "Refused, in the order of the server's checks: "},
			"the official page":     {page(id)},
		} {
			found := false
			for _, s := range one {
				found = found || strings.Contains(text, s)
			}
			if !found {
				t.Errorf("%s does not tell %s", m.Name, what)
			}
		}
		if n := m.Decl.Body; n != nil && lines(n) > 40 {
			t.Errorf("%s is longer than a screen", m.Name)
		}
	}
	if told != len(pages) {
		t.Errorf("%d of %d operations are documented", told, len(pages))
	}
}

// page is the address of an operation's page; "" is in any text.
func page(id string) string {
	if id == "" {
		return ""
	}
	return "https://api.onlyoffice.com/docspace/api-backend/usage-api/" + kebab(id) + "/"
}

// sources are the positions of everything that documented has read.
var sources = token.NewFileSet()

func lines(n ast.Node) int { return sources.Position(n.End()).Line - sources.Position(n.Pos()).Line }

// documented is the documentation of [docspace.Client].
func documented(t *testing.T) *doc.Type {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(sources, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(sources, files, "docspace-restorebot/docspace", doc.PreserveAST)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range p.Types {
		if kind.Name == "Client" {
			return kind
		}
	}
	t.Fatal("no Client")
	return nil
}

func kebab(id string) string {
	var b strings.Builder
	for _, r := range id {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// TestClientNeedsTheStandardLibraryOnly looks at every import of the package
// and of the portal to test against.
func TestClientNeedsTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.go", "docspacetest/*.go"} {
		names, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				if first, _, _ := strings.Cut(strings.Trim(spec.Path.Value, `"`), "/"); strings.ContainsAny(first, ".-") {
					t.Errorf("%s imports %s", name, spec.Path.Value)
				}
			}
		}
	}
}
