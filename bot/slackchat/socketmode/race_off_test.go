//go:build !race

package socketmode

const fewer = 1
