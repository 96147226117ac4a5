package docspace

import (
	"encoding/hex"
	"strings"
	"unicode"
)

// zeroGUID is taken by the server as an id and by none of its records: a restore
// of it is accepted and fails in the worker.
const zeroGUID = "00000000-0000-0000-0000-000000000000"

// ParseGUID reads a GUID as the server does, which is .NET's Guid.TryParse, and
// returns it as 36 characters in lower case. The forms are, in .NET's letters,
//
//	D  3f2504e0-4f89-11d3-9a0c-0305e82c3301
//	N  3f2504e04f8911d39a0c0305e82c3301
//	B  {3f2504e0-4f89-11d3-9a0c-0305e82c3301}
//	P  (3f2504e0-4f89-11d3-9a0c-0305e82c3301)
//	X  {0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}
//
// in any case, with white space around, and in X white space anywhere. Two
// old forms of .NET are read too: "+" and "0x" in front of the digits of a group, and any
// number of zeros there in X. The server looks all of these up as a record; anything
// else names a file.
func ParseGUID(s string) (id string, ok bool) {
	s = strings.TrimSpace(s)
	var b [16]byte
	switch {
	case s == "":
		return "", false
	case s[0] == '{' && !strings.Contains(s, "-"):
		ok = guidX(s, &b)
	case s[0] == '{':
		ok = len(s) == 38 && s[37] == '}' && guidD(s[1:37], &b)
	case s[0] == '(':
		ok = len(s) == 38 && s[37] == ')' && guidD(s[1:37], &b)
	case strings.Contains(s, "-"):
		ok = guidD(s, &b)
	default:
		ok = guidN(s, &b)
	}
	if !ok {
		return "", false
	}
	digits := hex.EncodeToString(b[:])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:], true
}

func guidN(s string, b *[16]byte) bool {
	if len(s) != 2*len(b) {
		return false
	}
	_, err := hex.Decode(b[:], []byte(s))
	return err == nil
}

// guidD reads five groups of digits. The last 8 are digits and nothing else; .NET
// reads the 4 before them as a group of their own.
func guidD(s string, b *[16]byte) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	rest := b[:12]
	for _, group := range []string{s[:8], s[9:13], s[14:18], s[19:23], s[24:28]} {
		v, ok := hexNumber(group)
		if !ok {
			return false
		}
		rest = put(rest, v, len(group)/2)
	}
	_, err := hex.Decode(b[12:], []byte(s[28:]))
	return err == nil
}

// put writes the last n bytes of a number and returns what is left of b.
func put(b []byte, v uint32, n int) []byte {
	for i := range n {
		b[i] = byte(v >> (8 * (n - 1 - i))) //nolint:gosec // the last 8 bits are meant
	}
	return b[n:]
}

// guidX reads a number, two shorter ones and, in braces, eight of a byte. Of a
// shorter one .NET keeps the last 16 bits.
func guidX(s string, b *[16]byte) bool {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	rest := b[:]
	for i, size := range [11]int{4, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1} {
		open, end := ",", ","
		switch i {
		case 0:
			open = "{"
		case 3:
			open = ",{"
		case 10:
			end = "}"
		}
		if !strings.HasPrefix(s, open) || !hexPrefix(s[len(open):]) {
			return false
		}
		s = s[len(open)+len("0x"):]
		n := strings.Index(s, end)
		if n <= 0 {
			return false
		}
		v, ok := hexNumber(s[:n])
		if !ok || size == 1 && v > 0xff {
			return false
		}
		rest, s = put(rest, v, size), s[n:]
	}
	return s == "}}"
}

func hexPrefix(s string) bool { return len(s) > 1 && s[0] == '0' && s[1]|' ' == 'x' }

// hexNumber reads a group of digits as .NET does: after a "+" and a "0x", with
// zeros in front, and nothing at all is 0.
func hexNumber(s string) (v uint32, ok bool) {
	s = strings.TrimPrefix(s, "+")
	if hexPrefix(s) {
		s = s[2:]
	}
	s = strings.TrimLeft(s, "0")
	if len(s) > 8 {
		return 0, false
	}
	for i := range len(s) {
		digit := strings.IndexByte("0123456789abcdef", lower(s[i]))
		if digit < 0 {
			return 0, false
		}
		v = v<<4 | uint32(digit) //nolint:gosec // below 16
	}
	return v, true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | ' '
	}
	return c
}
