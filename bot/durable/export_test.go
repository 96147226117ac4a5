package durable

import "context"

// Tamper runs a statement behind the store's back.
func (s *Store) Tamper(ctx context.Context, query string) error {
	_, err := s.db.ExecContext(ctx, query)
	return err
}
