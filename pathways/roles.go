package pathways

import "slices"

// Roles gives every role that the pathway gives work to or tells of something, sorted.
func (d *Definition) Roles() []string {
	roles := []string{d.Owner}
	for i := range d.Steps {
		roles = append(roles, d.Steps[i].Owner)
		if m := d.Steps[i].Message; m != nil && m.To != "patient" && m.To != "owner" {
			roles = append(roles, m.To)
		}
		if q := d.Steps[i].Questionnaire; q != nil && !q.AsksPatient() && q.To != "owner" {
			roles = append(roles, q.To)
		}
	}
	for _, l := range d.Ladders {
		for _, rung := range l.Rungs {
			if _, to := rung.Act(); to != "owner" && to != "patient" {
				roles = append(roles, to)
			}
		}
	}
	slices.Sort(roles)
	return slices.DeleteFunc(slices.Compact(roles), func(r string) bool { return r == "" })
}
