package bot

import (
	"context"
	"slices"
	"testing"
)

type found []Finding

func (f found) Examine(context.Context) []Finding { return f }

func TestFindingsKeepTheirOrderAndTheWorstCounts(t *testing.T) {
	t.Parallel()
	all := Examine(t.Context(), found{passed("a", "")}, found{}, found{warned("b", "", "x"), passed("c", "")})
	var names []string
	for _, f := range all {
		names = append(names, f.Check)
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) || Worst(all) != Warn {
		t.Errorf("got %s, worst %s", names, Worst(all))
	}
	if worst := Worst(append(all, faulty("d", "", "x"), passed("e", ""))); worst != Fail {
		t.Errorf("the worst of all is %s", worst)
	}
	if Worst(nil) != Pass {
		t.Error("nothing was found, and that is not a pass")
	}
}
