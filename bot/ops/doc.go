// Package ops tells machines how the bot is: whether it is alive and ready, and
// its metrics. It knows the domain and the metrics library, and neither Slack
// nor the database: who has numbers hands them over in plain types.
//
// What restores go through is counted where it is recorded ([Metrics.Count]
// wraps the store), so a refusal that was not written down is not counted
// either. Labels come from closed sets: an id of a person, a channel or a
// restore is never one.
package ops
