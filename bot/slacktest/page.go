package slacktest

import (
	"encoding/base64"
	"strconv"
	"strings"
)

const (
	pageSize = 100 // where no limit is asked for (docs: the page of each method)
	pageMost = 999
	pageMark = "next:" // in a cursor, which is nothing to be understood by an app
)

// part is what a paged method is asked for, and where the next part begins.
type part struct {
	from, to int
	cursor   string
}

// page is the part of n items that a method is asked for.
func (r *request) page(n int) (part, *reply) {
	size, from := pageSize, 0
	if limit := r.args["limit"]; limit != "" {
		asked, err := strconv.Atoi(limit)
		if err != nil || asked < 0 {
			return part{}, refusal("invalid_limit")
		}
		if asked > 0 { // 0 is what SDKs send where nobody asked
			size = min(asked, pageMost)
		}
	}
	if cursor := r.args["cursor"]; cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(cursor)
		place, ours := strings.CutPrefix(string(raw), pageMark)
		at, notNumber := strconv.Atoi(place)
		if err != nil || !ours || notNumber != nil || at < 0 {
			return part{}, refusal("invalid_cursor")
		}
		from = min(at, n)
	}
	p := part{from: from, to: min(from+size, n)}
	if p.to < n {
		p.cursor = base64.StdEncoding.EncodeToString([]byte(pageMark + strconv.Itoa(p.to)))
	}
	return p, nil
}
