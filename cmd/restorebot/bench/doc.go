// Command bench measures the bot, for those who work on it. It builds the bot
// and runs it as a process of its own, against the Slack and the portals that
// the tests use, on loopback. It needs Linux's /proc, and for Bolt Node and npm.
//
//	go run ./cmd/restorebot/bench             side by side with a floor and with Bolt
//	go run ./cmd/restorebot/bench scale       1, 10, 100 and 500 restores at once
//	go run ./cmd/restorebot/bench history     with 10, 1000 and 100,000 restores in the past
//	go run ./cmd/restorebot/bench soak        load, restarts and faults for a while
//	go run ./cmd/restorebot/bench size        the binary, and what is in it
//
// The processes share the machine with the command, which is Slack and all the
// people: read the ratios, which hold on other machines, before the figures.
package main
