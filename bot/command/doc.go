// Package command reads the text after /restore: its words, its flags, the
// [Order] of a restore and the usage of each command. It is pure: it knows no
// chat, no portal and no person. It ignores nothing: a word that it does not
// understand is a [*SyntaxError] with the nearest right spelling.
package command
