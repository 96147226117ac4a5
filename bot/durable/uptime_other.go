//go:build !linux && !darwin

package durable

import "time"

// uptime cannot be told here: after a restart of the bot people are asked anew.
func uptime() (boot string, up time.Duration) { return "", 0 }

func changed(string) (string, error) { return "", nil }
