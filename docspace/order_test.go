package docspace_test

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

// hindrances make each error come, if the call meets it.
var hindrances = map[string]struct {
	err error
	set func(*docspacetest.Portal)
}{
	"ErrUnauthorized": {docspace.ErrUnauthorized, (*docspacetest.Portal).RevokeKeys},
	"ErrScope":        {docspace.ErrScope, nil}, // the client has a narrow key
	"ErrNoPortal":     {docspace.ErrNoPortal, func(p *docspacetest.Portal) { p.SetTenantStatus(1) }},
	"ErrRestoring":    {docspace.ErrRestoring, func(p *docspacetest.Portal) { p.SetTenantStatus(4) }},
	"ErrPlan": {docspace.ErrPlan, func(p *docspacetest.Portal) {
		p.Break(func(f *docspacetest.Faults) { f.Unpaid, f.NoBackupPlan = true, true })
	}},
	"ErrAddress":   {docspace.ErrAddress, func(p *docspacetest.Portal) { p.Break(func(f *docspacetest.Faults) { f.AddressRefused = true }) }},
	"ErrForbidden": {docspace.ErrForbidden, func(p *docspacetest.Portal) { p.Break(func(f *docspacetest.Faults) { f.NotAdmin = true }) }},
}

// TestErrorsComeInTheDocumentedOrder lets each documented error come together
// with all that are documented after it.
func TestErrorsComeInTheDocumentedOrder(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`\[(Err[A-Za-z]+)\]`)
	for _, m := range documented(t).Methods {
		call := calls[m.Name]
		if call == nil {
			continue
		}
		_, list, _ := strings.Cut(strings.Join(strings.Fields(m.Doc), " "), "in the order of the server's checks: ")
		list, _, _ = strings.Cut(list, "Also refused")
		var order []string
		for _, match := range named.FindAllStringSubmatch(list, -1) {
			if _, ok := hindrances[match[1]]; ok && !slices.Contains(order, match[1]) {
				order = append(order, match[1])
			}
		}
		anonymous := m.Name == "Settings" || m.Name == "RestoreProgress" || m.Name == "Capabilities"
		if !anonymous && len(order) < 3 {
			t.Errorf("%s names only %v", m.Name, order)
		}
		for i, name := range order {
			if anonymous && name == "ErrForbidden" {
				continue // of a proxy
			}
			p, c := bundle(docspacetest.Config{})
			b := p.Backups()[0]
			if slices.Contains(order[i:], "ErrScope") {
				c.Key = docspace.NewSecret(p.IssueKey(docspacetest.Key{Permissions: []string{"webhooks:read"}}))
			}
			for _, later := range slices.Backward(order[i:]) { // of two states of the tenant the first counts
				if set := hindrances[later].set; set != nil {
					set(p)
				}
			}
			if err := call(t.Context(), c, b); !errors.Is(err, hindrances[name].err) {
				t.Errorf("%s: want %s before %v, got %v", m.Name, name, order[i+1:], err)
			}
		}
		p, c := bundle(docspacetest.Config{})
		if err := call(t.Context(), c, p.Backups()[0]); err != nil {
			t.Errorf("%s of a healthy portal: %v", m.Name, err)
		}
	}
	if len(calls) != len(pages) {
		t.Errorf("%d operations are called, %d are documented", len(calls), len(pages))
	}
}

// calls are the operations, each with arguments that a healthy portal takes.
var calls = map[string]func(context.Context, *docspace.Client, docspacetest.Backup) error{
	"StartRestore": func(ctx context.Context, c *docspace.Client, b docspacetest.Backup) error {
		_, _, err := c.StartRestore(ctx, docspace.RestoreRequest{BackupID: b.ID})
		return err
	},
	"RestoreProgress": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.RestoreProgress(ctx, docspace.AnyTask)
		return err
	},
	"StartBackup": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.StartBackup(ctx, docspace.BackupRequest{
			StorageType: docspace.StorageDocuments, StorageParams: []docspace.Param{{Key: "folderId", Value: "7"}},
		})
		return err
	},
	"BackupProgress": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.BackupProgress(ctx, false)
		return err
	},
	"CancelBackup": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.CancelBackup(ctx)
		return err
	},
	"BackupHistory": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.BackupHistory(ctx, false)
		return err
	},
	"DeleteBackup": func(ctx context.Context, c *docspace.Client, b docspacetest.Backup) error {
		_, err := c.DeleteBackup(ctx, b.ID)
		return err
	},
	"DeleteBackupHistory": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.DeleteBackupHistory(ctx, false)
		return err
	},
	"BackupSchedule": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.BackupSchedule(ctx, false)
		return err
	},
	"SetBackupSchedule": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.SetBackupSchedule(ctx, docspace.Schedule{StorageType: docspace.StorageDataStore, Cron: docspace.Cron{Period: docspace.EveryDay}})
		return err
	},
	"DeleteBackupSchedule": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.DeleteBackupSchedule(ctx, false)
		return err
	},
	"BackupServiceEnabled": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.BackupServiceEnabled(ctx)
		return err
	},
	"BackupsCount": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.BackupsCount(ctx, time.Time{}, time.Time{}, false)
		return err
	},
	"Settings": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Settings(ctx)
		return err
	},
	"KeySelf": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.KeySelf(ctx)
		return err
	},
	"PersonSelf": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.PersonSelf(ctx)
		return err
	},
	"UsersCount": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.UsersCount(ctx)
		return err
	},
	"RoomsCount": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.RoomsCount(ctx)
		return err
	},
	"AuditEvents": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.AuditEvents(ctx, time.Now().Add(-time.Hour), time.Now(), 0)
		return err
	},
	"RoomLog": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.RoomLog(ctx, "101", time.Now().Add(-time.Hour), time.Now(), 0)
		return err
	},
	"Rooms": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.Rooms(ctx, 0)
		return err
	},
	"Accounts": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, _, err := c.Accounts(ctx, 0)
		return err
	},
	"OAuthAppsCount": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.OAuthAppsCount(ctx)
		return err
	},
	"Quota": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Quota(ctx)
		return err
	},
	"Tariff": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Tariff(ctx)
		return err
	},
	"Usage": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Usage(ctx)
		return err
	},
	"UsedSpace": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.UsedSpace(ctx)
		return err
	},
	"Capabilities": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Capabilities(ctx)
		return err
	},
	"Keys": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Keys(ctx)
		return err
	},
	"WebhooksCount": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.WebhooksCount(ctx)
		return err
	},
	"TwoFactor": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.TwoFactor(ctx)
		return err
	},
	"IPRestrictions": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.IPRestrictions(ctx)
		return err
	},
	"Mail": func(ctx context.Context, c *docspace.Client, _ docspacetest.Backup) error {
		_, err := c.Mail(ctx)
		return err
	},
}
