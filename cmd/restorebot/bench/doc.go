// Command bench asks three questions of the built bot, for those who work on it. It
// runs the bot as a process of its own on the stage that the tests use. It needs
// Linux's /proc, and for Bolt Node and npm.
//
//	go run ./cmd/restorebot/bench          is it as quick as a bare ack, and how far from Bolt?
//	go run ./cmd/restorebot/bench scale    does it keep up with 500 restores at once?
//	go run ./cmd/restorebot/bench soak     does it lose or hoard anything in the long run?
//
// With --check an answer that is far from what is promised is an error; only counts
// and wide ratios are checked, which hold on slow and busy machines. This command
// shares the machine with the bot, and is Slack and all the people: read the ratios
// before the figures.
package main
