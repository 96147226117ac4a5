//go:build !windows

package durabletest

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account is whom a server runs as.
type account struct{ as *syscall.Credential } // nil is the user of the test

func (a account) own(dir string) error {
	if a.as == nil {
		return nil
	}
	return os.Chown(dir, int(a.as.Uid), int(a.as.Gid))
}

func (a account) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Credential: a.as} }

// other is whom root runs the server as: it refuses to run as root.
func other() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, errors.Join(err1, err2)
	}
	return account{}, errors.New("no user to run PostgreSQL as: neither postgres nor nobody")
}
