package slackchat

// keep puts a value into a map that starts anew rather than hold more than most: its
// keys come from outside.
func keep[K comparable, V any](m *map[K]V, most int, key K, value V) {
	if _, known := (*m)[key]; *m == nil || !known && len(*m) >= most {
		*m = map[K]V{}
	}
	(*m)[key] = value
}
