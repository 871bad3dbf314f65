package pathways

import (
	"fmt"
	"math"
	"slices"
)

// limits checks what a question's answers are held to.
func (c *checker) limits(path string, f Field) {
	c.numberLimits(path, f)
	if len(f.Exclusive) == 0 {
		return
	}
	if f.Type != TypeCodes {
		c.wrong(path+".exclusive", f.Line, "only a question that takes several answers has one that excludes the others", "write type: codes, or leave exclusive out")
		return
	}
	for i, v := range f.Exclusive {
		if !slices.Contains(f.Values, v) {
			c.wrongValue(fmt.Sprintf("%s.exclusive[%d]", path, i), f.Line, fmt.Sprintf("%q is not one of the values", v), suggest(v, f.Values))
		}
	}
	if !slices.ContainsFunc(f.Values, func(v string) bool { return !slices.Contains(f.Exclusive, v) }) {
		c.wrong(path+".exclusive", f.Line, "every answer excludes the others, so only one can ever be chosen", "write type: code, or leave those out that may be chosen together")
	}
}

func (c *checker) numberLimits(path string, f Field) {
	if !f.Limited() {
		return
	}
	for _, limit := range []struct {
		key string
		n   *float64
	}{{"min", f.Min}, {"max", f.Max}} {
		switch at := path + "." + limit.key; {
		case limit.n == nil:
		case f.Type != TypeInt && f.Type != TypeNumber:
			c.wrong(at, f.Line, fmt.Sprintf("only a number has a %s", limit.key), "write type: int or type: number, or leave it out")
		case f.Type == TypeInt && *limit.n != math.Trunc(*limit.n):
			c.wrongValue(at, f.Line, fmt.Sprintf("%s is no whole number, and the answer is one", NumberInWords(*limit.n)), "write a whole number, or type: number")
		}
	}
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		c.wrongValue(path+".min", f.Line, fmt.Sprintf("no number is at least %s and at most %s", NumberInWords(*f.Min), NumberInWords(*f.Max)), "swap min and max")
	}
}
