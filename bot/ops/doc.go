// Package ops serves the bot's health and metrics to machines. It knows the domain and
// the metrics library, and neither Slack nor the database: the app hands it numbers in
// plain types, and readiness asks the examiners that the doctor asks.
//
// [Metrics.Count] wraps the store and counts what the store has recorded: a refusal
// that was not recorded is not counted. Labels come from closed sets: an id of a person,
// a channel or a restore is never a label.
package ops
