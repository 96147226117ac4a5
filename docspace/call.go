package docspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// envelope is what every JSON answer is wrapped in. An absent response and a
// null one are the same: there is nothing.
type envelope[T any] struct {
	Response *T `json:"response"`
}

// call performs r and decodes the response; false is an answer without one.
func call[T any](ctx context.Context, c *Client, r request) (T, bool, error) {
	var none T
	got, failed := c.perform(ctx, r)
	if failed != nil {
		return none, false, failed
	}
	var e envelope[T]
	err := json.Unmarshal(got.body, &e)
	if err == nil && e.Response == nil && r.needed {
		err = errNothing
	}
	if err != nil {
		return none, false, &Error{
			Op: r.op, Status: got.status, Attempts: got.attempts, write: r.write(),
			Err: fmt.Errorf("%w: %w", errUnreadable, c.scrubbed(plain(err))),
		}
	}
	if e.Response == nil {
		return none, false, nil
	}
	return *e.Response, true, nil
}

// required is for the operations that always answer something.
func required[T any](ctx context.Context, c *Client, r request) (T, error) {
	r.needed = true
	v, _, err := call[T](ctx, c, r)
	return v, err
}

// plain is an error of the decoder without the names of our own types.
func plain(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s where it does not belong, in %q", wrong.Value, wrong.Field)
	}
	return err
}
