package durabletest

import "syscall"

// account is whom a server runs as: here the user of the test.
type account struct{}

func (account) own(string) error { return nil }

func (account) attributes() *syscall.SysProcAttr { return nil }

func other() (account, error) { return account{}, nil }
