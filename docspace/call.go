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
	Response *T     `json:"response"`
	Total    number `json:"total"` // of a list, where the server counts it
}

// call performs r and decodes the response; false is an answer without one.
func call[T any](ctx context.Context, c *Client, r request) (T, bool, error) {
	e, err := opened[T](ctx, c, r)
	if err != nil || e.Response == nil {
		var none T
		return none, false, err
	}
	return *e.Response, true, nil
}

// opened performs r and decodes the envelope.
func opened[T any](ctx context.Context, c *Client, r request) (envelope[T], error) {
	got, failed := c.perform(ctx, r)
	if failed != nil {
		return envelope[T]{}, failed
	}
	var e envelope[T]
	err := json.Unmarshal(got.body, &e)
	if err == nil && e.Response == nil && r.needed {
		err = errNothing
	}
	if err != nil {
		return envelope[T]{}, &Error{
			Op: r.op, Status: got.status, Attempts: got.attempts, write: r.write(),
			Err: fmt.Errorf("%w: %w", errUnreadable, c.scrubbed(plain(err))),
		}
	}
	return e, nil
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
