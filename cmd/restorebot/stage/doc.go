// Package stage puts a bot between a Slack and a portal that are part of this
// process. The demo, the end-to-end tests, the crash matrix and the measurements
// stand on it.
//
//	people ──► Slack ◄──► the bot ◄──► the portal
//
// The bot of a [Stage] is a process of its own, so that it can be killed, or, with
// [Options.Load], a part of this one without any port, so that all of it runs in a
// testing/synctest bubble.
//
// A [Scene] is a stage in a test. Its words are those of a specification:
//
//	s.Alice.Types("/restore " + s.Newest())
//	s.WantCard("Everything changed since")
//	s.Eve.Presses("Restore")
//	s.Eve.WantTold("not on the list of people who may confirm")
//	s.WantStarts(0)
//	s.Bob.Presses("Restore")
//	s.WantFinalCard("restored")
//	s.WantThreadSays("@alice")
//	s.WantStarts(1)
//
// People type, press and fill in; a Want waits for what people see and ends the
// test where it does not come. What is special to one test is done with the Slack
// and the Portal themselves, which are fields of the scene.
//
// The package imports no testing: the demo is a part of the program.
package stage
