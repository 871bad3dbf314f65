package pathways

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest gives the content address of a definition: "sha256:" and the hash of its JSON without
// line numbers, so that a comment or an empty line does not make it another pathway.
func Digest(d *Definition) string {
	plain := d.withoutLines()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain); err != nil {
		// Only a default that JSON cannot hold gets here, and Parse and Check let none through.
		panic(fmt.Sprintf("pathways: digest of %s: %v", d.Pathway, err))
	}
	sum := sha256.Sum256(buf.Bytes())
	return "sha256:" + hex.EncodeToString(sum[:])
}

// withoutLines copies the definition as deep as line numbers go.
func (d *Definition) withoutLines() *Definition {
	c := *d
	c.Launch.Line = 0
	c.Launch.Unless = each(c.Launch.Unless, func(x *Exclusion) { x.Line = 0 })
	c.Facts = each(c.Facts, func(x *Fact) { x.Line = 0 })
	c.Clocks = each(c.Clocks, func(x *Clock) { x.Line = 0 })
	c.Ladders = each(c.Ladders, func(x *Ladder) {
		x.Line = 0
		x.Rungs = each(x.Rungs, func(r *Rung) { r.Line = 0 })
	})
	c.Forms = each(c.Forms, func(x *Form) {
		x.Line = 0
		x.Fields = each(x.Fields, func(f *Field) { f.Line = 0 })
	})
	c.Templates = each(c.Templates, func(x *Template) { x.Line = 0 })
	c.Steps = each(c.Steps, func(x *Step) {
		x.Line = 0
		if x.Excused != nil {
			excused := *x.Excused
			excused.Line = 0
			x.Excused = &excused
		}
	})
	c.Tracks = each(c.Tracks, func(x *Track) { x.Line = 0 })
	c.Ends = each(c.Ends, func(x *End) { x.Line = 0 })
	return &c
}

// each copies the list with a change to every element.
func each[T any](list []T, change func(*T)) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	copy(out, list)
	for i := range out {
		change(&out[i])
	}
	return out
}
