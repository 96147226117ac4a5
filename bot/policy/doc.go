// Package policy decides who may do what: which workspace, app, channel and
// person may ask for a restore, who may confirm it, how many people that takes,
// and what a refusal says. It fails closed: the zero [Policy] allows nothing, and
// a [Directory] that cannot tell who somebody is means no.
package policy
