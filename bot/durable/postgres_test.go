package durable_test

import (
	"testing"

	"docspace-restorebot/bot"
	"docspace-restorebot/bot/durable"
	"docspace-restorebot/bot/durabletest"
)

func openURL(t *testing.T, url string) *durable.Store {
	t.Helper()
	s, err := durable.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestExamOnPostgres(t *testing.T) {
	t.Parallel()
	server := durabletest.StartPostgres(t)
	durabletest.Exercise(t, func(t *testing.T) bot.Store {
		t.Helper()
		return openURL(t, server.URL())
	})
}
