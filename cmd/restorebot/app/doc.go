// Package app is the one wiring of the bot: [New] makes it of settings and puts
// its parts together, [App.Run] serves Slack until it is told to stop. The program
// runs it, and so do the drill, the demo and the tests, which put fakes into the
// [Seams]. Signals and the environment are the program's.
package app
