//go:build !race

package slackchat

const fewer = 1
