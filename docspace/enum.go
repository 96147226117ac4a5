package docspace

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

var errEnum = errors.New("an enum is a name or a whole number")

// decodeEnum reads a wire enum: a name in any case, its number, or its number
// in quotes. It keeps unknown values, so that a newer server does not break an older
// client. null is not a value.
func decodeEnum(b []byte, names []string, into *string) error {
	text := string(b)
	if text == "null" {
		return nil
	}
	if text != "" && text[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	} else if _, err := strconv.ParseInt(text, 10, 64); err != nil {
		return errEnum
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n >= 0 && n < len(names) {
			text = names[n]
		}
		*into = text
		return nil
	}
	for _, name := range names {
		if strings.EqualFold(text, name) {
			text = name
		}
	}
	*into = text
	return nil
}
