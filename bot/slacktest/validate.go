package slacktest

// validateBlocks does blocks.validate, which needs no token: exactly one of blocks, a
// message or a view. It sees no text that is missing and no size of all blocks together;
// of blocks that the workspace refuses it knows (the last is assumed).
func (s *Slack) validateBlocks(req *request) reply {
	var code string
	var problems []problem
	given := 0
	for _, name := range []string{"blocks", "message", "view"} {
		raw := req.args[name]
		if raw == "" {
			continue
		}
		given++
		code = "invalid_" + name
		v := value([]byte(raw))
		o, isObject := v.(Object)
		blocks, isList := objects(v)
		switch {
		case name == "blocks" && isList:
			problems = checkBlocks(blocks, anywhere, "", s.noBlocks)
		case name == "message" && isObject:
			problems = s.validateMessage(o)
		case name == "view" && isObject:
			blocks, _ := objects(o["blocks"])
			problems = checkView(o, blocks, "", s.noBlocks)
			if o["blocks"] == nil {
				problems = append(problems, problem{code: missingField, message: "missing required field: blocks"})
			}
		default:
			return invalidArguments("must be valid JSON of its kind [json-pointer:/" + name + "]")
		}
	}
	switch {
	case given != 1:
		return invalidArguments("exactly one of blocks, message, view must be given")
	case len(problems) == 0:
		return done(nil)
	}
	errors := []Object{}
	for _, p := range problems {
		o := Object{"pointer": p.at, "code": p.code, "message": p.message}
		if p.constraint != nil {
			o["constraint"] = p.constraint
		}
		errors = append(errors, o)
	}
	return fail(code, Object{"errors": errors, "response_metadata": Object{"messages": errorLines(saidOf(problems))}})
}

// invalidArguments is the refusal of a call, with reasons.
func invalidArguments(problems ...string) reply {
	return fail("invalid_arguments", Object{"response_metadata": Object{"messages": errorLines(problems)}})
}

// invalidBlocks is the refusal of blocks, with the reasons where Slack puts them.
func invalidBlocks(problems []string) reply {
	return fail("invalid_blocks", Object{
		"errors":            problems,
		"response_metadata": Object{"messages": errorLines(problems)},
	})
}

// errorLines are problems as response_metadata has them.
func errorLines(problems []string) []string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = "[ERROR] " + p
	}
	return lines
}

// saidOf are problems in words.
func saidOf(problems []problem) []string {
	words := make([]string, len(problems))
	for i, p := range problems {
		words[i] = p.String()
	}
	return words
}

// validateMessage checks the blocks of a message.
func (s *Slack) validateMessage(o Object) []problem {
	var problems []problem
	if o["blocks"] != nil {
		blocks, ok := objects(o["blocks"])
		if !ok {
			problems = append(problems, problem{at: "/blocks", code: failedConstraint, message: "must provide an array"})
		}
		problems = append(problems, checkBlocks(blocks, inMessage, "/blocks", s.noBlocks)...)
	}
	return problems
}
