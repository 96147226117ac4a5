package docspacetest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func Example() {
	ctx := context.Background()
	portal := docspacetest.New(docspacetest.Config{})
	client := &docspace.Client{
		BaseURL: "https://docs.example.com",
		Key:     docspace.NewSecret(portal.Key()),
		HTTP:    docspacetest.Via(portal),
	}
	portal.Break(func(f *docspacetest.Faults) { f.LoseStartAnswer = true })
	_, _, err := client.StartRestore(ctx, docspace.RestoreRequest{BackupID: portal.Backups()[0].ID})
	fmt.Println("ambiguous:", errors.Is(err, docspace.ErrAmbiguous))
	fmt.Println("restores that began:", len(portal.Restores()))
	// Output:
	// ambiguous: true
	// restores that began: 1
}

// The restore kills the key that started it; an administrator makes another.
func ExamplePortal_IssueKey() {
	ctx := context.Background()
	clock := time.Date(2026, 3, 1, 2, 15, 0, 0, time.UTC)
	portal := docspacetest.New(docspacetest.Config{Now: func() time.Time { return clock }})
	client := func() *docspace.Client {
		return &docspace.Client{
			BaseURL: "https://docs.example.com", HTTP: docspacetest.Via(portal), Key: docspace.NewSecret(portal.Key()),
		}
	}
	portal.StartElsewhere(portal.Backups()[0].ID)
	clock = clock.Add(time.Minute)
	_, err := client().KeySelf(ctx)
	fmt.Println("dead:", errors.Is(err, docspace.ErrUnauthorized))
	portal.IssueKey(docspacetest.Key{Permissions: []string{"*:write"}})
	key, err := client().KeySelf(ctx)
	fmt.Println("may restore:", key.CanRestore(), err)
	// Output:
	// dead: true
	// may restore: true <nil>
}
