package docspacetest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// How .NET's Guid.TryParse reads the groups of a GUID, which is more than it
// writes.
var (
	guidPlain = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	guidGroup = regexp.MustCompile(`^\+?(?:0[xX])?0*([0-9a-fA-F]{0,8})$`)
	guidD     = regexp.MustCompile(`^(.{8})-(.{4})-(.{4})-(.{4})-(.{4})([0-9a-fA-F]{8})$`)
	guidX     = regexp.MustCompile(`^\{0[xX]([^,]+),0[xX]([^,]+),0[xX]([^,]+),\{` + strings.Repeat(`0[xX]([^,}]+),`, 7) + `0[xX]([^,}]+)\}\}$`)
)

// guidDigits are the 32 digits of a GUID in any form that the server takes; "" is
// not one.
func guidDigits(s string) string {
	s = strings.TrimSpace(s)
	for _, pair := range []string{"{}", "()"} {
		if len(s) == 38 && s[0] == pair[0] && s[37] == pair[1] && strings.Contains(s, "-") {
			s = s[1:37]
		}
	}
	if guidPlain.MatchString(s) {
		return strings.ToLower(s)
	}
	bare := strings.Join(strings.FieldsFunc(s, unicode.IsSpace), "")
	widths, groups := []int{8, 4, 4, 4, 4, 8}, guidD.FindStringSubmatch(s)
	if m := guidX.FindStringSubmatch(bare); m != nil {
		widths, groups = []int{8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2}, m
	}
	var digits strings.Builder
	for i, width := range widths {
		if groups == nil {
			return ""
		}
		m := guidGroup.FindStringSubmatch(groups[i+1])
		if m == nil || width == 2 && len(m[1]) > 2 {
			return ""
		}
		n, err := strconv.ParseUint("0"+m[1], 16, 32)
		if err != nil {
			return ""
		}
		group := fmt.Sprintf("%0*x", width, n)
		digits.WriteString(group[len(group)-width:]) // a short group keeps its last 16 bits
	}
	return digits.String()
}
