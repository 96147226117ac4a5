package docspace_test

import (
	"testing"
	"testing/synctest"
	"time"

	"docspace-restorebot/docspace"
	"docspace-restorebot/docspace/docspacetest"
)

func TestClockSkewIsThatOfTheLastAnswer(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 2 * time.Hour, -40 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			p := docspacetest.New(docspacetest.Config{Now: func() time.Time { return time.Now().Add(ahead) }})
			c := &docspace.Client{BaseURL: "https://docs.example.com", Key: docspace.NewSecret(p.Key()), HTTP: docspacetest.Via(p)}
			if _, known := c.ClockSkew(); known {
				t.Error("known before anybody was asked")
			}
			if _, err := c.Settings(t.Context()); err != nil {
				t.Fatal(err)
			}
			got, known := c.ClockSkew()
			if off := got - ahead; !known || off.Abs() > time.Second {
				t.Errorf("the portal is %s ahead, told %s, %v", ahead, got, known)
			}
			p.Break(func(f *docspacetest.Faults) { f.Down = true })
			_, _ = c.Settings(t.Context())
			if again, known := c.ClockSkew(); again != got || !known {
				t.Errorf("after an outage: %s, %v", again, known)
			}
		})
	}
}
