//go:build !linux && !darwin && !windows

package durable

import "errors"

func freeBytes(string) (uint64, error) { return 0, errors.ErrUnsupported }
