//go:build race

package socketmode

// fewer divides the size of the largest tests: the race detector makes them
// several times slower, and sees as much in fewer. Without it they run whole.
const fewer = 5
