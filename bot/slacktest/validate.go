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

// validateMessage checks the blocks of a message and of its attachments.
func (s *Slack) validateMessage(o Object) []problem {
	var problems []problem
	if o["blocks"] != nil {
		blocks, ok := objects(o["blocks"])
		if !ok {
			problems = append(problems, problem{at: "/blocks", code: failedConstraint, message: "must provide an array"})
		}
		problems = append(problems, checkBlocks(blocks, inMessage, "/blocks", s.noBlocks)...)
	}
	attachments, _ := objects(o["attachments"])
	for i, a := range attachments {
		blocks, _ := objects(a["blocks"])
		problems = append(problems, checkBlocks(blocks, inMessage, pointer("/attachments", i, "/blocks"), s.noBlocks)...)
	}
	return problems
}
